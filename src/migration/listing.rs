//! What `current` and `history` answer, as values and in Alembic's layout.

use std::fmt::Write as _;

use crate::migration::directory::{Directory, Revision};
use crate::migration::error::Error;
use crate::migration::graph::Graph;
use crate::migration::journal::Journal;
use crate::migration::version::Version;

/// One revision of a listing. Scripts read this: add fields, never change them.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Entry {
    /// Its number.
    pub revision: Version,
    /// What it follows.
    pub parents: Vec<Version>,
    /// What follows it.
    pub children: Vec<Version>,
    /// Its slug as words.
    pub description: String,
    /// Its up file; nothing if only the database knows it.
    pub path: Option<String>,
    /// When it was made, where its version tells.
    pub created: Option<String>,
    /// Whether nothing follows it.
    pub head: bool,
    /// Whether the database has it; nothing where no database was asked.
    pub applied: Option<bool>,
    /// Whether the database stands on it; nothing where no database was asked.
    pub current: Option<bool>,
    /// Whether the journal says that it was begun and not finished.
    pub partial: bool,
}

/// How much is told of each revision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// A line.
    #[default]
    Short,
    /// A block, as with `-v`.
    Verbose,
}

/// Where a database stands: a revision, or several after a branch; nothing at the base.
pub fn current(directory: &Directory, journal: &Journal) -> Result<Vec<Entry>, Error> {
    let graph = Graph::of(directory)?;
    let standing = graph.standing(&journal.versions());
    Ok(standing
        .iter()
        .map(|&version| match directory.get(version) {
            Some(revision) => entry(revision, &graph, Some((journal, &standing))),
            None => unknown(version, journal),
        })
        .collect())
}

/// All revisions of the folder, newest first.
pub fn history(directory: &Directory, journal: Option<&Journal>) -> Result<Vec<Entry>, Error> {
    let graph = Graph::of(directory)?;
    let standing = journal.map(|journal| graph.standing(&journal.versions()));
    let asked = journal.zip(standing.as_deref());
    let newest_first = directory.revisions().rev();
    Ok(newest_first
        .map(|revision| entry(revision, &graph, asked))
        .collect())
}

fn entry(revision: &Revision, graph: &Graph, asked: Option<(&Journal, &[Version])>) -> Entry {
    let version = revision.version;
    Entry {
        revision: version,
        parents: graph.parents(version).to_vec(),
        children: graph.children(version).to_vec(),
        description: revision.description.clone(),
        path: Some(revision.up.path.display().to_string()),
        created: version.created(),
        head: graph.is_head(version),
        applied: asked.map(|(journal, _)| journal.get(version).is_some()),
        current: asked.map(|(_, standing)| standing.contains(&version)),
        partial: asked.is_some_and(|(journal, _)| journal.is_partial(version)),
    }
}

fn unknown(version: Version, journal: &Journal) -> Entry {
    Entry {
        revision: version,
        parents: Vec::new(),
        children: Vec::new(),
        description: journal
            .get(version)
            .map_or_else(String::new, |row| row.description.clone()),
        path: None,
        created: version.created(),
        head: false,
        applied: Some(true),
        current: Some(true),
        partial: journal.is_partial(version),
    }
}

/// `current` as text: `20260105083000 (head)`.
pub fn render_current(entries: &[Entry], detail: Detail) -> String {
    render(entries, detail, |entry| {
        let missing = if entry.path.is_none() {
            " (file is missing)"
        } else {
            ""
        };
        format!("{}{}{missing}", entry.revision, marks(entry, Marks::Place))
    })
}

/// `history` as text: `<base> -> 20260105083000 (head), create users`.
pub fn render_history(entries: &[Entry], detail: Detail) -> String {
    render(entries, detail, |entry| {
        format!(
            "{} -> {}{}, {}",
            parents(entry),
            entry.revision,
            marks(entry, Marks::All),
            entry.description
        )
    })
}

fn render(entries: &[Entry], detail: Detail, line: impl Fn(&Entry) -> String) -> String {
    entries.iter().fold(String::new(), |mut text, entry| {
        match detail {
            Detail::Short => {
                text.push_str(&line(entry));
                text.push('\n');
            }
            Detail::Verbose => text.push_str(&block(entry)),
        }
        text
    })
}

