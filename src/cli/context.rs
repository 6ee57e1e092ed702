//! What every command body is given.

use std::cell::Cell;
use std::path::PathBuf;

use super::globals::{ColourChoice, Globals};
use crate::config::{self, Env, Flags};
use crate::report::{Printer, Story, paint::Colour, printer::Streams};

/// The environment, the global options and the printer.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) env: Env,
    pub(crate) globals: Globals,
    pub(crate) printer: Printer,
    /// Where the command runs: `-C`, or the directory it was started in.
    pub(crate) directory: PathBuf,
    /// Whether a process runs that hears of Ctrl-C and is to be waited for.
    pub(crate) joined: Cell<bool>,
}

impl Context {
    /// Puts together what was typed and what was found.
    pub(crate) fn new(env: Env, globals: Globals) -> Self {
        let printer = Printer::new(globals.output, globals.verbosity(), streams(&env, &globals));
        let directory = match &globals.directory {
            Some(directory) => env.directory.join(directory),
            None => env.directory.clone(),
        };
        Self {
            env,
            globals,
            printer,
            directory,
            joined: Cell::new(false),
        }
    }

    /// Refuses a directory that is not there.
    pub(crate) fn ensure_directory(&self) -> Result<(), config::Error> {
        if self.directory.is_dir() {
            Ok(())
        } else {
            Err(config::Error::Directory(self.directory.clone()))
        }
    }

    /// The settings that were typed, or set as variables.
    pub(crate) fn flags(&self) -> Flags {
        Flags {
            service: self.globals.service.clone(),
            provider: self.globals.provider,
            migrations: self.globals.migrations.clone(),
            alembic_config: self.env.get("ALEMBIC_CONFIG").map(Into::into),
            environment: self.globals.environment,
            timeout: None,
            pg_bin: self.env.get("TOWNPASS_PG_BIN").map(Into::into),
            archives: self.env.get("TOWNPASS_ARCHIVES").map(str::to_owned),
            offline: self.env.get("TOWNPASS_OFFLINE").map(|it| it != "0"),
        }
    }

    /// A story to tell events to.
    pub(crate) fn story(&self) -> Story<'_> {
        Story::new(&self.printer)
    }
}

/// Colours as `--color`, `NO_COLOR` and `CLICOLOR_FORCE` say; movement only on a terminal.
fn streams(env: &Env, globals: &Globals) -> Streams {
    let colour = |terminal: bool| {
        let on = match globals.color {
            ColourChoice::Always => true,
            ColourChoice::Never => false,
            ColourChoice::Auto => {
                let forced = env.get("CLICOLOR_FORCE").is_some_and(|it| it != "0");
                let dumb = env.get("TERM") == Some("dumb");
                env.get("NO_COLOR").is_none() && (forced || (terminal && !dumb))
            }
        };
        if on { Colour::On } else { Colour::Off }
    };
    Streams {
        stdout: colour(env.stdout_terminal),
        stderr: colour(env.stderr_terminal),
        movement: env.stderr_terminal && env.get("TERM") != Some("dumb"),
    }
}
