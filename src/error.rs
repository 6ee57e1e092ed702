//! The closed sum of what can go wrong, as the door sees it.

use crate::config;
use crate::database;
use crate::failure::{Blame, Diagnose};

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
            Self::Interrupted => Blame::Interrupted,
            Self::NobodyToAsk | Self::Declined => Blame::Refusal,
            Self::Output(_) | Self::Runtime(_) => Blame::Environment,
        }
    }
}
