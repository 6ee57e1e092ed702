//! Puts one row of the journal right.

use super::Options;
use super::change::Change;
use super::records::Records;
use crate::migration::error::Error;
use crate::migration::event::Event;
use crate::migration::journal::Progress;
use crate::migration::journal::origin::Origin;
use crate::migration::journal::session::Session;
use crate::migration::plan::repair::{Repair, Wish};

/// Carries out `repair`, or refuses if the journal is no longer as it was.
pub async fn mend(
    repair: &Repair,
    session: &mut Session,
    options: &Options,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<(), Error> {
    let begun = Change::begin(repair.start(), session, options, on_event).await?;
    let mut change = begun.ok_or(Error::Stale)?;
    let statements = statements(repair, change.records(), &options.origin);
    change.write(&statements).await?;
    change.commit().await
}

fn statements(repair: &Repair, records: &Records, origin: &Origin) -> Vec<String> {
    let Records { table, ledger } = records;
    let step = &repair.step;
    let row = match repair.wish {
        Wish::Accept => table.accept(step),
        Wish::Applied => table.update(step, Progress::Skipped),
        Wish::Reverted => table.delete(step.version),
    };
    let kept = ledger.as_ref().map(|ledger| match repair.wish {
        Wish::Accept | Wish::Applied => ledger.keep(step, origin),
        Wish::Reverted => ledger.forget(step.version),
    });
    std::iter::once(row).chain(kept).collect()
}
