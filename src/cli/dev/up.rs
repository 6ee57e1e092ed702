//! `townpass dev up`: from whatever there is to a database that answers.

use std::time::Duration;

use clap::ValueEnum;

use super::application::Application;
use super::history;
use super::session::Session;
use crate::cli::context::Context;
use crate::cli::duration;
use crate::cli::migrate::walk;
use crate::compose::PullPolicy;
use crate::error::Error;
use crate::ident::ServiceName;
use crate::report::view;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Further services to start, after what they depend on
    #[arg(value_name = "SERVICE")]
    services: Vec<String>,
    /// Then apply the migrations
    #[arg(long)]
    migrate: bool,
    /// How long to wait until the database answers
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, env = "TOWNPASS_TIMEOUT")]
    timeout: Option<Duration>,
    /// When to pull images, in place of the Compose file's `pull_policy`
    #[arg(long, value_enum, value_name = "WHEN", env = "TOWNPASS_PULL")]
    pull: Option<Pull>,
    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// When to pull.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Pull {
    /// Every time.
    Always,
    /// Where the engine has none.
    Missing,
    /// Not at all.
    Never,
}

impl From<Pull> for PullPolicy {
    fn from(pull: Pull) -> Self {
        match pull {
            Pull::Always => Self::Always,
            Pull::Missing => Self::Missing,
            Pull::Never => Self::Never,
        }
    }
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<u8, Error> {
    let pull = args.pull.map(Into::into);
    let mut session = Session::open_with(context, args.timeout, pull).await?;
    // A name that is mistyped, or a service that lacks a file, is no reason to start anything.
    let names: Vec<ServiceName> = args.services.iter().map(ServiceName::new).collect();
    session.project.start_order(&names)?;
    if args.dry_run {
        let mut steps = session.provider.plan().await?;
        steps.extend(session.plan_services(&args.services).await?);
        let provider = session.provider.kind().to_string();
        context.printer.show(&view::plan::Plan { provider, steps });
        return Ok(0);
    }
    // A history that cannot be read is no reason to start anything.
    let history = if args.migrate {
        Some(history::required(context, &session)?)
    } else {
        None
    };
    let written = Application::written(context, &session)?;
    let story = context.story();
    let lock = session.lock(&story).await?;
    session.up(context, &story).await?;
    session.start_services(&args.services, &story).await?;
    let application = written.clone().seen_from_here(&session, &story).await?;
    application.warn(&story);
    application.explain(context);
    application.prove(&session).await?;
    drop(lock);
    let view = application.view(&session);
    if let Some(history) = history {
        let workplace = history.workplace(session, written, application.url);
        walk::to_head(context, &workplace, &story).await?;
    }
    drop(story);
    context.printer.show(&view);
    Ok(0)
}
