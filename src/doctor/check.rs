//! A check, and what it comes to.

use super::{Evidence, Mend, Trouble};

/// One check.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Its name, which scripts know it by.
    pub name: &'static str,
    /// The checks without which it means nothing.
    pub needs: &'static [&'static str],
    /// Decides.
    pub look: fn(&Evidence) -> Verdict,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The check.
    pub check: &'static str,
    /// What it came to.
    pub verdict: Verdict,
}

/// What a check came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All is as it should be.
    Well(Seen),
    /// It works, and will surprise somebody.
    Warning(Seen, Mend),
    /// It does not work.
    Failure(Seen, Mend),
    /// It could not be looked at, for this reason.
    Skipped(String),
    /// There is nothing to look at here, for this reason.
    Idle(String),
}

impl Verdict {
    /// A failure that another module put into words.
    pub fn failed(trouble: &Trouble) -> Self {
        Self::Failure(Seen::of(trouble), Mend::of(trouble))
    }

    /// The same, as a warning.
    pub fn warned(trouble: &Trouble) -> Self {
        Self::Warning(Seen::of(trouble), Mend::of(trouble))
    }

    /// Whether what rests on this check cannot be looked at.
    pub fn takes_the_ground_away(&self) -> bool {
        matches!(self, Self::Failure(..) | Self::Skipped(_))
    }
}

/// What was seen: a line, and what stands behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The evidence in one line.
    pub line: String,
    /// More of it, a line each.
    pub details: Vec<String>,
}

impl Seen {
    /// A line of evidence.
    pub fn new(line: impl Into<String>) -> Self {
        Self {
            line: line.into(),
            details: Vec::new(),
        }
    }

    /// A trouble's first line; the others behind it.
    pub fn of(trouble: &Trouble) -> Self {
        let mut lines = trouble.message.lines().map(str::trim).map(str::to_owned);
        Self {
            line: lines.next().unwrap_or_default(),
            details: lines.collect(),
        }
    }

    /// The same, with more behind it.
    #[must_use]
    pub fn with(mut self, details: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.details.extend(details.into_iter().map(Into::into));
        self
    }
}
