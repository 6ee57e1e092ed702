//! The command line: what was typed, and which body answers it.
//!
//! A command is one file with its `Args` and its `run`: observe, decide, act, report.

use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory as _, Parser, Subcommand};

use self::{context::Context, globals::Globals};
use crate::config::Env;
use crate::error::Error;
use crate::failure::{Blame, Diagnose as _};
use crate::report::Door;

mod completions;
mod confirm;
mod context;
mod dev;
mod doctor;
mod duration;
mod editor;
mod elsewhere;
mod exit;
mod globals;
mod init;
mod migrate;
mod surroundings;

/// Takes a project from a clone to a working, migrated database
#[derive(Debug, Parser)]
#[command(version, about, after_help = exit::TABLE, propagate_version = false)]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the development database
    #[command(subcommand)]
    Dev(dev::Command),
    /// Move a database named by DATABASE_URL along the history; no container engine is involved
    Migrate(Box<migrate::Args>),
    /// Adopt the repository it stands in, or make a new project
    Init(init::Args),
    /// Look for whatever keeps the database from working, and name what mends it
    Doctor,
    /// Print a completion script for a shell
    Completions(completions::Args),
}

impl Command {
    /// Whether the command passes signals on to a child of its own.
    fn passes_signals(&self) -> bool {
        match self {
            Self::Dev(command) => command.passes_signals(),
            Self::Migrate(_) | Self::Init(_) | Self::Doctor | Self::Completions(_) => false,
        }
    }

    /// Whether Ctrl-C is how the command ends, and no misfortune.
    fn lasts_until_interrupted(&self) -> bool {
        match self {
            Self::Dev(command) => command.lasts_until_interrupted(),
            Self::Migrate(_) | Self::Init(_) | Self::Doctor | Self::Completions(_) => false,
        }
    }
}

/// Runs the command line and says how it ended.
pub fn main() -> ExitCode {
    let Cli { globals, command } = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return explain(&elsewhere::advise(usage, &Cli::command())),
    };
    let context = Context::new(Env::snapshot(), globals);
    let door = if matches!(command, Command::Dev(_)) {
        Door::DevMigrate
    } else {
        Door::Migrate
    };
    let ended = block_on(&context, command).and_then(|code| {
        context
            .printer
            .finish()
            .map(|()| code)
            .map_err(Error::Output)
    });
    match ended {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let code = exit::code(error.blame());
            context.printer.failure(&error, code, door);
            ExitCode::from(code)
        }
    }
}

/// Whether these words, behind the program's name, are a command line of it: for documents that
/// quote one.
pub fn understands<'w>(words: impl IntoIterator<Item = &'w str>) -> Result<(), String> {
    let line = std::iter::once("townpass").chain(words);
    match Cli::try_parse_from(line) {
        Ok(_) => Ok(()),
        Err(usage) => Err(usage.to_string()),
    }
}

/// clap's own answer: help and version on stdout, a usage error on stderr.
fn explain(usage: &clap::Error) -> ExitCode {
    // Nobody is left to be told that the stream is closed.
    let _ = usage.print();
    ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(2))
}

/// How long a process is waited for that has heard of Ctrl-C as well. Before that it is killed.
const WIND_DOWN: Duration = Duration::from_secs(10);

/// The one runtime. Dropping a body at Ctrl-C drops its connections, and with them its locks.
fn block_on(context: &Context, command: Command) -> Result<u8, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Error::Runtime)?;
    let ended = runtime.block_on(async {
        let passes_signals = command.passes_signals();
        let ends_here = command.lasts_until_interrupted();
        let mut body = Box::pin(run(context, command));
        if passes_signals {
            return body.await;
        }
        tokio::select! {
            ended = &mut body => return ended,
            () = interrupted() => {}
        }
        if context.joined.get() {
            let story = context.story();
            story.note("waiting until Alembic has ended");
            let _ = tokio::time::timeout(WIND_DOWN, body).await;
        }
        if ends_here {
            Ok(exit::code(Blame::Interrupted))
        } else {
            Err(Error::Interrupted)
        }
    });
    // A blocking download must not keep an interrupted command alive.
    runtime.shutdown_background();
    ended
}

async fn run(context: &Context, command: Command) -> Result<u8, Error> {
    context.ensure_directory()?;
    match command {
        // The futures of the commands are large; on the heap they cost nothing that shows.
        Command::Dev(command) => Box::pin(dev::run(context, command)).await,
        Command::Migrate(args) => Box::pin(migrate::run(context, *args)).await,
        Command::Init(args) => init::run(context, &args).await,
        Command::Doctor => Ok(Box::pin(doctor::run(context)).await),
        Command::Completions(args) => Ok(completions::run(context, &args, Cli::command())),
    }
}

/// Ends at Ctrl-C, and where there is one at the signal that asks to end.
pub(crate) async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
