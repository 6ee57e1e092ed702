//! What can be wrong with a configuration.

use std::{io, path::PathBuf};

use miette::{NamedSource, SourceSpan};

use super::database_url::Source;
use crate::failure::{Blame, Diagnose};
use crate::url;

/// A failure to read or understand a configuration.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// `townpass.toml` exists and cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line of `.env` cannot be read.
    #[error("`{}`, line {line}: {message}", path.display())]
    #[diagnostic(help(
        "mend the line: NAME=VALUE, the value in quotes if anything in it is special"
    ))]
    Dotenv {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
    /// A file of ours cannot be written.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// `townpass.toml` is not TOML, or says something that we do not know.
    #[error("{message}")]
    #[diagnostic(help("the keys are: {}", super::file::KEYS.join(", ")))]
    File {
        /// What is wrong.
        message: String,
        /// The file's text.
        #[source_code]
        text: NamedSource<String>,
        /// Where.
        #[label("here")]
        at: Option<SourceSpan>,
    },
    /// A directory given with `-C` is not there.
    #[error("the directory `{}` does not exist", .0.display())]
    #[diagnostic(help("give the directory of the project with `-C DIRECTORY`"))]
    Directory(PathBuf),
    /// A database URL cannot be used.
    #[error("{of} cannot be used")]
    Url {
        /// Who said it.
        of: Source,
        /// What is wrong with it.
        #[source]
        #[diagnostic_source]
        wrong: url::Error,
    },
    /// No place to keep our own files.
    #[error("there is no home directory to keep files in")]
    #[diagnostic(help("set TOWNPASS_DATA_DIR and TOWNPASS_CACHE_DIR to directories of yours"))]
    NoHome,
}

impl Diagnose for Error {
    fn blame(&self) -> Blame {
        match self {
            Self::File { .. } | Self::Dotenv { .. } | Self::Directory(_) | Self::Url { .. } => {
                Blame::Usage
            }
            Self::Read { .. } | Self::Write { .. } | Self::NoHome => Blame::Environment,
        }
    }
}
