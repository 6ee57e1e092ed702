//! One thing that a review has to say, with its place.

use std::ops::Range;

use super::rule::{Class, Rule};
use crate::migration::Source;
use crate::sql::Place;

/// How loud a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// It must be dealt with.
    Error,
    /// It is worth a thought.
    Warning,
    /// It is said in passing.
    Note,
}

/// Something found in a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// By which rule.
    pub rule: &'static Rule,
    /// How loud it is.
    pub level: Level,
    /// The file.
    pub path: String,
    /// The bytes of the file.
    pub span: Range<usize>,
    /// Where they begin.
    pub start: Place,
    /// Where they end.
    pub end: Place,
    /// What is found.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Why it may be so, if somebody said.
    pub approval: Option<String>,
}

impl Finding {
    /// Something that `rule` finds at `span` of `source`. Where that was made from a file of another
    /// language, the place is that of the call which makes it.
    pub(in crate::lint) fn new(
        rule: &'static Rule,
        source: &Source,
        span: Range<usize>,
        message: String,
        help: Option<String>,
    ) -> Self {
        let (start, end) = match source.made_by(span.start) {
            Some((start, call)) => (start, behind(start, call)),
            None => (
                Place::of(&source.text, span.start),
                Place::of(&source.text, span.end),
            ),
        };
        Self {
            rule,
            level: level(rule.class),
            path: source.path.display().to_string(),
            start,
            end,
            span,
            message,
            help,
            approval: None,
        }
    }

    /// The same, about what stands at `place`.
    pub(in crate::lint) fn standing_at(self, place: Place) -> Self {
        Self {
            start: place,
            end: behind(place, " "),
            ..self
        }
    }

    /// Says that somebody approved it, and why.
    pub(in crate::lint) fn approved(self, reason: Option<&str>) -> Self {
        match reason {
            None => self,
            Some(reason) => Self {
                level: Level::Note,
                approval: Some(reason.to_owned()),
                ..self
            },
        }
    }
}

/// Where `text` ends that begins at `place` and has one line.
fn behind(place: Place, text: &str) -> Place {
    Place {
        column: place.column + text.chars().count(),
        ..place
    }
}

fn level(class: Class) -> Level {
    match class {
        Class::Destructive => Level::Error,
        Class::Breaking | Class::Blocking => Level::Warning,
        Class::Style => Level::Note,
    }
}
