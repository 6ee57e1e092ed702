//! What `current`, `history`, `heads`, `branches` and `show` answer, as values.

use std::collections::BTreeSet;

use crate::migration::directory::{Directory, Revision};
use crate::migration::error::Error;
use crate::migration::graph::Graph;
use crate::migration::journal::Journal;
use crate::migration::range::Range;
use crate::migration::target::Target;
use crate::migration::version::Version;

pub use crate::migration::layout::{Detail, render_current, render_history};

/// One revision of a listing. Scripts read this: add fields, never change them.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Entry {
    /// Its number.
    pub revision: Version,
    /// What it follows.
    pub parents: Vec<Version>,
    /// What must be applied before it though it does not follow it.
    pub depends: Vec<Version>,
    /// What follows it.
    pub children: Vec<Version>,
    /// The labels of its branch.
    pub labels: Vec<String>,
    /// What it stands for.
    pub replaces: Vec<Version>,
    /// Its slug as words.
    pub description: String,
    /// Who wrote it, where its header tells.
    pub author: Option<String>,
    /// Its up file; nothing if only the database knows it.
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
    let all = history(directory, None)?;
    let points = all.iter().filter(|entry| entry.children.len() > 1);
    Ok(points
        .map(|at| BranchPoint {
            into: at
                .children
                .iter()
                .filter_map(|child| all.iter().find(|entry| entry.revision == *child))
                .cloned()
                .collect(),
            at: at.clone(),
        })
        .collect())
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
        revision: version,
        parents: graph.parents(version).to_vec(),
        depends: graph.depends(version).to_vec(),
        children: graph.children(version).to_vec(),
        labels: graph.labels(version).map(str::to_owned).collect(),
        replaces: graph.replaces(version).to_vec(),
        description: revision.description.clone(),
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

fn unknown(version: Version, journal: &Journal) -> Entry {
    Entry {
        revision: version,
        parents: Vec::new(),
        depends: Vec::new(),
        children: Vec::new(),
        labels: Vec::new(),
        replaces: Vec::new(),
        description: journal
            .get(version)
            .map_or_else(String::new, |row| row.description.clone()),
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
