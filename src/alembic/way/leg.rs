//! A revision on a way, and what is known of what it does.

use crate::alembic::error::Error;
use crate::alembic::history::{History, Ordinal};
use crate::alembic::translate::{Memo, Naming, Outside, Statement, body, translate};
use crate::alembic::way::remarks;
use crate::migration::plan::foreign::{Foreign, Hidden};
use crate::migration::{Direction, Source};
use crate::sql::{Place, split};

/// A revision on a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Which.
    pub revision: Ordinal,
    /// What is known of what it does.
    pub sight: Sight,
}

/// What is known of what a revision does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// All, and we run it.
    Translated(Vec<Statement>),
    /// Only Python can run it.
    Python {
        /// What of it only Python can do.
        found: Vec<Outside>,
        /// What Alembic prints of it, where Alembic was asked and could.
        printed: Option<Vec<Statement>>,
    },
}

/// What `direction` of each of `revisions` does, gone one after the other.
pub(super) fn legs(
    history: &History,
    direction: Direction,
    revisions: &[Ordinal],
    naming: Naming,
) -> Vec<Leg> {
    let mut memo = Memo::default();
    let mut leg = |&revision: &Ordinal| {
        let text = &history.script(revision).source.text;
        let sight = match translate(text, direction, naming, &mut memo) {
            Ok(statements) => Sight::Translated(statements),
            Err(found) => Sight::Python {
                found,
                printed: None,
            },
        };
        Leg { revision, sight }
    };
    revisions.iter().map(&mut leg).collect()
}

impl Leg {
    /// Whether Python runs it.
    pub fn needs_python(&self) -> bool {
        matches!(self.sight, Sight::Python { .. })
    }

    /// Whether nobody knows what it does.
    pub fn is_hidden(&self) -> bool {
        matches!(self.sight, Sight::Python { printed: None, .. })
    }

    /// Why it needs Python, if it does.
    pub fn refusal(&self, history: &History) -> Option<Error> {
        let Sight::Python { found, .. } = &self.sight else {
            return None;
        };
        Some(Error::Untranslated {
            revision: history.id(self.revision).to_owned(),
            path: history.script(self.revision).source.path.clone(),
            found: found.clone(),
        })
    }

    /// What is known of it, for a plan, where Python runs it.
    pub(super) fn foreign(&self, history: &History) -> Option<Foreign> {
        let Sight::Python { found, printed } = &self.sight else {
            return None;
        };
        let hidden = match (printed, found.split_first()) {
            (None, Some((first, rest))) => Some(Hidden {
                place: first.place,
                why: format!(
                    "runs with Python, and cannot be looked into: `{}`: {}{}",
                    first.construct,
                    first.why,
                    match rest.len() {
                        0 => String::new(),
                        more => format!(", and {more} more"),
                    }
                ),
            }),
            (Some(_), _) | (None, None) => None,
        };
        Some(Foreign {
            file: history.script(self.revision).source.text.clone(),
            hidden,
        })
    }

    /// What is known of it, as the text of a file: each statement under the place that it comes
    /// from.
    pub(super) fn text(&self, history: &History, direction: Direction) -> String {
        let statements: &[Statement] = match &self.sight {
            Sight::Translated(statements) => statements,
            Sight::Python { printed, .. } => printed.as_deref().unwrap_or_default(),
        };
        script(&history.script(self.revision).source, direction, statements)
    }
}

/// Where `direction` begins in a version file.
pub(super) fn beginning(source: &Source, direction: Direction) -> Place {
    let body = body(&source.text, direction);
    Place::of(&source.text, body.map_or(0, |body| body.start))
}

fn script(source: &Source, direction: Direction, statements: &[Statement]) -> String {
    let mut text = String::new();
    // A statement of its block that a transaction would hold as well is still to be outside one.
    let alone = |it: &Statement| {
        let parts = split(&it.sql).map(|script| script.statements);
        parts.is_ok_and(|parts| parts.iter().any(|part| part.alone.is_some()))
    };
    if statements.iter().any(|it| it.autocommit && !alone(it)) {
        text.push_str("-- no-transaction\n");
    }
    text.push_str(&remarks::of_all(source, direction));
    for it in statements {
        remarks::mark(&mut text, source, it.place, &it.call);
        text.push_str(&remarks::at(source, it.place));
        text.push_str(&it.sql);
        text.push_str(";\n");
    }
    text
}
