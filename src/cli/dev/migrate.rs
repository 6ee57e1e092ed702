//! `townpass dev migrate`: the history on the development database, wherever it is.

use std::cell::OnceCell;

use super::application::Application;
use super::history::containers;
use super::session::Session;
use crate::cli::context::Context;
use crate::cli::migrate::import::told_by_files;
use crate::cli::migrate::{self, Door, Named, Verb, Workplace};
use crate::error::Error;
use crate::url::DatabaseUrl;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    named: Named,
    #[command(subcommand)]
    verb: Option<Verb>,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<u8, Error> {
    let verb = args.verb.unwrap_or_else(Verb::upgrade_to_head);
    let mut session = Session::open(context).await?;
    let mut workplace = Workplace {
        kind: session.kind(context, &args.named)?,
        migrations: session.migrations(),
        url: None,
        door: Door::Development,
        containers: None,
        python: args.named.python(),
        runner: OnceCell::new(),
        home: session.project.directory.clone(),
    };
    let needs_database = verb.needs_database(&workplace.kind);
    // A history that cannot be read is no reason to start anything.
    if needs_database && verb.needs_history() {
        told_by_files(context, &workplace.home, workplace.ensure_readable())?;
    }
    let written = match Application::written(context, &session) {
        // What asks no database does without its URL.
        Err(_) if !needs_database && !verb.asks_database() => None,
        written => Some(written?),
    };
    if let Some(written) = written {
        if needs_database {
            let url = ours(context, &mut session, &written).await?;
            workplace.url = Some(url);
        } else if verb.asks_database() {
            let story = context.story();
            match written.clone().seen_from_here(&session, &story).await {
                Ok(application) => workplace.url = Some(application.url),
                Err(error) => context.printer.explain(&error.to_string()),
            }
        }
        workplace.containers = containers(session, written);
    }
    migrate::answer(context, &workplace, verb).await
}

/// The project's own database, which answers by then.
async fn ours(
    context: &Context,
    session: &mut Session,
    written: &Application,
) -> Result<DatabaseUrl, Error> {
    written.ensure_ours(session).await?;
    let story = context.story();
    let lock = session.lock(&story).await?;
    session.up(context, &story).await?;
    drop(lock);
    let application = written.clone().ours_from_here(session, &story).await?;
    application.prove(session).await?;
    Ok(application.url)
}
