//! Our files of a history, before they are written.

use std::fmt::Write as _;
use std::path::Path;

use super::error::Error;
use super::history::{History, Revision};
use super::numbers::versions;
use super::script::Script;
use crate::migration::directory::draft::slug;
use crate::migration::directory::file::{self, Kind, Reading};
use crate::migration::directory::header::{Revises, label_fault, revises_line};
use crate::migration::directory::write::NewFile;
use crate::migration::{Directory, Graph, Source, Version};

/// What is to be written.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The versions, in the order of the history's revisions.
    pub versions: Vec<Version>,
    /// The files.
    pub files: Vec<NewFile>,
    /// The same, read.
    pub directory: Directory,
    /// What a person should know about it.
    pub notes: Vec<String>,
}

impl Draft {
    /// Plans the files of `history` in `folder`.
    pub fn plan(history: &History, folder: &Path) -> Result<Self, Error> {
        let versions = versions(&history.revisions);
        let mut files = Vec::with_capacity(2 * versions.len());
        let mut notes = Vec::new();
        for (revision, &version) in history.revisions.iter().zip(&versions) {
            let name = match slug(&revision.message) {
                empty if empty.is_empty() => "revision".to_owned(),
                slug => slug,
            };
            let texts = [
                (Kind::Up, up(history, revision, &versions, &mut notes)),
                (Kind::Down, down(revision, version)),
            ];
            for (kind, text) in texts {
                let file = format!("{version:014}_{name}{}", kind.suffix());
                files.push(NewFile {
                    path: folder.join(file),
                    text,
                });
            }
        }
        let read = files.iter().filter_map(|file| {
            let name = file.path.file_name()?.to_string_lossy();
            let Reading::Migration(name) = file::read(&name) else {
                return None;
            };
            let source = Source {
                path: file.path.clone(),
                text: file.text.as_str().into(),
            };
            Some((name, source))
        });
        let directory = Directory::assemble(folder, read.collect())?;
        Graph::of(&directory)?;
        Ok(Self {
            versions,
            files,
            directory,
            notes,
        })
    }
}

/// What stands before a script that cannot be one transaction.
fn marker(script: &Script) -> &'static str {
    if script.alone {
        "-- no-transaction\n"
    } else {
        ""
    }
}

/// The up file.
fn up(
    history: &History,
    revision: &Revision,
    versions: &[Version],
    notes: &mut Vec<String>,
) -> String {
    let named = |places: &[usize]| -> Vec<Version> {
        let mut named: Vec<Version> = places.iter().map(|&at| versions[at]).collect();
        named.sort_unstable();
        named
    };
    let revises = match named(&revision.parents) {
        none if none.is_empty() => Revises::Base,
        parents => Revises::Parents(parents),
    };
    let mut text = format!("{}{}\n", marker(&revision.up), revises_line(&revises));
    let depends: Vec<String> = named(&revision.depends)
        .iter()
        .map(Version::to_string)
        .collect();
    if !depends.is_empty() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "-- townpass:depends {}", depends.join(", "));
    }
    let mut labels = Vec::new();
    for label in &revision.labels {
        match label_fault(label) {
            None => labels.push(label.as_str()),
            Some(fault) => notes.push(format!("label `{label}` is left out: {fault}")),
        }
    }
    if !labels.is_empty() {
        let _ = writeln!(text, "-- townpass:label {}", labels.join(", "));
    }
    let id = revision.id.split_whitespace().collect::<Vec<_>>().join(" ");
    let _ = writeln!(text, "-- townpass:from {} {id}", history.tool.word());
    if !revision.checksums.is_empty() {
        let checksums = revision.checksums.join(", ");
        let _ = writeln!(text, "-- townpass:from-checksum {checksums}");
    }
    if let Some(message) = said(&revision.message) {
        let _ = writeln!(text, "-- {message}");
    }
    if revision.is_by_hand {
        text.push_str("-- It was written by hand, in place of what Python did.\n");
    }
    if !revision.up.acts() {
        text.push_str("-- It changes nothing.\n");
    }
    if !revision.up.text.is_empty() {
        let _ = write!(text, "\n{}", revision.up.text);
    }
    text
}

/// The down file. Where there is no way back, it says so: one that were missing or did nothing would
/// let sqlx take the revision for reverted.
fn down(revision: &Revision, version: Version) -> String {
    let message = said(&revision.message).unwrap_or_else(|| version.to_string());
    let head = format!("-- Takes back: {message}\n");
    match &revision.down {
        Some(down) if down.acts() => format!("{}{head}\n{}", marker(down), down.text),
        Some(_) if revision.up.acts() => format!(
            "{head}-- There are only rows to take back, and they stay, as they did before.\n\nSELECT 1;\n"
        ),
        None if revision.up.acts() => format!(
            "{head}\nDO $$ BEGIN RAISE EXCEPTION 'there is no way back from {version}'; END $$;\n"
        ),
        Some(_) | None => format!("{head}-- It changes nothing.\n"),
    }
}

