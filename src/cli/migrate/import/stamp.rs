//! A database that another tool has moved is told what of our folder it has. Nothing is run, and the
//! tool's own table stays as it is.

use std::collections::BTreeSet;
use std::path::Path;

use super::find::project;
use super::{Args, Kind};
use crate::cli::context::Context;
use crate::cli::migrate::Workplace;
use crate::error::Error;
use crate::import::error::told_by;
use crate::import::standing::{self, Record, State};
use crate::import::{self, Tool, journal as tables};
use crate::migration::plan::stamp::Stamp;
use crate::migration::{Directory, Session, Version, journal, runner};
use crate::report::view::import::{TakenOver, Told};

/// Reads the tool's table and writes our journal. `None` of a table's rows is a database that is new.
pub(super) async fn take_over(
    context: &Context,
    (tool, table): (Tool, &str),
    directory: &Directory,
    args: &Args,
    session: &mut Session,
) -> Result<TakenOver, Error> {
    let taken = |told: Told| TakenOver {
        tool: tool.word(),
        table: table.replace('"', ""),
        told,
    };
    let Some(versions) = applied(tool, table, directory, args, session).await? else {
        return Ok(taken(Told::NoTable));
    };
    if args.dry_run {
        let stamp = Stamp::taking_over(directory, &journal::read(session).await?, &versions)?;
        return Ok(taken(Told::would(&stamp)));
    }
    let options = args.patience.options(context, None);
    let story = context.story();
    let stamp = runner::take_over(directory, &versions, session, &options, &mut |event| {
        story.migration(&event);
    })
    .await?;
    drop(story);
    Ok(taken(Told::did(&stamp)))
}

/// What of `directory` is applied, as the tool's table says where there is one. Refuses what cannot
/// be told to the journal.
pub(super) async fn applied(
    tool: Tool,
    table: &str,
    directory: &Directory,
    args: &Args,
    session: &mut Session,
) -> Result<Option<BTreeSet<Version>>, Error> {
    let Some(records) = tables::read(tool, table, session).await? else {
        return Ok(None);
    };
    let versions = standing::applied(directory, tool, table, &records)?;
    let edited = standing::edited(directory, tool, &records, &args.accept_edited);
    if !edited.is_empty() {
        let table = table.to_owned();
        return Err(import::Error::Edited {
            table,
            tool,
            edited,
        }
        .into());
    }
    Ok(Some(versions))
}

/// The same for a folder that was imported before.
pub(super) async fn alone(
    context: &Context,
    workplace: &Workplace,
    args: &Args,
    target: &Path,
) -> Result<u8, Error> {
    let directory = Directory::read(target)?;
    let tool = standing::origin(&directory, args.tool)?;
    let table = match (tool, &args.table) {
        (Tool::Alembic, None) => own_table(context, workplace),
        (_, table) => tables::table(tool, table.as_deref()),
    };
    let mut session = workplace.connect(context).await?;
    let taken = take_over(context, (tool, &table), &directory, args, &mut session).await?;
    context.printer.show(&taken);
    Ok(0)
}

/// Alembic's table, as its configuration has it where that is still there.
fn own_table(context: &Context, workplace: &Workplace) -> String {
    let project = project(context, workplace, None).ok().flatten();
    let table = project.and_then(|alembic| alembic.version_table().ok());
    match table {
        Some(table) => table.quoted(),
        None => tables::table(Tool::Alembic, None),
    }
}

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
    let journal = journal::read(session).await?;
    let is_told = |version: &Version| journal.get(*version).is_some();
    let known = standing::known(directory, tool);
    // Where all that the tool could have applied is known, its table has nothing to add.
    if known.values().all(is_told) {
        return Ok(None);
    }
    let table = match tool {
        Tool::Alembic => own_table(context, workplace),
        other => tables::table(other, None),
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
