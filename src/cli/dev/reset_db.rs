//! `townpass dev reset-db`: the database emptied, or its volume made anew, or its password set.
//! The history is applied afterwards.

use std::time::Duration;

use super::application::Application;
use super::history::ProjectHistory;
use super::reset_password::{self, NewPassword};
use super::session::Session;
use crate::cli::confirm;
use crate::cli::context::Context;
use crate::cli::migrate::{told_by_git, walk};
use crate::database::lifecycle::{self, Contents};
use crate::database::loss;
use crate::database::reset::{BindMount, Depth, Plan};
use crate::error::Error;
use crate::report::view;

#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct Args {
    /// Remove the whole data directory and initialise it anew
    #[arg(long, conflicts_with = "password")]
    volume: bool,
    /// Set the password alone and keep the data: NEW, standard input where NEW is `-`, else the
    /// Compose file's
    #[arg(long, value_name = "NEW", num_args = 0..=1, default_missing_value = "")]
    password: Option<String>,
    /// With --volume: empty a directory of the host that is mounted as data
    #[arg(long, requires = "volume")]
    empty_bind_mount: bool,
    /// Do not apply the history afterwards
    #[arg(long)]
    no_migrate: bool,
    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// How long to wait until the database answers
    #[arg(long, value_name = "DURATION", value_parser = crate::cli::duration::parse, env = "TOWNPASS_TIMEOUT")]
    timeout: Option<Duration>,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<u8, Error> {
    let mut session = Session::open_with(context, args.timeout, None).await?;
    let application = Application::written(context, &session)?;
    application.ensure_ours(&session).await?;
    if args.password.is_none() && !args.no_migrate {
        application.ensure_same_database(&session)?;
    }
    let story = context.story();
    let _lock = session.lock(&story).await?;
    let history = sound(context, &session, &args).await?;
    if let Some(new) = &args.password {
        let new = NewPassword::read(new)?;
        let reset = reset_password::run(&session, &application, &new, &story).await?;
        session.remember()?;
        if let Some(history) = history {
            let mut written = application;
            written.url = reset.url.clone();
            let workplace = history.workplace(session, written, reset.url.clone());
            walk::to_head(context, &workplace, &story).await?;
        }
        drop(story);
        context.printer.show(&reset.view);
        return Ok(0);
    }
    let depth = if args.volume {
        Depth::Volume
    } else {
        Depth::Contents
    };
    let up = match (depth, args.dry_run) {
        (Depth::Contents, false) => Some(session.up_to_reset(context, &story).await?),
        _ => None,
    };
    if up.is_some() {
        // Only now is there a server to compare another one with.
        application.ensure_ours(&session).await?;
    }
    let bind_mount = if args.empty_bind_mount {
        BindMount::Empty
    } else {
        BindMount::Spare
    };
    let facts = loss::facts(&*session.provider, depth).await?;
    let plan = Plan::decide(
        depth,
        &session.provider.account().database,
        facts,
        bind_mount,
    )?;
    if args.dry_run {
        let mut steps = plan.steps();
        steps.extend(history.is_some().then(|| "apply the history".to_owned()));
        let provider = session.provider.kind().to_string();
        context.printer.show(&view::plan::Plan { provider, steps });
        return Ok(0);
    }
    if !plan.loss.is_nothing() {
        story.loss(&plan);
        confirm::require(context, session.project.name.as_str()).await?;
    }
    let key = match (&history, &up) {
        (Some(history), Some(up)) => history.key(&up.ready.server_version)?,
        _ => None,
    };
    let target = match up {
        Some(up) => up.target,
        None => session.target_or_nowhere().await,
    };
    let outcome = lifecycle::reset(
        &*session.provider,
        &target,
        &plan,
        key.as_ref(),
        session.settings.timeout,
        &mut |event| story.database(&event),
    )
    .await?;
    session.remember()?;
    let mut revisions = Vec::new();
    if let Some(history) = history {
        let seen = application.clone().ours_from_here(&session, &story);
        let url = seen.await?.url;
        let workplace = history.workplace(session, application, url);
        let applied = walk::to_head(context, &workplace, &story).await?;
        revisions = applied.revisions;
        if let (Some(key), Contents::Empty) = (&key, outcome.contents) {
            lifecycle::keep_template(&outcome.target, key, &mut |event| story.database(&event))
                .await?;
        }
    }
    drop(story);
    context.printer.show(&view::reset::Reset {
        depth,
        database: plan.database.to_string(),
        safety_snapshot: outcome.safety.map(|name| name.to_string()),
        from_template: outcome.contents == Contents::Migrated,
        revisions,
    });
    Ok(0)
}

/// The history that is applied afterwards, if there is one, and it can be.
async fn sound(
    context: &Context,
    session: &Session,
    args: &Args,
) -> Result<Option<ProjectHistory>, Error> {
    if args.no_migrate {
        return Ok(None);
    }
    let Some(history) = ProjectHistory::of(context, session)? else {
        return Ok(None);
    };
    told_by_git(history.folder(), history.ensure_it_leads()).await?;
    Ok(Some(history))
}
