//! The words in which every domain speaks of failure.
//!
//! An error is born in its domain as a closed enum with its message, its help and, where there
//! is one, its source snippet (`miette::Diagnostic`). What is added here is [`Blame`]: whose
//! problem it is. The exit code follows from that, at the door, and nowhere else.

use std::fmt;

/// Whose problem a failure is. Each has one exit code; `cli::exit` holds the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The question was answered, and the answer is no.
    Answer,
    /// The command line, a configuration or a Compose file is wrong.
    Usage,
    /// The surroundings are not as needed: no engine, no image, a taken port, no connection.
    Environment,
    /// Refused, since data could be lost or another's things touched.
    Refusal,
    /// The migration history contradicts itself or the journal.
    History,
    /// A migration's SQL failed and was rolled back.
    Migration,
    /// A lock was not acquired in time.
    Lock,
    /// Something was left half done and needs `repair`.
    Partial,
    /// A mistake of ours.
    Bug,
    /// Ctrl-C.
    Interrupted,
}

/// A domain error that knows whose problem it is.
pub trait Diagnose: miette::Diagnostic {
    /// Whose problem this is.
    fn blame(&self) -> Blame;
}

/// Where in a file a failure is, both counted from one.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Place {
    /// The first label of a failure, if it has one.
    pub fn of(failure: &dyn Diagnose) -> Option<Self> {
        let label = failure.labels()?.next()?;
        let contents = failure.source_code()?;
        let contents = contents.read_span(label.inner(), 0, 0).ok()?;
        Some(Self {
            file: contents.name()?.to_owned(),
            line: contents.line() + 1,
            column: contents.column() + 1,
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// The messages below a failure's own; each says what the one above it does not.
pub fn causes(failure: &dyn Diagnose) -> Vec<String> {
    let mut causes = Vec::new();
    let mut next = failure.source();
    while let Some(cause) = next {
        causes.push(cause.to_string());
        next = cause.source();
    }
    causes
}
