//! `repair` on a history of Alembic's: rows of the version table that say nothing, or that nobody
//! understands.
//!
//! The table knows neither half-done revisions nor edited files, so there is nothing to put right
//! about these.

use std::collections::BTreeSet;

use super::Alembic;
use super::road::Road;
use crate::alembic::{self, Ordinal, Place};
use crate::cli::confirm;
use crate::cli::context::Context;
use crate::cli::migrate::Workplace;
use crate::cli::migrate::repair::Args;
use crate::error::Error;
use crate::migration::{self, Target, Unwritten, runner};
use crate::report::view::rows::{MendedRows, RowTroubles};

pub(super) async fn run(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    args: Args,
) -> Result<u8, Error> {
    if let Some(option) = args.of_sql_only() {
        return Err(Unwritten::OfSqlOnly(option).into());
    }
    let road = Road::of(alembic)?;
    let mut session = workplace.connect(context).await?;
    let now: BTreeSet<String> = road.table.rows(&mut session).await?.into_iter().collect();
    let found = Found::of(&road, &now);
    if !args.mends_rows() {
        let troubles = RowTroubles::new(&road.table.name, &found.unknown, &found.needless(&road));
        context.printer.show(&troubles);
        return Ok(u8::from(!troubles.rows.is_empty()));
    }
    let after = found.mended(&road, args.stands_at())?;
    let mended = MendedRows::new(&road.table.name, &now, &after, args.dry_run);
    if now == after || args.dry_run {
        context.printer.show(&mended);
        return Ok(0);
    }
    context.printer.show_first(&mended);
    confirm::require(context, &road.table.name).await?;
    let options = args.patience.options(context, None);
    let story = context.story();
    let mut on_event = |event: migration::Event<'_>| story.migration(&event);
    let heads = road.heads(now);
    if !runner::stamp_heads(&heads, &after, &mut session, &options, &mut on_event).await? {
        return Err(migration::Error::Stale.into());
    }
    drop(story);
    context.printer.show(&mended.done());
    Ok(0)
}

/// What the table has.
struct Found {
    known: Place,
    unknown: Vec<String>,
}

impl Found {
    fn of(road: &Road, rows: &BTreeSet<String>) -> Self {
        let find = |row: &String| road.history.find(row);
        Self {
            known: Place {
                rows: rows.iter().filter_map(find).collect(),
            },
            unknown: rows
                .iter()
                .filter(|it| find(it).is_none())
                .cloned()
                .collect(),
        }
    }

    /// Rows that another row needs.
    fn needless(&self, road: &Road) -> Vec<String> {
        let needless = self.known.needless(&road.history);
        let id = |&it: &Ordinal| road.history.id(it).to_owned();
        needless.iter().map(id).collect()
    }

    /// The rows as they should be: without what is needless, and with the revision of `wish` in
    /// place of what nobody knows.
    fn mended(&self, road: &Road, wish: Option<&Target>) -> Result<BTreeSet<String>, Error> {
        let history = &road.history;
        let needless = self.known.needless(history);
        let mut rows: BTreeSet<Ordinal> = self.known.rows.iter().copied().collect();
        rows.retain(|it| !needless.contains(it));
        match (wish, self.unknown.first()) {
            (None, None) => {}
            (None, Some(unknown)) => {
                return Err(alembic::Error::Unknown {
                    revision: unknown.clone(),
                    table: road.table.quoted(),
                    commit: None,
                }
                .into());
            }
            (Some(_), None) => return Err(Unwritten::NothingUnknown(road.table.quoted()).into()),
            (Some(target), Some(_)) => {
                if target.is_relative() {
                    return Err(target.too_far().into());
                }
                let stands = target.revisions(history, history.graph(), &[])?;
                rows = alembic::way::rows::stamped(history.graph(), &rows, &stands);
            }
        }
        let id = |it: Ordinal| history.id(it).to_owned();
        Ok(rows.into_iter().map(id).collect())
    }
}
