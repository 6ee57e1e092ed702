//! `stamp` and `ensure-version` on a history of Alembic's.

use std::collections::BTreeSet;

use super::Alembic;
use super::road::Road;
use crate::alembic::way::rows::stamped;
use crate::alembic::{Place, way::offline};
use crate::cli::context::Context;
use crate::cli::migrate::Workplace;
use crate::cli::migrate::stamp;
use crate::error::Error;
use crate::migration::graph::range::Ends;
use crate::migration::runner;
use crate::migration::{self, Range, Target};
use crate::report::view::migration::Sql;
use crate::report::view::stamp::{Stamped, Tables};

/// Says where the database stands.
pub(super) async fn stamp(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    args: stamp::Args,
) -> Result<u8, Error> {
    let road = Road::of(alembic)?;
    if args.is_offline() {
        let (from, targets) = args.goals()?;
        let sql = road.stamp_script(from, &targets, args.purges())?;
        context.printer.show(&Sql { sql });
        return Ok(0);
    }
    let mut session = workplace.connect(context).await?;
    let (targets, purge, options) = args.parts(context)?;
    let story = context.story();
    let (before, after) = loop {
        let found = road.table.rows(&mut session).await?;
        let now: BTreeSet<String> = found.iter().cloned().collect();
        let place = if purge {
            Place::default()
        } else {
            Place::find(&road.history, &road.table, &found)?
        };
        let to = road.stamped(&place, &targets)?;
        let heads = road.heads(now.clone());
        let mut on_event = |event: migration::Event<'_>| story.migration(&event);
        if runner::stamp_heads(&heads, &to, &mut session, &options, &mut on_event).await? {
            break (now, to);
        }
    };
    drop(story);
    context.printer.show(&road.moved(&before, &after));
    Ok(0)
}

/// Creates the version table where it is missing.
pub(super) async fn ensure_version(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    args: &stamp::EnsureArgs,
) -> Result<u8, Error> {
    let road = Road::of(alembic)?;
    let mut session = workplace.connect(context).await?;
    let heads = road.heads(BTreeSet::new());
    let story = context.story();
    let mut on_event = |event: migration::Event<'_>| story.migration(&event);
    let options = args.options(context);
    runner::ensure_heads(&heads, &mut session, &options, &mut on_event).await?;
    drop(story);
    context.printer.show(&Tables {
        tables: vec![road.table.name],
    });
    Ok(0)
}

impl Road {
    /// What counts as applied by the rows `after` and not `before`, and the other way round.
    fn moved(&self, before: &BTreeSet<String>, after: &BTreeSet<String>) -> Stamped {
        let graph = self.history.graph();
        let applied = |rows: &BTreeSet<String>| {
            let known: Vec<_> = rows.iter().filter_map(|it| self.history.find(it)).collect();
            graph.with_ancestors(&known)
        };
        let (before, after) = (applied(before), applied(after));
        let version = |it: &_| self.history.version(*it);
        Stamped {
            added: after.difference(&before).map(version).collect(),
            removed: before.difference(&after).map(version).collect(),
        }
    }

    /// What says that the database is at `targets`, and was where `from` begins; else at the base.
    /// A purge takes every database, wherever it stands.
    fn stamp_script(
        &self,
        from: Option<&Range>,
        targets: &[Target],
        purge: bool,
    ) -> Result<String, Error> {
        let graph = self.history.graph();
        let (mut place, mut to) = (Place::default(), BTreeSet::new());
        if let Some(range) = from {
            if range.is_relative() {
                return Err(migration::Error::NeedsDatabase(range.to_string()).into());
            }
            let Ends { start, end } = range.resolve(&self.history, graph, &[])?;
            place.rows = start;
            let rows = place.rows.iter().copied().collect();
            let rows = stamped(graph, &rows, &end);
            to = rows
                .into_iter()
                .map(|it| self.history.id(it).to_owned())
                .collect();
        }
        if !targets.is_empty() {
            to = self.stamped(&place, targets)?;
        }
        let now = place.rows.iter().map(|&it| self.history.id(it).to_owned());
        let heads = self.heads(now.collect());
        let from = (!purge).then_some(&heads.now);
        Ok(offline::stamp(&heads, from, &to))
    }

    /// The rows once the database is said to be at `targets`.
    fn stamped(&self, place: &Place, targets: &[Target]) -> Result<BTreeSet<String>, Error> {
        let graph = self.history.graph();
        let mut rows = place.rows.iter().copied().collect();
        for target in targets {
            let standing = place.standing(&self.history);
            let revisions = target.revisions(&self.history, graph, &standing)?;
            rows = match revisions.as_slice() {
                [] => BTreeSet::new(),
                some => stamped(graph, &rows, some),
            };
        }
        Ok(rows
            .into_iter()
            .map(|it| self.history.id(it).to_owned())
            .collect())
    }
}