/// A message as a comment: in one line, and none of the words of a header.
fn said(message: &str) -> Option<String> {
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let is_ours = ["townpass:", "revises:"]
        .iter()
        .any(|it| message.starts_with(it));
    (!message.is_empty() && !is_ours).then_some(message)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Draft;
    use crate::import::history::{History, Revision};
    use crate::import::source::folder::tests::folder;
    use crate::import::tool::Tool;

    #[test]
    fn each_revision_is_two_files() {
        let history = Tool::Dbmate
            .read(&folder(&[
                (
                    "20260105083000_create_t.sql",
                    "-- migrate:up\ncreate table t (a int);\n-- migrate:down\ndrop table t;\n",
                ),
                (
                    "20260106083000_index.sql",
                    "-- migrate:up transaction:false\ncreate index concurrently i on t (a);\n\
                     -- migrate:down\ndrop index i;\n",
                ),
                (
                    "20260107083000_rows.sql",
                    "-- migrate:up\ninsert into t values (1);\n-- migrate:down\n",
                ),
                (
                    "20260108083000_x.sql",
                    "-- migrate:up\nalter table t add x int;\n",
                ),
                (
                    "20260109083000_none.sql",
                    "-- migrate:up\n-- nothing\n-- migrate:down\n",
                ),
            ]))
            .expect("reads");
        let draft = Draft::plan(&history, Path::new("migrations")).expect("plans");
        let found: Vec<(String, &str)> = draft
            .files
            .iter()
            .map(|it| {
                let name = it.path.file_name().expect("a file").to_string_lossy();
                (name.into_owned(), it.text.as_str())
            })
            .collect();
        let expected = [
            (
                "20260105083000_create_t.up.sql",
                "-- townpass:revises base\n-- townpass:from dbmate 20260105083000\n-- create t\n\n\
                 create table t (a int);\n",
            ),
            (
                "20260105083000_create_t.down.sql",
                "-- Takes back: create t\n\ndrop table t;\n",
            ),
            (
                "20260106083000_index.up.sql",
                "-- no-transaction\n-- townpass:revises 20260105083000\n\
                 -- townpass:from dbmate 20260106083000\n-- index\n\n\
                 create index concurrently i on t (a);\n",
            ),
            (
                "20260106083000_index.down.sql",
                "-- Takes back: index\n\ndrop index i;\n",
            ),
            (
                "20260107083000_rows.up.sql",
                "-- townpass:revises 20260106083000\n-- townpass:from dbmate 20260107083000\n\
                 -- rows\n\ninsert into t values (1);\n",
            ),
            (
                "20260107083000_rows.down.sql",
                "-- Takes back: rows\n\
                 -- There are only rows to take back, and they stay, as they did before.\n\n\
                 SELECT 1;\n",
            ),
            (
                "20260108083000_x.up.sql",
                "-- townpass:revises 20260107083000\n-- townpass:from dbmate 20260108083000\n-- x\n\n\
                 alter table t add x int;\n",
            ),
            (
                "20260108083000_x.down.sql",
                "-- Takes back: x\n\n\
                 DO $$ BEGIN RAISE EXCEPTION 'there is no way back from 20260108083000'; END $$;\n",
            ),
            (
                "20260109083000_none.up.sql",
                "-- townpass:revises 20260108083000\n-- townpass:from dbmate 20260109083000\n\
                 -- none\n-- It changes nothing.\n\n-- nothing\n",
            ),
            (
                "20260109083000_none.down.sql",
                "-- Takes back: none\n-- It changes nothing.\n",
            ),
        ];
        for ((name, text), (expected_name, expected)) in found.iter().zip(expected) {
            assert_eq!((name.as_str(), *text), (expected_name, expected));
        }
        assert_eq!(found.len(), expected.len());
    }

    #[test]
    fn branches_labels_and_dependencies_stand_in_the_header() {
        let revision = |id: &str, parents: &[usize], depends: &[usize], labels: &[&str]| Revision {
            id: id.to_owned(),
            message: "townpass:x".to_owned(),
            parents: parents.to_vec(),
            depends: depends.to_vec(),
            labels: labels.iter().map(|&it| it.to_owned()).collect(),
            ..Revision::default()
        };
        let history = History::new(
            Tool::Alembic,
            vec![
                revision("a", &[], &[], &[]),
                revision("b", &[0], &[], &["pay", "2026"]),
                revision("c", &[0], &[1], &[]),
                revision("d", &[2, 1], &[], &[]),
            ],
        );
        let draft = Draft::plan(&history, Path::new("m")).expect("plans");
        let heads: Vec<&str> = draft
            .files
            .iter()
            .step_by(2)
            .map(|it| it.text.trim_end_matches("-- It changes nothing.\n"))
            .collect();
        assert_eq!(
            heads,
            [
                "-- townpass:revises base\n-- townpass:from alembic a\n",
                "-- townpass:revises 1\n-- townpass:label pay\n-- townpass:from alembic b\n",
                "-- townpass:revises 1\n-- townpass:depends 2\n-- townpass:from alembic c\n",
                "-- townpass:revises 2, 3\n-- townpass:from alembic d\n",
            ]
        );
        assert_eq!(draft.notes.len(), 1);
        let paths: Vec<_> = draft.files.iter().map(|it| it.path.clone()).collect();
        assert_eq!(paths[0], Path::new("m/00000000000001_townpass_x.up.sql"));
    }
}
