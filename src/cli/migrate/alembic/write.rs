//! The verbs that write version files, as Alembic would, and `edit`.

use super::{Alembic, by_python};
use crate::alembic;
use crate::alembic::script::draft::{Draft, Wish};
use crate::alembic::{History, Ordinal};
use crate::cli::context::Context;
use crate::cli::editor;
use crate::cli::migrate::{Workplace, edit, merge, revision};
use crate::error::Error;
use crate::migration::directory::draft::parents;
use crate::migration::{Target, Unwritten, directory::write};
use crate::report::view::authoring::Written;

/// Writes a new revision.
pub(super) async fn revision(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    args: &revision::Args,
) -> Result<u8, Error> {
    if args.no_transaction {
        return Err(Unwritten::OfSqlOnly("--no-transaction").into());
    }
    let history = alembic.history()?;
    let rows = rows(
        context,
        workplace,
        alembic,
        &history,
        args.needs_database(&workplace.kind),
    )
    .await?;
    let heads: Vec<Target> = args.place.head.iter().cloned().collect();
    let parents = parents(
        &history,
        history.graph(),
        &rows,
        &heads,
        args.place.splicing(),
    )?;
    let mut depends = Vec::new();
    for target in &args.place.depends_on {
        depends.extend(needed(&history, &rows, target)?);
    }
    let wish = Wish {
        message: args.message.clone(),
        parents,
        depends,
        label: only_label(&args.branch_label)?,
        id: args.rev_id.clone().unwrap_or_else(random_id),
        folder: args
            .version_path
            .as_ref()
            .map(|it| context.directory.join(it)),
    };
    let draft = match commit(context, alembic, &history, &wish) {
        // The template or the configuration asks for it.
        Err(Error::OfAlembic(error @ alembic::Error::NeedsPython { .. })) => {
            return by_python::revision(context, workplace, alembic, args, &error.to_string())
                .await;
        }
        draft => draft?,
    };
    if args.edit {
        editor::open(context, &draft.file.path).await?;
    }
    Ok(0)
}

/// Joins heads.
pub(super) async fn merge(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    args: &merge::Args,
) -> Result<u8, Error> {
    let history = alembic.history()?;
    let rows = rows(context, workplace, alembic, &history, args.needs_database()).await?;
    let targets = args.targets();
    let parents = parents(&history, history.graph(), &rows, &targets, args.splicing())?;
    if parents.len() < 2 {
        let heads = parents
            .iter()
            .map(|&it| history.id(it).to_owned())
            .collect();
        return Err(Unwritten::NothingToMerge { heads }.into());
    }
    let wish = Wish {
        message: args.message.clone(),
        parents,
        label: only_label(&args.branch_label)?,
        id: args.rev_id.clone().unwrap_or_else(random_id),
        ..Wish::default()
    };
    commit(context, alembic, &history, &wish)?;
    Ok(0)
}

/// Opens the file of a revision.
pub(super) async fn edit(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    args: &edit::Args,
) -> Result<u8, Error> {
    if args.down {
        return Err(Unwritten::OfSqlOnly("--down").into());
    }
    let history = alembic.history()?;
    let rows = rows(context, workplace, alembic, &history, args.needs_database()).await?;
    let found = args.revision.revisions(&history, history.graph(), &rows)?;
    if found.is_empty() {
        return Err(Unwritten::NothingToEdit(args.revision.to_string()).into());
    }
    for revision in found {
        editor::open(context, &history.script(revision).source.path).await?;
    }
    Ok(0)
}

/// Where the database stands, if that is asked for.
async fn rows(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    history: &History,
    is_asked: bool,
) -> Result<Vec<Ordinal>, Error> {
    let place = alembic
        .place_if(is_asked, context, workplace, history)
        .await?;
    Ok(place.unwrap_or_default().rows)
}

/// What `target` adds to what must be applied before a new revision: a label stays one, so that it
/// means what the branch will be.
fn needed(history: &History, rows: &[Ordinal], target: &Target) -> Result<Vec<String>, Error> {
    let found = target.revisions(history, history.graph(), rows)?;
    let text = target.to_string();
    let told = |revision: Ordinal| {
        let mut labels = history.graph().labels(revision);
        if labels.any(|label| label == text) {
            text.clone()
        } else {
            history.id(revision).to_owned()
        }
    };
    Ok(found.into_iter().map(told).collect())
}

/// The one label that Alembic writes.
fn only_label(labels: &[String]) -> Result<Option<String>, Error> {
    match labels {
        [] => Ok(None),
        [only] => Ok(Some(only.clone())),
        [_, second, ..] => Err(Unwritten::OneLabel(second.clone()).into()),
    }
}

/// An id that nobody has: twelve hexadecimal digits.
fn random_id() -> String {
    format!("{:012x}", rand::random::<u64>() >> 16)
}

/// Writes the file that `wish` asks for, and tells which it is.
fn commit(
    context: &Context,
    alembic: &Alembic,
    history: &History,
    wish: &Wish,
) -> Result<Draft, Error> {
    let template = alembic.project.template()?;
    let now = jiff::Zoned::now();
    let draft = Draft::plan(&alembic.project, history, wish, &template, &now)?;
    write::create(std::slice::from_ref(&draft.file))?;
    context.printer.show(&Written::from(&draft));
    Ok(draft)
}
