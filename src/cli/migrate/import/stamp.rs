//! A database that another tool has moved is told what of our folder it has. Nothing is run, and the
//! tool's own table stays as it is.

use std::collections::BTreeSet;
use std::path::Path;

use super::Args;
use super::find::project;
use crate::cli::context::Context;
use crate::cli::migrate::Workplace;
use crate::error::Error;
use crate::import::standing;
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
pub(super) fn own_table(context: &Context, workplace: &Workplace) -> String {
    let project = project(context, workplace, None).ok().flatten();
    let table = project.and_then(|alembic| alembic.version_table().ok());
    match table {
        Some(table) => table.quoted(),
        None => tables::table(Tool::Alembic, None),
    }
}
