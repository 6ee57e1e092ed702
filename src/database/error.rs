//! What can go wrong between `up` and an answer.

use crate::failure::{Blame, Diagnose};

/// A failure of the development database.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// The server is not running.
    #[error("the database is not running")]
    #[diagnostic(help("start it with `townpass dev up`"))]
    NotRunning,
}

impl Diagnose for Error {
    fn blame(&self) -> Blame {
        match self {
            Self::NotRunning => Blame::Environment,
        }
    }
}
