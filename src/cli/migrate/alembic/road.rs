//! The history, with all that a way along it depends on.

use std::collections::BTreeSet;

use super::Alembic;
use crate::alembic::translate::Naming;
use crate::alembic::way::Start;
use crate::alembic::{History, Ordinal, Place, VersionTable, project::convention};
use crate::cli::context::Context;
use crate::cli::migrate::Workplace;
use crate::cli::migrate::beside::beside;
use crate::cli::migrate::goal::Goal;
use crate::error::Error;
use crate::migration::graph::range::Ends;
use crate::migration::{self, Direction, Heads, Session, Target, Version};

/// The history, with all that a way along it depends on.
pub(super) struct Road {
    pub(super) history: History,
    pub(super) table: VersionTable,
    naming: Naming,
}

impl Road {
    pub(super) fn of(alembic: &Alembic) -> Result<Self, Error> {
        Ok(Self {
            history: alembic.history()?,
            table: alembic.version_table()?,
            naming: convention::find(&alembic.project),
        })
    }

    /// The same, while the database is being connected to.
    pub(super) async fn and_session(
        alembic: &Alembic,
        context: &Context,
        workplace: &Workplace,
    ) -> Result<(Self, Session), Error> {
        let alembic = alembic.clone();
        beside(move || Self::of(&alembic), workplace.connect(context)).await
    }

    /// A way that begins at `place`.
    pub(super) fn from<'r>(&'r self, place: &'r Place) -> Start<'r> {
        Start {
            history: &self.history,
            table: &self.table,
            place,
            naming: self.naming,
        }
    }

    /// The table as it is, with nothing to come.
    pub(super) fn heads(&self, now: BTreeSet<String>) -> Heads {
        Heads::standing(self.table.quoted(), now)
    }

    /// Where the database stands.
    pub(super) async fn place(&self, session: &mut Session) -> Result<Place, Error> {
        let rows = self.table.rows(session).await?;
        Ok(Place::find(&self.history, &self.table, &rows)?)
    }

    /// What the database has.
    pub(super) async fn applied(&self, session: &mut Session) -> Result<BTreeSet<Ordinal>, Error> {
        Ok(self.place(session).await?.applied(&self.history))
    }

    /// The revision that the runner calls `version`.
    pub(super) fn revision(&self, version: Version) -> Option<Ordinal> {
        self.history.find(&version.to_string())
    }

    /// What Alembic is told so that it runs `revision` and no other: the next on the way. `None`
    /// where that cannot be said.
    pub(super) fn single(
        &self,
        direction: Direction,
        place: &Place,
        revision: Ordinal,
    ) -> Option<String> {
        let (history, graph) = (&self.history, self.history.graph());
        if direction == Direction::Upgrade {
            return Some(history.id(revision).to_owned());
        }
        let applied = place.applied(history);
        match graph.parents(revision) {
            [] if applied.len() == 1 => Some("base".to_owned()),
            &[parent] => {
                let children = graph.children(parent).iter();
                let alone = children.filter(|it| applied.contains(it)).count() == 1;
                alone.then(|| history.id(parent).to_owned())
            }
            _ => None,
        }
    }

    /// The place where a range begins, and the target where it ends; no database is asked.
    pub(super) fn range(
        &self,
        direction: Direction,
        goal: &Goal,
    ) -> Result<(Place, Target), Error> {
        let range = goal.range(direction)?;
        if range.is_relative() {
            return Err(migration::Error::NeedsDatabase(range.to_string()).into());
        }
        let Ends { start, end } = range.resolve(&self.history, self.history.graph(), &[])?;
        let target = match end.as_slice() {
            [] => "base".parse()?,
            [only] => self.history.id(*only).parse()?,
            _ => Target::heads(),
        };
        Ok((Place { rows: start }, target))
    }
}
