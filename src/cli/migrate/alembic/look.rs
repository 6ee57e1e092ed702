//! What revisions do that only Python can run: Alembic is asked to print them.

use std::collections::BTreeSet;

use super::Alembic;
use super::python::{Python, was_stopped};
use super::road::Road;
use crate::alembic::way::leg::Sight;
use crate::alembic::way::printed;
use crate::alembic::way::stretch::{Stretch, stretches};
use crate::alembic::{Leg, Ordinal, python};
use crate::cli::context::Context;
use crate::cli::migrate::Workplace;
use crate::error::Error;
use crate::migration::Direction;
use crate::report::Story;
use crate::report::words::Count;

/// Lets Alembic print those of `legs` that nobody else can look into, where there is a Python that
/// has it. What cannot be printed stays hidden, and why is said.
pub(super) async fn look(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    road: &Road,
    direction: Direction,
    legs: &mut [Leg],
) -> Result<(), Error> {
    let hidden = legs.iter().filter(|leg| leg.is_hidden()).count();
    if hidden == 0 {
        return Ok(());
    }
    let needs = format!("{} only Python can look into", Count(hidden, "revision"));
    let python = match Python::find(context, workplace, alembic, &needs).await {
        Ok(python) => python,
        Err(Error::OfPython(error)) if error.is_absence() => {
            context.printer.explain(&error.to_string());
            let lacking = format!("{needs}, and no Python with Alembic was found here");
            context.story().note(&lacking);
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let story = context.story();
    let look = Look {
        python,
        road,
        direction,
        story: &story,
    };
    look.at(legs).await
}

/// What is looked with.
struct Look<'l> {
    python: Python<'l>,
    road: &'l Road,
    direction: Direction,
    story: &'l Story<'l>,
}

impl Look<'_> {
    /// Asks for as many at once as follow each other; where one of them fails, for the others again.
    async fn at(&self, legs: &mut [Leg]) -> Result<(), Error> {
        let history = &self.road.history;
        let way: Vec<Ordinal> = legs.iter().map(|leg| leg.revision).collect();
        let mut wanted = BTreeSet::new();
        for leg in legs.iter().filter(|leg| leg.is_hidden()) {
            if printed::is_reticent(&history.script(leg.revision).source) {
                self.story.note(&format!(
                    "revision `{}` does something else where it is only printed",
                    history.id(leg.revision)
                ));
            } else {
                wanted.insert(leg.revision);
            }
        }
        let mut open = stretches(history, self.direction, &way, |it| wanted.contains(&it));
        open.reverse();
        while let Some(stretch) = open.pop() {
            let failed = match self.print(&stretch).await {
                Ok(text) => {
                    self.read(&text, legs, &stretch.revisions().collect());
                    continue;
                }
                Err(error) if was_stopped(&error) => return Err(error),
                Err(error) => error,
            };
            let (first, last) = stretch.ends();
            let blamed = if first == last {
                Some(first)
            } else {
                stretch.revisions().find(|&it| self.is_blamed(&failed, it))
            };
            if let Some(revision) = blamed {
                let id = history.id(revision);
                self.story
                    .note(&format!("Alembic cannot print revision `{id}`: {failed}"));
            }
            open.extend(stretch.without(blamed).into_iter().rev());
        }
        Ok(())
    }

    async fn print(&self, stretch: &Stretch) -> Result<String, Error> {
        let history = &self.road.history;
        let (first, last) = stretch.ends();
        self.story.spin(&if first == last {
            format!("Alembic prints revision {}", history.id(first))
        } else {
            let (first, last) = (history.id(first), history.id(last));
            format!("Alembic prints revisions {first} to {last}")
        });
        let words = stretch.words(history, self.direction);
        self.python.print(&words).await
    }

    /// Whether what was raised was raised in the file of `revision`.
    fn is_blamed(&self, error: &Error, revision: Ordinal) -> bool {
        let Error::OfPython(python::Error::Failed { complaint }) = error else {
            return false;
        };
        let name = self.road.history.script(revision).source.name();
        let file = complaint.place().map(|place| place.file.as_str());
        file.and_then(|file| file.rsplit(['/', '\\']).next()) == Some(&name)
    }

    /// Takes from what was printed what it has of `revisions`.
    fn read(&self, text: &str, legs: &mut [Leg], revisions: &BTreeSet<Ordinal>) {
        let history = &self.road.history;
        let table = &self.road.table.name;
        for leg in legs
            .iter_mut()
            .filter(|it| revisions.contains(&it.revision))
        {
            let Sight::Python { printed, .. } = &mut leg.sight else {
                continue;
            };
            *printed = printed::read(text, history, self.direction, leg.revision, table);
            if printed.is_none() {
                let id = history.id(leg.revision);
                self.story
                    .note(&format!("Alembic prints nothing of revision `{id}`"));
            }
        }
    }
}
