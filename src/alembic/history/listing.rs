//! What `current`, `history`, `heads`, `branches` and `show` answer about a history of Alembic's,
//! in the order in which Alembic does.

use std::collections::BTreeSet;

use crate::alembic::history::{History, Ordinal};
use crate::migration::graph::name::Names as _;
use crate::migration::graph::range::Ends;
use crate::migration::listing::{BranchPoint, Entry, branch_points};
use crate::migration::{Error, Range, Target};

/// Where a database stands in a history: the rows of its version table, found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The rows, in the order in which the table has them.
    pub rows: Vec<Ordinal>,
}

impl Place {
    /// What is applied: the rows and all that they need.
    pub fn applied(&self, history: &History) -> BTreeSet<Ordinal> {
        history.graph().with_ancestors(&self.rows)
    }

    /// The revisions that nothing applied follows. One on which a row depends is among them,
    /// though it has no row of its own.
    pub fn standing(&self, history: &History) -> Vec<Ordinal> {
        let applied = self.applied(history);
        let graph = history.graph();
        let is_followed = |it: &Ordinal| graph.children(*it).iter().any(|it| applied.contains(it));
        let standing = applied.iter().copied().filter(|it| !is_followed(it));
        history.as_read(standing.collect())
    }

    /// Rows that say nothing, since another row needs them.
    pub fn needless(&self, history: &History) -> Vec<Ordinal> {
        let graph = history.graph();
        let needed = |it: &&Ordinal| {
            let others = self.rows.iter().copied().filter(|other| other != *it);
            graph
                .with_ancestors(&others.collect::<Vec<_>>())
                .contains(*it)
        };
        self.rows.iter().filter(needed).copied().collect()
    }
}

/// Where a database stands.
pub fn current(history: &History, place: &Place) -> Vec<Entry> {
    entries(history, Some(place), place.standing(history))
}

/// The revisions of `range`, or all, newest first.
pub fn part(
    history: &History,
    place: Option<&Place>,
    range: Option<&Range>,
) -> Result<Vec<Entry>, Error> {
    let graph = history.graph();
    let rows = place.map_or(&[][..], |place| &place.rows);
    let (found, ends) = if let Some(range) = range {
        let ends = range.resolve(history, graph, rows)?;
        (range.between(graph, &ends)?, ends)
    } else {
        let start = Vec::new();
        let end = history.heads(graph, None);
        (graph.with_ancestors(&end), Ends { start, end })
    };
    let sorted = history.newest_first(&found, &ends.end);
    Ok(entries(history, place, sorted))
}

/// Whether a head counts as one on which something depends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heads {
    /// It does: nothing follows it.
    OfBranches,
    /// It does not: a database that has all needs no row for it.
    Effective,
}

/// The revisions that nothing follows, in the order of their files.
pub fn heads(history: &History, which: Heads) -> Vec<Entry> {
    let graph = history.graph();
    let heads = match which {
        Heads::OfBranches => history.as_read(graph.heads()),
        Heads::Effective => history.heads(graph, None),
    };
    entries(history, None, heads)
}

/// The revisions from which several branches grow, newest first.
pub fn branches(history: &History) -> Result<Vec<BranchPoint>, Error> {
    Ok(branch_points(&part(history, None, None)?))
}

/// The revisions that `target` means; none at the base.
pub fn show(
    history: &History,
    place: Option<&Place>,
    target: &Target,
) -> Result<Vec<Entry>, Error> {
    let rows = place.map_or(&[][..], |place| &place.rows);
    let found = target.revisions(history, history.graph(), rows)?;
    // As Alembic tells it: without where the database stands.
    Ok(entries(history, None, found))
}

fn entries(history: &History, place: Option<&Place>, revisions: Vec<Ordinal>) -> Vec<Entry> {
    let applied = place.map(|place| place.applied(history));
    let entry = |revision: Ordinal| {
        let graph = history.graph();
        let script = history.script(revision);
        let told =
            |them: &[Ordinal]| -> Vec<String> { them.iter().map(|&it| history.told(it)).collect() };
        Entry {
            revision: script.id.clone(),
            parents: script.parents.clone(),
            depends: script.depends.clone(),
            children: told(&history.as_read(graph.children(revision).to_vec())),
            labels: graph.labels(revision).map(str::to_owned).collect(),
            replaces: Vec::new(),
            description: script.message().to_owned(),
            docstring: Some(script.docstring.clone()),
            author: None,
            path: Some(script.source.path.display().to_string()),
            created: script.created().map(str::to_owned),
            head: graph.is_head(revision),
            depended_on: graph.is_depended_on(revision),
            applied: applied.as_ref().map(|applied| applied.contains(&revision)),
            current: place.map(|place| place.rows.contains(&revision)),
            partial: false,
        }
    };
    revisions.into_iter().map(entry).collect()
}