fn block(entry: &Entry) -> String {
    let mut lines = vec![
        format!("Rev: {}{}", entry.revision, marks(entry, Marks::All)),
        match entry.parents.len() {
            0 | 1 => format!("Parent: {}", parents(entry)),
            _ => format!("Merges: {}", parents(entry)),
        },
    ];
    if entry.children.len() > 1 {
        lines.push(format!("Branches into: {}", commas(&entry.children)));
    }
    lines.push(format!(
        "Path: {}",
        entry.path.as_deref().unwrap_or("(file is missing)")
    ));
    lines.push(String::new());
    lines.push(format!("    {}", entry.description));
    if let Some(created) = &entry.created {
        lines.push(String::new());
        lines.push(format!("    Create Date: {created}"));
    }
    lines.push(String::new());
    lines.iter().fold(String::new(), |mut text, line| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{line}");
        text
    })
}

/// Which marks a line shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Marks {
    Place,
    All,
}

fn marks(entry: &Entry, which: Marks) -> String {
    let all = which == Marks::All;
    [
        (entry.head, " (head)"),
        (all && entry.children.len() > 1, " (branchpoint)"),
        (entry.parents.len() > 1, " (mergepoint)"),
        (all && entry.current == Some(true), " (current)"),
        (entry.partial, " (partially applied)"),
    ]
    .into_iter()
    .filter_map(|(holds, mark)| holds.then_some(mark))
    .collect()
}

fn parents(entry: &Entry) -> String {
    if entry.parents.is_empty() {
        "<base>".to_owned()
    } else {
        commas(&entry.parents)
    }
}

fn commas(versions: &[Version]) -> String {
    let words: Vec<String> = versions.iter().map(Version::to_string).collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{Detail, current, history, render_current, render_history};
    use crate::migration::directory::tests::directory;
    use crate::migration::journal::Row;
    use crate::migration::{Checksum, Directory, Journal, Version};

    fn folder() -> Directory {
        directory(&[
            (
                "20260105083000_create_users.sql",
                "-- townpass:revises base",
            ),
            ("2_b.sql", "-- townpass:revises base"),
            (
                "20260106083000_join.sql",
                "-- townpass:revises 2, 20260105083000",
            ),
            (
                "20260107083000_left.sql",
                "-- townpass:revises 20260106083000",
            ),
            (
                "20260108083000_right.sql",
                "-- townpass:revises 20260106083000",
            ),
        ])
        .expect("reads")
    }

    fn journal(versions: &[(i64, bool)]) -> Journal {
        Journal::of(versions.iter().map(|&(version, success)| Row {
            version: Version::new(version),
            description: "of the journal".to_owned(),
            installed_on: jiff::Timestamp::UNIX_EPOCH,
            success,
            checksum: Checksum::of(""),
            execution_time: None,
        }))
    }

    #[test]
    fn current_names_where_the_database_stands() {
        let long = 20_260_107_083_000;
        for (applied, text) in [
            (&[] as &[(i64, bool)], ""),
            (&[(2, true)], "2\n"),
            (
                &[
                    (2, true),
                    (20_260_105_083_000, true),
                    (20_260_106_083_000, true),
                ],
                "20260106083000 (mergepoint)\n",
            ),
            (&[(2, true), (long, true)], "20260107083000 (head)\n"),
            (
                &[(long, false)],
                "20260107083000 (head) (partially applied)\n",
            ),
            (&[(2, true), (99, true)], "2\n99 (file is missing)\n"),
        ] {
            let entries = current(&folder(), &journal(applied)).expect("a graph");
            assert_eq!(render_current(&entries, Detail::Short), text, "{applied:?}");
        }
    }

    #[test]
    fn history_is_laid_out_as_alembic_does() {
        let entries = history(&folder(), Some(&journal(&[(2, true)]))).expect("a graph");
        assert_eq!(
            render_history(&entries, Detail::Short),
            "20260106083000 -> 20260108083000 (head), right\n\
             20260106083000 -> 20260107083000 (head), left\n\
             2, 20260105083000 -> 20260106083000 (branchpoint) (mergepoint), join\n\
             <base> -> 20260105083000, create users\n\
             <base> -> 2 (current), b\n"
        );
    }

    #[test]
    fn verbose_tells_a_block_each() {
        let entries = history(&folder(), None).expect("a graph");
        let path = std::path::Path::new("migrations").join("20260106083000_join.sql");
        assert_eq!(
            render_history(&entries[2..3], Detail::Verbose),
            format!(
                "Rev: 20260106083000 (branchpoint) (mergepoint)\n\
                 Merges: 2, 20260105083000\n\
                 Branches into: 20260107083000, 20260108083000\n\
                 Path: {}\n\n    join\n\n    Create Date: 2026-01-06 08:30:00\n\n",
                path.display()
            )
        );
        let block = render_history(&entries[4..], Detail::Verbose);
        assert!(block.starts_with("Rev: 2\nParent: <base>\n"), "{block}");
    }
}
