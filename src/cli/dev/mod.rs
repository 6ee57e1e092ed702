//! `townpass dev`: the development database of a project, from nothing to migrated.

use clap::Subcommand;

use super::context::Context;
use crate::error::Error;

pub(super) mod application;
pub(super) mod basis;
pub(super) mod choose;
mod containers;
mod down;
mod exec;
mod history;
mod logs;
mod migrate;
mod psql;
mod reset_db;
mod reset_password;
mod run;
mod services;
pub(super) mod session;
mod snapshot;
mod status;
mod up;
mod url;

/// The commands below `dev`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the database and wait until it answers
    Up(up::Args),
    /// Stop the project's containers; the data stays
    Down(down::Args),
    /// Show how the database stands
    Status(status::Args),
    /// Show the database server's log
    Logs(logs::Args),
    /// Print the database's URL as seen from here
    Url(url::Args),
    /// Open psql on the database
    Psql(psql::Args),
    /// Run a command in the running container of a service
    Exec(exec::Args),
    /// Run a command in a container of its own on the project's network
    Run(run::Args),
    /// Start the database if needed, then migrate it; without a verb, upgrade to head
    Migrate(Box<migrate::Args>),
    /// Empty the database, or mend its volume or its password; then migrate it
    ResetDb(reset_db::Args),
    /// Keep and restore copies of the database
    #[command(subcommand)]
    Snapshot(snapshot::Command),
}

impl Command {
    /// Whether the command passes signals on to a child of its own.
    pub(crate) fn passes_signals(&self) -> bool {
        matches!(self, Self::Psql(_) | Self::Exec(_) | Self::Run(_))
    }

    /// Whether Ctrl-C is how the command ends, and no misfortune.
    pub(crate) fn lasts_until_interrupted(&self) -> bool {
        matches!(self, Self::Logs(args) if args.lasts_until_interrupted())
    }
}

/// Runs one of them.
pub(crate) async fn run(context: &Context, command: Command) -> Result<u8, Error> {
    match command {
        Command::Up(args) => up::run(context, args).await,
        Command::Down(args) => down::run(context, args).await,
        Command::Status(args) => status::run(context, args).await,
        Command::Logs(args) => logs::run(context, args).await,
        Command::Url(args) => url::run(context, args).await,
        Command::Psql(args) => psql::run(context, args).await,
        Command::Exec(args) => exec::run(context, args).await,
        Command::Run(args) => run::run(context, args).await,
        Command::Migrate(args) => Box::pin(migrate::run(context, *args)).await,
        Command::ResetDb(args) => reset_db::run(context, args).await,
        Command::Snapshot(command) => snapshot::run(context, command).await,
    }
}
