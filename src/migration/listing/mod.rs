//! What `current`, `history`, `heads`, `branches` and `show` answer, as values.

pub mod lanes;
pub mod layout;

use std::collections::BTreeSet;

use crate::migration::directory::version::Version;
use crate::migration::directory::{Directory, Revision};
use crate::migration::error::Error;
use crate::migration::graph::Graph;
use crate::migration::graph::range::Range;
use crate::migration::graph::target::Target;
use crate::migration::journal::Journal;

pub use crate::migration::listing::layout::{Detail, render_current, render_history};

/// One revision of a listing. Scripts read this: add fields, never change them.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Entry {
    /// Its number, or its id.
    pub revision: String,
    /// What it follows.
    pub parents: Vec<String>,
    /// What must be applied before it though it does not follow it, as its file says it.
    pub depends: Vec<String>,
    /// What follows it.
    pub children: Vec<String>,
    /// The labels of its branch.
    pub labels: Vec<String>,
    /// What it stands for.
    pub replaces: Vec<String>,
    /// Its slug as words, or its message.
    pub description: String,
    /// All that its file says of itself, where that is more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docstring: Option<String>,
    /// Who wrote it, where its header tells.
    pub author: Option<String>,
    /// Its file, of two the one up; nothing if only the database knows it.
    pub path: Option<String>,
    /// When it was made, where its version tells.
    pub created: Option<String>,
    /// Whether nothing follows it.
    pub head: bool,
    /// Whether something depends on it.
    pub depended_on: bool,
    /// Whether the database has it; nothing where no database was asked.
    pub applied: Option<bool>,
    /// Whether the database stands on it; nothing where no database was asked.
    pub current: Option<bool>,
    /// Whether the journal says that it was begun and not finished.
    pub partial: bool,
}

/// A revision from which several branches grow.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct BranchPoint {
    /// The revision.
    #[serde(flatten)]
    pub at: Entry,
    /// Where the branches begin.
    pub into: Vec<Entry>,
}

/// Where a database stands: a revision, or several after a branch; nothing at the base.
pub fn current(directory: &Directory, journal: &Journal) -> Result<Vec<Entry>, Error> {
    let graph = Graph::of(directory)?;
    let place = Place::of(&graph, journal);
    Ok(place
        .standing
        .iter()
        .map(|&version| match directory.get(version) {
            Some(revision) => entry(revision, &graph, Some(&place)),
            None => unknown(version, journal),
        })
        .collect())
}

/// All revisions of the folder, newest first.
pub fn history(directory: &Directory, journal: Option<&Journal>) -> Result<Vec<Entry>, Error> {
    part(directory, journal, None)
}

/// The revisions of `range`, or all of the folder, newest first.
pub fn part(
    directory: &Directory,
    journal: Option<&Journal>,
    range: Option<&Range>,
) -> Result<Vec<Entry>, Error> {
    let graph = Graph::of(directory)?;
    let place = journal.map(|journal| Place::of(&graph, journal));
    let standing = place.as_ref().map_or(&[][..], |place| &place.standing);
    let wanted = match range {
        Some(range) => Some(range.revisions(directory, &graph, standing)?),
        None => None,
    };
    Ok(directory
        .revisions()
        .rev()
        .filter(|revision| {
            let all = wanted.as_ref();
            all.is_none_or(|wanted| wanted.contains(&revision.version))
        })
        .map(|revision| entry(revision, &graph, place.as_ref()))
        .collect())
}

/// The revisions that nothing follows, oldest first.
pub fn heads(directory: &Directory) -> Result<Vec<Entry>, Error> {
    let mut heads = history(directory, None)?;
    heads.retain(|entry| entry.head);
    heads.reverse();
    Ok(heads)
}

/// The revisions from which several branches grow, newest first.
pub fn branches(directory: &Directory) -> Result<Vec<BranchPoint>, Error> {
    Ok(branch_points(&history(directory, None)?))
}

/// Those of `all` from which several branches grow.
pub(crate) fn branch_points(all: &[Entry]) -> Vec<BranchPoint> {
    let points = all.iter().filter(|entry| entry.children.len() > 1);
    points
        .map(|at| BranchPoint {
            into: at
                .children
                .iter()
                .filter_map(|child| all.iter().find(|entry| entry.revision == *child))
                .cloned()
                .collect(),
            at: at.clone(),
        })
        .collect()
}

/// The revisions that `target` means; none at the base.
pub fn show(
    directory: &Directory,
    journal: Option<&Journal>,
    target: &Target,
) -> Result<Vec<Entry>, Error> {
    let graph = Graph::of(directory)?;
    let place = journal.map(|journal| Place::of(&graph, journal));
    let standing = place.as_ref().map_or(&[][..], |place| &place.standing);
    Ok(target
        .revisions(directory, &graph, standing)?
        .into_iter()
        .filter_map(|version| match (directory.get(version), journal) {
            (Some(revision), _) => Some(entry(revision, &graph, place.as_ref())),
            (None, Some(journal)) => Some(unknown(version, journal)),
            (None, None) => None,
        })
        .collect())
}

/// What a journal says about the revisions of a folder.
struct Place<'j> {
    journal: &'j Journal,
    applied: BTreeSet<Version>,
    standing: Vec<Version>,
}

impl<'j> Place<'j> {
    fn of(graph: &Graph, journal: &'j Journal) -> Self {
        let applied = graph.counted(&journal.versions());
        Self {
            journal,
            standing: graph.standing(&applied),
            applied,
        }
    }
}

fn entry(revision: &Revision, graph: &Graph, place: Option<&Place<'_>>) -> Entry {
    let version = revision.version;
    Entry {
        revision: version.to_string(),
        parents: told(graph.parents(version)),
        depends: told(graph.depends(version)),
        children: told(graph.children(version)),
        labels: graph.labels(version).map(str::to_owned).collect(),
        replaces: told(graph.replaces(version)),
        description: revision.description.clone(),
        docstring: None,
        author: revision.header.author.clone(),
        path: Some(revision.up.path.display().to_string()),
        created: version.created(),
        head: graph.is_head(version),
        depended_on: graph.is_depended_on(version),
        applied: place.map(|place| place.applied.contains(&version)),
        current: place.map(|place| place.standing.contains(&version)),
        partial: place.is_some_and(|place| place.journal.is_partial(version)),
    }
}

fn told(versions: &[Version]) -> Vec<String> {
    versions.iter().map(Version::to_string).collect()
}

fn unknown(version: Version, journal: &Journal) -> Entry {
    Entry {
        revision: version.to_string(),
        parents: Vec::new(),
        depends: Vec::new(),
        children: Vec::new(),
        labels: Vec::new(),
        replaces: Vec::new(),
        description: journal
            .get(version)
            .map_or_else(String::new, |row| row.description.clone()),
        docstring: None,
        author: None,
        path: None,
        created: version.created(),
        head: false,
        depended_on: false,
        applied: Some(true),
        current: Some(true),
        partial: journal.is_partial(version),
    }
}
