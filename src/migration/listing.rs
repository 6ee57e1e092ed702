//! What `current` and `history` answer, as values and in Alembic's layout.

use std::collections::BTreeSet;
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
    let applied = journal.versions();
    let standing = graph.standing(&applied);
    Ok(standing
        .iter()
        .map(|&version| match directory.get(version) {
            Some(revision) => entry(revision, &graph, Some((&applied, &standing))),
            None => unknown(version, journal),
        })
        .collect())
}

/// All revisions of the folder, newest first.
pub fn history(directory: &Directory, journal: Option<&Journal>) -> Result<Vec<Entry>, Error> {
    let graph = Graph::of(directory)?;
    let applied = journal.map(Journal::versions);
    let standing = applied.as_ref().map(|it| graph.standing(it));
    let asked = applied.as_ref().zip(standing.as_deref());
    let newest_first = directory.revisions().rev();
    Ok(newest_first
        .map(|revision| entry(revision, &graph, asked))
        .collect())
}

fn entry(
    revision: &Revision,
    graph: &Graph,
    asked: Option<(&BTreeSet<Version>, &[Version])>,
) -> Entry {
    let version = revision.version;
    Entry {
        revision: version,
        parents: graph.parents(version).to_vec(),
        children: graph.children(version).to_vec(),
        description: revision.description.clone(),
        path: Some(revision.up.path.display().to_string()),
        created: version.created(),
        head: graph.is_head(version),
        applied: asked.map(|(applied, _)| applied.contains(&version)),
        current: asked.map(|(_, standing)| standing.contains(&version)),
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
