//! A database that another tool has moved further than our journal knows: an `upgrade` would run
//! again what was applied.

use super::Kind;
use super::stamp::own_table;
use crate::cli::context::Context;
use crate::cli::migrate::Workplace;
use crate::error::Error;
use crate::import::standing::{self, Record, State};
use crate::import::told_by;
use crate::import::{self, Tool, journal as tables};
use crate::migration::{Directory, Session, Version, journal};

/// Refuses to run a history on a database that another tool has moved along it, and whose journal
/// knows nothing of that: all would be run a second time.
pub(in crate::cli::migrate) async fn ensure_told(
    context: &Context,
    workplace: &Workplace,
    directory: &Directory,
    session: &mut Session,
) -> Result<(), Error> {
    match untold(context, workplace, directory, session).await? {
        Some((_, refusal)) => Err(refusal.into()),
        None => Ok(()),
    }
}

/// Says of a plan that it will be refused for that.
pub(in crate::cli::migrate) async fn warn_of_untold(
    context: &Context,
    workplace: &Workplace,
    directory: &Directory,
    session: &mut Session,
) -> Result<(), Error> {
    if let Some((tool, refusal)) = untold(context, workplace, directory, session).await? {
        let command = told_by(tool);
        context.printer.warn(&format!(
            "{refusal}: `upgrade` is refused until it is told by `{command}`, and the plan is another then"
        ));
    }
    Ok(())
}

/// The tool that has moved a database further than the journal knows, and what is said of that.
async fn untold(
    context: &Context,
    workplace: &Workplace,
    directory: &Directory,
    session: &mut Session,
) -> Result<Option<(Tool, import::Error)>, Error> {
    debug_assert!(matches!(workplace.kind, Kind::Sql));
    let (tool, is_imported) = match standing::origin(directory, None) {
        Ok(tool) => (tool, true),
        Err(_) if standing::is_golang_migrate_s(directory) => (Tool::GolangMigrate, false),
        Err(_) => return Ok(None),
    };
    // Any folder of sqlx's may be golang-migrate's: where that was never run, no more is asked.
    let usual = tables::table(tool, None);
    if !is_imported && !matches!(tables::is_there(&usual, session).await, Ok(true)) {
        return Ok(None);
    }
    let journal = journal::read(session).await?;
    let is_told = |version: &Version| journal.get(*version).is_some();
    let known = standing::known(directory, tool);
    // Where all that the tool could have applied is known, its table has nothing to add.
    if known.values().all(is_told) {
        return Ok(None);
    }
    let table = if tool == Tool::Alembic {
        own_table(context, workplace)
    } else {
        usual
    };
    // A table that is somebody else's says nothing.
    let Ok(Some(records)) = tables::read(tool, &table, session).await else {
        return Ok(None);
    };
    let is_about_us = |it: &Record| is_imported || known.contains_key(&it.id);
    let mut moves = records.iter().filter(|it| it.state != State::Undone);
    if !moves.any(is_about_us) {
        return Ok(None);
    }
    let mut missing = Vec::new();
    if journal.rows().next().is_some() {
        let applied = standing::applied(directory, tool, &table, &records)?;
        let lacks = |version: &Version| applied.contains(version) && !is_told(version);
        let lacking = known.into_iter().filter(|(_, version)| lacks(version));
        missing.extend(lacking.map(|(id, _)| id));
        if missing.is_empty() {
            return Ok(None);
        }
    }
    let refusal = import::Error::Untold {
        table,
        tool,
        missing,
    };
    Ok(Some((tool, refusal)))
}
