//! `townpass dev snapshot`: copies of the database that can be put back in about a second.

use clap::Subcommand;
use jiff::Timestamp;

use super::session::Session;
use crate::cli::confirm;
use crate::cli::context::Context;
use crate::database::snapshot::{self, Form};
use crate::database::{self, Provider, SnapshotName, Target};
use crate::error::Error;
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
        context.printer.show(&view(&snapshots));
        return Ok(0);
    }
    let _lock = session.lock(&story).await?;
    let target = session.up(context, &story).await?.target;
    let provider = &*session.provider;
    match command {
        Command::List => {}
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
            story.note(&format!("what was there is kept as snapshot `{safety}`"));
            context.printer.show(&Named::new("restored", &name));
        }
        Command::Delete { name } => {
            let name: SnapshotName = name.parse()?;
            confirm::require(context, name.as_str()).await?;
            snapshot::delete(provider, &target, &name).await?;
            context.printer.show(&Named::new("deleted", &name));
        }
    }
    Ok(0)
}

fn view(snapshots: &[snapshot::Snapshot]) -> Snapshots {
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
