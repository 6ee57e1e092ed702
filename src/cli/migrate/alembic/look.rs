//! What a revision does that only Python can run: Alembic is asked to print it.

use super::Alembic;
use super::python::Python;
use super::road::Road;
use crate::alembic::Leg;
use crate::alembic::way::leg::Sight;
use crate::alembic::way::printed;
use crate::cli::context::Context;
use crate::cli::migrate::Workplace;
use crate::error::Error;
use crate::migration::Direction;
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
    for leg in legs {
        let Sight::Python { printed, .. } = &mut leg.sight else {
            continue;
        };
        let (history, revision) = (&road.history, leg.revision);
        let id = history.id(revision);
        if printed::is_reticent(&history.script(revision).source) {
            story.note(&format!(
                "revision `{id}` does something else where it is only printed"
            ));
            continue;
        }
        story.spin(&format!("Alembic prints revision {id}"));
        let words = printed::words(history, direction, revision);
        match python.print(&words).await {
            Ok(text) => {
                *printed = printed::read(&text, history, direction, revision, &road.table.name);
                if printed.is_none() {
                    story.note(&format!("Alembic prints nothing of revision `{id}`"));
                }
            }
            Err(error) => {
                story.note(&format!("Alembic cannot print revision `{id}`: {error}"));
            }
        }
    }
    Ok(())
}
