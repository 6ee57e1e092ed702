//! Where `upgrade` and `downgrade` go: a revision, or with `--sql` from one to another.

use std::fmt;
use std::str::FromStr;

use crate::migration::{Direction, Error, Range, Target};

/// What was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    Target(Target),
    Range(Range),
}

impl Goal {
    /// The revision to go to.
    pub(super) fn target(&self) -> Result<&Target, Error> {
        match self {
            Self::Target(target) => Ok(target),
            Self::Range(range) => Err(Error::RangeNotAllowed(range.to_string())),
        }
    }

    /// The part of the history to be written as a script. On the way up it begins at the base
    /// unless told otherwise.
    pub(super) fn range(&self, direction: Direction) -> Result<Range, Error> {
        match (self, direction) {
            (Self::Range(range), _) => Ok(range.clone()),
            (Self::Target(target), Direction::Upgrade) => format!("base:{target}").parse(),
            (Self::Target(target), Direction::Downgrade) => {
                Err(Error::RangeRequired(target.to_string()))
            }
        }
    }
}

impl FromStr for Goal {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if Range::is_meant(text) {
            text.parse().map(Self::Range)
        } else {
            text.parse().map(Self::Target)
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target(target) => target.fmt(f),
            Self::Range(range) => range.fmt(f),
        }
    }
}
