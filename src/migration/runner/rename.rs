//! Gives rows of the journal other versions, together with their files.

use super::Options;
use super::change::Change;
use super::records::Records;
use crate::migration::error::Error;
use crate::migration::event::Event;
use crate::migration::journal::session::Session;
use crate::migration::journal::{Journal, Renamed};

/// Gives the rows of `renamed` their new versions, in the ledger too, and lets `exchange` do the
/// same with the files: both or neither, under the lock. Refuses if the journal is no longer as
/// `start` says.
pub async fn rename(
    start: &Journal,
    renamed: &[Renamed],
    session: &mut Session,
    options: &Options,
    on_event: &mut dyn FnMut(Event<'_>),
    exchange: impl FnOnce() -> Result<(), Error>,
) -> Result<(), Error> {
    if renamed.is_empty() {
        return exchange();
    }
    let begun = Change::begin(start, session, options, on_event).await?;
    let mut change = begun.ok_or(Error::Stale)?;
    let Records { table, ledger } = change.records();
    let rows = renamed.iter().map(|it| table.rename(it));
    let kept = ledger.iter().flat_map(|ledger| {
        let all = renamed.iter();
        all.map(|it| ledger.rename(it))
    });
    let statements: Vec<String> = rows.chain(kept).collect();
    change.write(&statements).await?;
    // Files cannot be rolled back, so they come last but for the commit, which seldom fails.
    if let Err(error) = exchange() {
        change.undo().await;
        return Err(error);
    }
    change.commit().await
}
