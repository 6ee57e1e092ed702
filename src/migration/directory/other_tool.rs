//! Folders of other tools that sqlx would run, stumble over or find empty: whose they are, and what
//! takes them over.
//!
//! dbmate and goose name their files as sqlx does and write both ways into one, so that a run of it as
//! plain SQL would go up and down at once. What Flyway and refinery call their files stops sqlx, and
//! the folders of Diesel and Prisma are empty for it. golang-migrate's files are sqlx's as they are.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::migration::directory::located::Located;
use crate::migration::directory::source::Source;
use crate::migration::error::Error;

/// A tool whose files are none of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherTool {
    /// `1_name.sql` with `-- migrate:up`
    Dbmate,
    /// `1_name.sql` with `-- +goose Up`
    Goose,
    /// `V1__name.sql`, which may be refinery's too
    Flyway,
    /// `1_name/up.sql`
    Diesel,
    /// `1_name/migration.sql`
    Prisma,
}

/// A file that is another tool's by its name.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{}` is a file of {tool}", path.display())]
#[diagnostic(help("nothing was run: {}", tool.taken_over(folder)))]
pub struct TheirFile {
    /// Whose it is.
    pub tool: OtherTool,
    /// The file.
    pub path: PathBuf,
    /// The folder of the history.
    folder: PathBuf,
}

impl OtherTool {
    /// The tool whose line for the way there `text` has, and where it stands.
    pub fn marked(text: &str) -> Option<(Self, Range<usize>)> {
        let mut at = 0;
        text.split_inclusive('\n').find_map(|whole| {
            let line = whole.trim_end();
            let here = at..at + line.len();
            at += whole.len();
            let words = line.strip_prefix("--")?.trim_start();
            let mut words = words.split_whitespace();
            let tool = match (words.next()?, words.next()) {
                ("migrate:up", _) => Self::Dbmate,
                ("+goose", Some(word)) if word.eq_ignore_ascii_case("up") => Self::Goose,
                _ => return None,
            };
            Some((tool, here))
        })
    }

    /// The tool that names a file so, if sqlx stumbles over it.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = name.strip_suffix(".sql")?;
        let (version, words) = name.split_once("__")?;
        let is_number = |it: &str| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit());
        let mut letters = version.chars();
        let is_theirs = match (letters.next()?, letters.as_str()) {
            ('R', rest) => rest.is_empty(),
            ('V' | 'U' | 'B', rest) => rest.split(['.', '_']).all(is_number),
            _ => false,
        };
        (is_theirs && !words.is_empty()).then_some(Self::Flyway)
    }

    /// The tool that has a folder for each migration with such a file in it.
    const IN_FOLDERS: [(Self, &'static str); 2] =
        [(Self::Diesel, "up.sql"), (Self::Prisma, "migration.sql")];

    /// What takes over its history in `folder`.
    fn taken_over(self, folder: &Path) -> String {
        let mut folder = folder.display().to_string();
        if folder.contains(' ') {
            folder = format!("\"{folder}\"");
        }
        let word = match self {
            Self::Dbmate => "dbmate",
            Self::Goose => "goose",
            Self::Flyway => "flyway",
            Self::Diesel => "diesel",
            Self::Prisma => "prisma",
        };
        let or = match self {
            Self::Flyway => ", or the same with `refinery` if they are refinery's,",
            Self::Dbmate | Self::Goose | Self::Diesel | Self::Prisma => "",
        };
        format!(
            "`townpass migrate import {word} {folder} --to history`{or} writes them as files of ours \
             into a new folder `history`, and changes none of them"
        )
    }
}

impl fmt::Display for OtherTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dbmate => "dbmate",
            Self::Goose => "goose",
            Self::Flyway => "Flyway or refinery",
            Self::Diesel => "Diesel",
            Self::Prisma => "Prisma",
        })
    }
}

/// Refuses an up file that is another tool's by what stands in it.
pub(super) fn ensure_ours(source: &Source, folder: &Path) -> Result<(), Error> {
    let Some((tool, at)) = OtherTool::marked(&source.text) else {
        return Ok(());
    };
    Err(Error::Theirs(Box::new(Located::new(
        source,
        &at,
        format!("this file is {tool}'s: run as plain SQL it would go there and back at once"),
        "here".to_owned(),
        format!("nothing was run: {}", tool.taken_over(folder)),
    ))))
}

/// The file at `path` in `folder`, which has no version: another tool's by its name, or a mistake.
pub(super) fn unversioned(path: PathBuf, folder: &Path) -> Error {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match OtherTool::named(&name) {
        Some(tool) => their_file(tool, path, folder),
        None => Error::BadName(path),
    }
}

/// The first of `folders` that is another tool's, where `folder` has nothing of ours.
pub(super) fn in_folders(folders: &[PathBuf], folder: &Path) -> Option<Error> {
    folders.iter().find_map(|within| {
        let mut tools = OtherTool::IN_FOLDERS.into_iter();
        tools.find_map(|(tool, name)| {
            let path = within.join(name);
            path.is_file().then(|| their_file(tool, path, folder))
        })
    })
}

fn their_file(tool: OtherTool, path: PathBuf, folder: &Path) -> Error {
    Error::TheirFile(Box::new(TheirFile {
        tool,
        path,
        folder: folder.to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::OtherTool;

    #[test]
    fn a_line_tells_whose_a_file_is() {
        use OtherTool::{Dbmate, Goose};
        for (text, expected) in [
            ("-- migrate:up\nselect 1;", Some((Dbmate, 0..13))),
            (
                "-- words\n\n--migrate:up transaction:false\r\n",
                Some((Dbmate, 10..40)),
            ),
            ("-- +goose Up\n", Some((Goose, 0..12))),
            (
                "-- +goose NO TRANSACTION\n--  +goose  up \n",
                Some((Goose, 25..39)),
            ),
            ("-- migrate:upward\n", None),
            ("-- migrate:down\n", None),
            ("-- see +goose Up\n", None),
            ("select '-- migrate:up';\n  -- migrate:up\n", None),
            ("select 1;\n", None),
        ] {
            assert_eq!(OtherTool::marked(text), expected, "{text}");
        }
    }

    #[test]
    fn what_takes_it_over_can_be_typed() {
        for (tool, folder, expected) in [
            (
                OtherTool::Goose,
                "db/x",
                "`townpass migrate import goose db/x --to history` writes",
            ),
            (
                OtherTool::Diesel,
                "my db",
                "`townpass migrate import diesel \"my db\" --to history` ",
            ),
            (
                OtherTool::Flyway,
                "m",
                "--to history`, or the same with `refinery` ",
            ),
        ] {
            let told = tool.taken_over(Path::new(folder));
            assert!(told.contains(expected), "{told}");
        }
    }

    #[test]
    fn a_name_tells_whose_a_file_is() {
        for (name, is_theirs) in [
            ("V1__a.sql", true),
            ("V2026.01.05__a.sql", true),
            ("V1_2__a.sql", true),
            ("U1__a.sql", true),
            ("B3__a.sql", true),
            ("R__views.sql", true),
            ("V1_a.sql", false),
            ("VX__a.sql", false),
            ("V1__.sql", false),
            ("R1__a.sql", false),
            ("é__a.sql", false),
            ("add__users.sql", false),
            ("V1__a.txt", false),
        ] {
            assert_eq!(OtherTool::named(name).is_some(), is_theirs, "{name}");
        }
    }
}
