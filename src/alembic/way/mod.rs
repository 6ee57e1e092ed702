//! A way along the history, as SQL: what the runner of any history carries out, and what it leaves
//! in Alembic's table.

pub mod leg;
pub mod offline;
pub mod printed;
pub mod rebase;
mod remainder;
mod remarks;
pub mod rows;
pub mod stretch;
pub mod version_table;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::alembic::error::Error;
use crate::alembic::history::listing::Place;
use crate::alembic::history::{History, Ordinal};
use crate::alembic::translate::Naming;
use crate::alembic::way::leg::{Leg, legs};
use crate::alembic::way::rows::after;
use crate::alembic::way::version_table::VersionTable;
use crate::migration::directory::Revision;
use crate::migration::directory::header::{Header, Revises};
use crate::migration::directory::source::Source;
use crate::migration::graph::route::way;
use crate::migration::{Direction, Directory, Graph, Heads, Journal, Plan, Target, Version};

/// A way that can be gone.
#[derive(Clone, Debug)]
pub struct Way {
    /// Its steps.
    pub plan: Plan,
    /// What they leave in Alembic's table.
    pub heads: Heads,
}

/// Where a way begins, and what else it depends on.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// The history.
    pub history: &'a History,
    /// The table of the database.
    pub table: &'a VersionTable,
    /// What is in it.
    pub place: &'a Place,
    /// What names depend on.
    pub naming: Naming,
}

impl Start<'_> {
    /// The revisions on the way to `target`, and what is known of each without Python.
    pub fn legs(&self, direction: Direction, target: &Target) -> Result<Vec<Leg>, Error> {
        let history = self.history;
        let graph = history.graph();
        let destination = target.resolve(history, graph)?;
        let applied = self.place.applied(history);
        let revisions = way(direction, graph, &applied, &destination, target)?;
        Ok(self.through(direction, &revisions))
    }

    /// The same of `revisions`, in that order.
    pub fn through(&self, direction: Direction, revisions: &[Ordinal]) -> Vec<Leg> {
        legs(self.history, direction, revisions, self.naming)
    }

    /// The way along `legs`.
    pub fn way(&self, direction: Direction, legs: &[Leg]) -> Result<Way, Error> {
        let history = self.history;
        let texts: BTreeMap<Ordinal, String> = legs
            .iter()
            .map(|leg| (leg.revision, leg.text(history, direction)))
            .collect();
        let revisions = history.revisions().map(|(it, _)| {
            let text = texts.get(&it).cloned();
            revision(history, it, direction, text.unwrap_or_default())
        });
        let directory = Directory::of(&PathBuf::new(), revisions);
        let graph = Graph::of(&directory)?;
        let version = |it: &Ordinal| history.version(*it);
        let standing: Vec<Version> = self.place.rows.iter().map(version).collect();
        let journal = Journal::assumed(&directory, &graph, &standing);
        let gone: Vec<Ordinal> = legs.iter().map(|it| it.revision).collect();
        let versions: Vec<Version> = gone.iter().map(version).collect();
        let foreign = legs
            .iter()
            .filter_map(|leg| Some((history.version(leg.revision), leg.foreign(history)?)));
        let plan = Plan::through(direction, &directory, &journal, &versions)?;
        Ok(Way {
            plan: plan.with_foreign(foreign.collect()),
            heads: self.heads(direction, &gone),
        })
    }

    /// What the steps leave in the table.
    pub fn heads(&self, direction: Direction, ordinals: &[Ordinal]) -> Heads {
        let history = self.history;
        let ids = |rows: &BTreeSet<Ordinal>| -> BTreeSet<String> {
            rows.iter().map(|&it| history.id(it).to_owned()).collect()
        };
        let mut rows: BTreeSet<Ordinal> = self.place.rows.iter().copied().collect();
        let now = ids(&rows);
        let mut notes = BTreeMap::new();
        for &step in ordinals {
            rows = after(history.graph(), &rows, direction, step);
            notes.insert(history.version(step), ids(&rows));
        }
        Heads {
            table: self.table.quoted(),
            now,
            after: notes,
        }
    }
}

/// A revision as the runner knows it.
fn revision(history: &History, it: Ordinal, direction: Direction, text: String) -> Revision {
    let script = history.script(it);
    let versions =
        |them: &[Ordinal]| -> Vec<Version> { them.iter().map(|&it| history.version(it)).collect() };
    let parents = versions(history.graph().parents(it));
    let header = Header {
        revises: if parents.is_empty() {
            Revises::Base
        } else {
            Revises::Parents(parents)
        },
        depends: versions(history.graph().depends(it)),
        ..Header::default()
    };
    let source = |text: String| Source {
        path: script.source.path.clone(),
        text: Arc::from(text),
    };
    let (up, down) = match direction {
        Direction::Upgrade => (text, None),
        Direction::Downgrade => (String::new(), Some(source(text).into())),
    };
    Revision {
        version: history.version(it),
        description: script.message().replace('\n', " "),
        header,
        up: source(up),
        down,
    }
}
