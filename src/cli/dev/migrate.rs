//! `townpass dev migrate`: the history on the development database, wherever it is.

use super::application::Application;
use super::session::Session;
use crate::cli::context::Context;
use crate::cli::migrate::{self, Door, Verb, Workplace};
use crate::error::Error;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<u8, Error> {
    let verb = args.verb.unwrap_or_else(Verb::upgrade_to_head);
    let mut session = Session::open(context).await?;
    let mut workplace = Workplace {
        migrations: session.migrations(),
        url: None,
        door: Door::Development,
    };
    if verb.needs_database() {
        // A history that cannot be read is no reason to start anything.
        workplace.history()?;
        let written = Application::written(context, &session)?;
        written.ensure_ours(&session).await?;
        let story = context.story();
        let lock = session.lock(&story).await?;
        session.up(context, &story).await?;
        drop(lock);
        let application = written.ours_from_here(&session, &story).await?;
        workplace.url = Some(application.url);
    } else if verb.asks_database() {
        let story = context.story();
        let written = Application::written(context, &session)?;
        match written.seen_from_here(&session, &story).await {
            Ok(application) => workplace.url = Some(application.url),
            Err(error) => context.printer.explain(&error.to_string()),
        }
    }
    migrate::answer(context, &workplace, verb).await
}
