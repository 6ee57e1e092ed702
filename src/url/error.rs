//! What can be wrong with a database URL.

use std::ops::Range;

use miette::SourceSpan;

use super::mask;
use crate::failure::{Blame, Diagnose};

/// A database URL that is missing or cannot be used. The password is masked wherever it shows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// The variable that should hold it is not set, or is empty.
    #[error("`{variable}` is not set")]
    #[diagnostic(help(
        "set it, in `.env` or in the environment: {variable}=postgresql://USER:PASSWORD@HOST:5432/DATABASE"
    ))]
    Unset {
        /// The variable's name.
        variable: String,
    },
    /// It is not the shape of a URL.
    #[error("the database URL is malformed: {problem}")]
    #[diagnostic(help("{help}"))]
    Malformed {
        /// What is wrong.
        problem: String,
        /// What to write instead.
        help: String,
        /// The URL, masked.
        #[source_code]
        url: String,
        /// Where in the masked text.
        #[label("here")]
        at: SourceSpan,
    },
    /// A client that connects by TCP alone.
    #[error("a URL for {client} cannot name the socket in `{directory}`")]
    #[diagnostic(help("run a proxy that listens on a port, and name that"))]
    NoSockets {
        /// The client.
        client: &'static str,
        /// Where the socket lies.
        directory: String,
    },
    /// It is the URL of another kind of database.
    #[error("`{scheme}` is not PostgreSQL")]
    #[diagnostic(help(
        "only PostgreSQL is supported; the URL begins with `postgresql://`, or `postgresql+DRIVER://` for SQLAlchemy"
    ))]
    OtherDatabase {
        /// The URL's scheme.
        scheme: String,
    },
}

impl Error {
    /// An error at `at` in `text`, which is shown with whatever may be a password masked.
    pub(in crate::url) fn malformed(
        text: &str,
        at: Range<usize>,
        problem: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        let masked = mask::unparsed(text);
        Self::Malformed {
            problem: problem.into(),
            help: help.into(),
            at: masked.shift(at).into(),
            url: masked.text,
        }
    }
}

impl Diagnose for Error {
    fn blame(&self) -> Blame {
        match self {
            Self::Unset { .. }
            | Self::Malformed { .. }
            | Self::NoSockets { .. }
            | Self::OtherDatabase { .. } => Blame::Usage,
        }
    }
}
