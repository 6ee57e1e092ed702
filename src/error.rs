//! The closed sum of what can go wrong, as the door sees it.

use std::path::PathBuf;

use crate::config;
use crate::database;
use crate::docker;
use crate::failure::{Blame, Diagnose};
use crate::host;
use crate::migration;
use crate::url;

/// Any failure of the crate. Each domain's errors explain themselves.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// Of the configuration.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Config(#[from] config::Error),
    /// Of the development database.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Database(#[from] database::Error),
    /// Of the container engine.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Docker(#[from] docker::Error),
    /// Of finding the database's address.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Host(#[from] host::Error),
    /// Of the history.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Migration(#[from] migration::Error),
    /// Of a database URL.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Url(#[from] url::Error),
    /// Stopped from outside.
    #[error("interrupted")]
    #[diagnostic(help("nothing is lost: run the same command again to go on"))]
    Interrupted,
    /// Something would die, and there is no terminal to ask on.
    #[error("this needs a yes, and there is no terminal to ask on")]
    #[diagnostic(help("add `--yes` if what was said above may be destroyed"))]
    NobodyToAsk,
    /// The question was answered with something else.
    #[error("not confirmed: nothing was changed")]
    Declined,
    /// The project's history is Alembic's.
    #[error("there is no `{}`, but there is an `alembic.ini`", migrations.display())]
    #[diagnostic(help(
        "Alembic's revisions are not run by townpass yet: give Alembic the address that is right here, `DATABASE_URL=$(townpass dev url) alembic upgrade head` (PowerShell: `$env:DATABASE_URL = townpass dev url`)"
    ))]
    Alembic {
        /// The directory that was looked for.
        migrations: PathBuf,
    },
    /// Our own streams failed.
    #[error("cannot write the output")]
    Output(#[source] std::io::Error),
    /// The runtime could not be made.
    #[error("cannot start the runtime")]
    Runtime(#[source] std::io::Error),
}

impl Diagnose for Error {
    fn blame(&self) -> Blame {
        match self {
            Self::Config(error) => error.blame(),
            Self::Database(error) => error.blame(),
            Self::Docker(error) => error.blame(),
            Self::Host(error) => error.blame(),
            Self::Migration(error) => error.blame(),
            Self::Url(error) => error.blame(),
            Self::Interrupted => Blame::Interrupted,
            Self::Alembic { .. } => Blame::Usage,
            Self::NobodyToAsk | Self::Declined => Blame::Refusal,
            Self::Output(_) | Self::Runtime(_) => Blame::Environment,
        }
    }
}
