//! `townpass dev down`: the project's containers stop and go; data stays unless asked otherwise.

use super::session::Session;
use crate::cli::confirm;
use crate::cli::context::Context;
use crate::database::provider::{Data, State};
use crate::database::reset::{BindMount, Depth, Plan, Safety, words};
use crate::database::{Kind, loss};
use crate::docker::down::plan::{DownPlan, VolumeFate};
use crate::docker::observed::Volume;
use crate::error::Error;
use crate::report::words::Count;
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
    let mut data = view::down::Data::Kept;
    if args.volumes {
        let dying = say_what_dies(&session, plan.as_ref(), &story).await?;
        if dying.anything {
            confirm::require(context, session.project.name.as_str()).await?;
        }
        data = dying.data;
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
    if session.provider.kind() == Kind::Embedded {
        note_containers(&session, &story).await;
    }
    if args.volumes {
        session.forget()?;
        let kept = session.provider.saved().await?.len();
        if kept > 0 {
            let (stay, them) = if kept == 1 {
                ("stays", "it")
            } else {
                ("stay", "them")
            };
            story.note(&format!(
                "{} of the data {stay}; `townpass dev snapshot list` names {them}, `delete` \
                 removes {them}",
                Count(kept, "snapshot")
            ));
        }
    }
    drop(story);
    context.printer.show(&view::down::Down {
        provider: session.provider.kind().to_string(),
        project: session.project.name.to_string(),
        data,
    });
    Ok(0)
}

/// An engine may run the project's other services beside the embedded database.
async fn note_containers(session: &Session, story: &Story<'_>) {
    if session.engine.is_none() {
        return;
    }
    // The server is stopped, which is what was asked for; an engine that fails now spoils nothing.
    let Ok(plan) = session.down_plan(VolumeFate::Kept).await else {
        return;
    };
    let running = plan.containers.iter().flatten();
    let running: Vec<String> = running.map(|it| format!("`{}`", it.name)).collect();
    if !running.is_empty() {
        story.note(&format!(
            "{} of this project {} in Docker: {}; `townpass dev down --provider docker` takes {} down",
            Count(running.len(), "container"),
            if running.len() == 1 { "stays" } else { "stay" },
            running.join(", "),
            if running.len() == 1 { "it" } else { "them" },
        ));
    }
}

/// What `--volumes` takes with it.
struct Dying {
    /// Whether there is anything to ask about.
    anything: bool,
    /// What becomes of the database's own data.
    data: view::down::Data,
}

/// Says what is in the data that goes, and refuses what a reset would refuse. A directory of the
/// host is no volume: it stays, as with Compose.
async fn say_what_dies(
    session: &Session,
    down: Option<&DownPlan>,
    story: &Story<'_>,
) -> Result<Dying, Error> {
    let facts = loss::facts(&*session.provider, Depth::Volume).await?;
    let (state, data) = (facts.status.state, facts.status.data.clone());
    let database = &session.provider.account().database;
    let mut plan = Plan::decide(Depth::Volume, database, facts, BindMount::Empty)?;
    plan.safety = Safety::Nothing;
    let volumes = down.map_or(&[][..], |plan| &plan.volumes);
    let named = |volume: &&Volume| matches!(&data, Data::Volume(name) if *name == volume.name);
    let there = state != State::Absent || volumes.iter().any(|it| named(&it));
    let stays = matches!(data, Data::BindMount(_));
    if stays {
        story.note(&format!("{} stays", words(&data)));
    } else if there {
        story.loss(&plan);
    }
    let others: Vec<&Volume> = volumes.iter().filter(|it| !named(it)).collect();
    for volume in &others {
        story.warning(&format!("this removes volume `{}`", volume.name));
    }
    Ok(Dying {
        anything: (there && !stays) || !others.is_empty(),
        data: if stays {
            view::down::Data::Kept
        } else {
            view::down::Data::Removed
        },
    })
}
