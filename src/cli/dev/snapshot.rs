//! `townpass dev snapshot`: copies of the database that can be put back in about a second.

use clap::Subcommand;
use jiff::Timestamp;

use super::session::Session;
use crate::cli::confirm;
use crate::cli::context::Context;
use crate::database::provider::{Data, State};
use crate::database::snapshot::{self, Form};
use crate::database::{self, Provider, SnapshotName, Target};
use crate::error::Error;
use crate::report::Story;
use crate::report::view::snapshot::{Named, Row, Snapshots};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Keep a copy of the database as it is now
    Save {
        /// The copy's name; the time, where none is given
        name: Option<String>,
    },
    /// List the copies, the newest first
    List,
    /// Put a copy back in place of the database; what is there now is kept as a copy
    Restore {
        /// The copy's name; where none is given the newest that was not itself kept by a restore
        name: Option<String>,
    },
    /// Delete a copy
    Delete {
        /// The copy's name
        name: String,
    },
}

pub(crate) async fn run(context: &Context, command: Command) -> Result<u8, Error> {
    let mut session = Session::open(context).await?;
    let story = context.story();
    if let Command::List = command {
        let snapshots =
            snapshot::list(&*session.provider, &session.target_or_nowhere().await).await?;
        let unseen = has_data_at_rest(&session).await?;
        context.printer.show(&view(&snapshots, unseen));
        return Ok(0);
    }
    let _lock = session.lock(&story).await?;
    if let Command::Delete { name } = command {
        let name: SnapshotName = name.parse()?;
        let target = target_of(context, &mut session, &story, &name).await?;
        confirm::require(context, name.as_str()).await?;
        snapshot::delete(&*session.provider, &target, &name).await?;
        context.printer.show(&Named::new("deleted", &name));
        return Ok(0);
    }
    let target = session.up(context, &story).await?.target;
    let provider = &*session.provider;
    match command {
        Command::List | Command::Delete { .. } => {}
        Command::Save { name } => {
            let name = match name {
                Some(name) => SnapshotName::chosen(&name)?,
                None => Timestamp::now()
                    .strftime("%Y%m%d-%H%M%S")
                    .to_string()
                    .parse()?,
            };
            snapshot::save(provider, &target, &name, &mut |event| {
                story.database(&event);
            })
            .await?;
            context.printer.show(&Named::new("saved", &name));
        }
        Command::Restore { name } => {
            let name: SnapshotName = match name {
                Some(name) => name.parse()?,
                None => newest(provider, &target).await?,
            };
            let safety = snapshot::restore(
                provider,
                &target,
                &name,
                session.settings.timeout,
                &mut |event| story.database(&event),
            )
            .await?;
            let replaced = &target.account.database;
            story.note(&format!(
                "what was in `{replaced}` is kept as snapshot `{safety}`"
            ));
            context.printer.show(&Named {
                kept: Some(safety.to_string()),
                ..Named::new("restored", &name)
            });
        }
    }
    Ok(0)
}

/// Whether there is data whose server does not run, so that the copies within are not seen.
async fn has_data_at_rest(session: &Session) -> Result<bool, Error> {
    let status = session.provider.observe().await?;
    Ok(match (status.state, &status.data, &session.engine) {
        (State::Running, ..) => false,
        (State::Absent, Data::Volume(name) | Data::ExternalVolume(name), Some(engine)) => {
            engine.volume(name).await?.is_some()
        }
        (State::Absent, Data::BindMount(_), _) => true,
        (State::Absent, ..) => false,
        (State::Stopped | State::Restarting | State::Paused, ..) => true,
    })
}

/// The database whose snapshot this is. It is only started where the snapshot can be within its
/// data, and only a snapshot that is there is asked about.
async fn target_of(
    context: &Context,
    session: &mut Session,
    story: &Story<'_>,
    name: &SnapshotName,
) -> Result<Target, Error> {
    let saved = session.provider.saved().await?;
    if saved.iter().any(|it| it.name == name.as_str()) {
        return Ok(session.target_or_nowhere().await);
    }
    let runs = session.provider.observe().await?.state == State::Running;
    if runs || has_data_at_rest(session).await? {
        let target = session.up(context, story).await?.target;
        let all = snapshot::list(&*session.provider, &target).await?;
        if all.iter().any(|it| it.name == name.as_str()) {
            return Ok(target);
        }
    }
    Err(database::Error::SnapshotMissing { name: name.clone() }.into())
}

fn view(snapshots: &[snapshot::Snapshot], unseen: bool) -> Snapshots {
    let row = |it: &snapshot::Snapshot| Row {
        name: it.name.clone(),
        of: match it.form {
            Form::Database => "database".to_owned(),
            Form::Cluster => "data".to_owned(),
        },
        created: Timestamp::try_from(it.created)
            .map(|time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
            .unwrap_or_default(),
        size: it.size,
    };
    Snapshots {
        snapshots: snapshots.iter().map(row).collect(),
        more_within_data: unseen,
    }
}

async fn newest(provider: &dyn Provider, target: &Target) -> Result<SnapshotName, Error> {
    let snapshots = snapshot::list(provider, target).await?;
    let undone = |it: &&snapshot::Snapshot| !it.name.starts_with("before-restore-");
    match snapshots.iter().find(undone).or(snapshots.first()) {
        Some(newest) => Ok(newest.name.parse()?),
        None => Err(database::Error::NoSnapshots.into()),
    }
}
