//! `townpass dev down`: the project's containers stop and go; data stays unless asked otherwise.

use super::session::Session;
use crate::cli::confirm;
use crate::cli::context::Context;
use crate::database::reset::{BindMount, Depth, Plan, Safety};
use crate::database::{Kind, loss};
use crate::docker::down_plan::VolumeFate;
use crate::error::Error;
use crate::report::{Story, view};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Remove the data too, after saying what dies
    #[arg(long)]
    volumes: bool,
    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) async fn run(context: &Context, args: Args) -> Result<u8, Error> {
    let session = Session::open(context).await?;
    let story = context.story();
    let _lock = session.lock(&story).await?;
    let fate = if args.volumes {
        VolumeFate::Removed
    } else {
        VolumeFate::Kept
    };
    let plan = match session.provider.kind() {
        Kind::Docker => Some(session.down_plan(fate).await?),
        Kind::Embedded => None,
    };
    if args.dry_run {
        let steps = match &plan {
            Some(plan) => plan.to_string().lines().map(str::to_owned).collect(),
            None if args.volumes => vec!["stop the server and remove its data".to_owned()],
            None => vec!["stop the server".to_owned()],
        };
        let provider = session.provider.kind().to_string();
        context.printer.show(&view::plan::Plan { provider, steps });
        return Ok(0);
    }
    if args.volumes {
        say_what_dies(&session, &story).await?;
        confirm::require(context, session.project.name.as_str()).await?;
    }
    match plan {
        Some(plan) => {
            let engine = session.engine_for(&[])?;
            engine
                .take_down(&plan, &mut |event| story.docker(&event))
                .await?;
        }
        None if args.volumes => {
            session
                .provider
                .destroy(&mut |event| story.database(&event))
                .await?;
        }
        None => {
            session
                .provider
                .stop(&mut |event| story.database(&event))
                .await?;
        }
    }
    Ok(0)
}

/// Says what is in the data that goes, and refuses what a reset would refuse.
async fn say_what_dies(session: &Session, story: &Story<'_>) -> Result<(), Error> {
    let facts = loss::facts(&*session.provider, Depth::Volume).await?;
    let database = &session.provider.account().database;
    let mut plan = Plan::decide(Depth::Volume, database, facts, BindMount::Empty)?;
    plan.safety = Safety::Nothing;
    story.loss(&plan);
    Ok(())
}
