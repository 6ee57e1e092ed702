//! What is said of a statement that failed in a transaction.

use super::{Refused, transaction};
use crate::migration::error::Error;
use crate::migration::journal;
use crate::migration::plan::direction::Direction;
use crate::migration::plan::step::Step;
use crate::migration::runner::locate::{exhausted, locate, lost};

/// A statement failed in a transaction that is rolled back.
pub(super) fn rolled_back(step: &Step, index: usize, refused: &Refused) -> Error {
    let sqlx::Error::Database(_) = refused.error else {
        return lost(&refused.error);
    };
    let statement = &step.script.statements[index];
    let state = match step.direction {
        Direction::Upgrade => "nothing of this file was applied; revisions before it stay",
        Direction::Downgrade => "nothing of this file was reverted; revisions before it are",
    };
    let code = journal::server(&refused.error).map_or("", |cause| cause.code());
    let state = match way_out(step, code) {
        Some(way_out) => format!("{state}\n{way_out}"),
        None => state.to_owned(),
    };
    let located = Box::new(locate(
        step,
        statement,
        &refused.error,
        &refused.blockers,
        &state,
    ));
    let code = located.code.as_deref().unwrap_or_default();
    if transaction::met_others(&refused.error) {
        Error::Blocked(located)
    } else if exhausted(code).is_some() {
        Error::Exhausted(located)
    } else {
        Error::Failed(located)
    }
}

/// What to do about an answer that has an everyday reason.
fn way_out(step: &Step, code: &str) -> Option<String> {
    if step.direction == Direction::Downgrade {
        return None;
    }
    match code {
        // A table, a column or another object that is there already.
        "42P07" | "42701" | "42710" => Some(format!(
            "if the database has it from elsewhere (from `Base.metadata.create_all()`, or by hand), and all \
             that the file makes, say so: `townpass migrate stamp {}`",
            step.version
        )),
        "23502" => Some(
            "rows that are there have no value: give the column a default, or add it nullable, fill it, \
             and set NOT NULL then"
                .to_owned(),
        ),
        _ => None,
    }
}
