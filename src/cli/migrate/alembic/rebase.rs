//! `rebase` on a history of Alembic's: a file gets another `down_revision`, and a database of this
//! machine loses the row that nobody needs any more.

use std::collections::BTreeSet;

use super::Alembic;
use super::road::Road;
use crate::alembic::Ordinal;
use crate::alembic::way::rebase::Rebase;
use crate::cli::context::Context;
use crate::cli::migrate::rebase::{Args, ensure_unshared, is_local};
use crate::cli::migrate::{Door, Workplace};
use crate::error::Error;
use crate::migration::{self, Target, Unwritten, directory::write, runner};
use crate::report::view::authoring::{Moved, Rebased};

pub(super) async fn run(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    args: &Args,
) -> Result<u8, Error> {
    let road = Road::of(alembic)?;
    let history = &road.history;
    let one = |target: &Target| match target.revisions(history, history.graph(), &[])?.as_slice() {
        [only] => Ok(*only),
        _ => Err(Error::from(Unwritten::not_one(target))),
    };
    let (head, onto) = (one(&args.head)?, one(&args.onto)?);
    let rebase = Rebase::plan(history, head, onto)?;
    let paths: Vec<_> = rebase
        .moved
        .iter()
        .map(|&it| history.script(it).source.path.clone())
        .collect();
    let version = history.version(head);
    ensure_unshared(context, args, version, &paths).await?;
    let bottom = rebase.bottom;
    let moved = |gone: Vec<String>| Rebased {
        revisions: vec![Moved {
            from: history.id(bottom).to_owned(),
            to: history.id(bottom).to_owned(),
            parents: vec![history.id(onto).to_owned()],
            description: history.script(bottom).message().replace('\n', " "),
            files: vec![rebase.file.path.display().to_string()],
        }],
        journal_rows: 0,
        needless_rows: gone,
        dry_run: args.dry_run,
    };
    let Some(url) = &workplace.url else {
        if !args.dry_run {
            context.printer.warn(
                "no DATABASE_URL is set: a database that has these revisions may lack what they \
                 follow now",
            );
            write::replace(&rebase.file.path, &rebase.file.text)?;
        }
        context.printer.show(&moved(Vec::new()));
        return Ok(0);
    };
    if matches!(workplace.door, Door::Deploy(_)) && !is_local(url) {
        let address = url.address().to_string();
        let head = version;
        return Err(Unwritten::NotLocal { address, head }.into());
    }
    let mut session = workplace.connect(context).await?;
    let place = road.place(&mut session).await?;
    let rows = |them: &[Ordinal]| -> BTreeSet<String> {
        them.iter().map(|&it| history.id(it).to_owned()).collect()
    };
    let before = rows(&place.rows);
    let Some(after) = rebase.rows(history, &place.applied(history)) else {
        return Err(Unwritten::AppliedWithout {
            head: history.version(bottom),
            onto: history.version(onto),
        }
        .into());
    };
    let gone: Vec<String> = before.difference(&after).cloned().collect();
    if !args.dry_run {
        let old = history.script(bottom).source.text.to_string();
        write::replace(&rebase.file.path, &rebase.file.text)?;
        let story = context.story();
        let mut on_event = |event: migration::Event<'_>| story.migration(&event);
        let options = args.patience.options(context, None);
        let heads = road.heads(before.clone());
        let written = if before == after {
            Ok(true)
        } else {
            runner::stamp_heads(&heads, &after, &mut session, &options, &mut on_event).await
        };
        let written = match written {
            Ok(false) => Err(migration::Error::Stale),
            written => written,
        };
        if let Err(error) = written {
            write::replace(&rebase.file.path, &old)?;
            return Err(error.into());
        }
    }
    context.printer.show(&moved(gone));
    Ok(0)
}
