//! Moves rows of the journal, and runs nothing.

use super::Options;
use super::change::Change;
use super::gate::Gate;
use super::records::Records;
use crate::migration::directory::Directory;
use crate::migration::error::Error;
use crate::migration::event::Event;
use crate::migration::graph::target::Target;
use crate::migration::journal::lock;
use crate::migration::journal::session::Session;
use crate::migration::journal::{self, Progress};
use crate::migration::plan::stamp::{Others, Stamp};

/// Makes the journal say that the database is at `targets`.
pub async fn stamp(
    directory: &Directory,
    targets: &[Target],
    others: Others,
    session: &mut Session,
    options: &Options,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Stamp, Error> {
    loop {
        let journal = journal::read(session).await?;
        let stamp = Stamp::plan(directory, &journal, targets, others)?;
        if stamp.is_empty() || write(&stamp, session, options, on_event).await? {
            return Ok(stamp);
        }
    }
}

/// Creates the journal and its ledger where they are missing.
pub async fn ensure_tables(
    session: &mut Session,
    options: &Options,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<(), Error> {
    let key = lock::key(session).await?;
    let gate = Gate::new(key, options, session).await;
    let ensured = Records::ensure(&gate, session, on_event).await;
    ensured.map(drop)
}

/// Writes the rows. `false` if another process changed the journal.
async fn write(
    stamp: &Stamp,
    session: &mut Session,
    options: &Options,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<bool, Error> {
    let Some(mut change) = Change::begin(stamp.start(), session, options, on_event).await? else {
        return Ok(false);
    };
    let Records { table, ledger } = change.records();
    let mut statements = Vec::new();
    let anew = stamp.added.iter().map(|step| step.version);
    for version in stamp.removed.iter().copied().chain(anew) {
        statements.push(table.delete(version));
        statements.extend(ledger.as_ref().map(|it| it.forget(version)));
    }
    for step in &stamp.added {
        statements.push(table.insert(step, Progress::Skipped));
        statements.extend(ledger.as_ref().map(|it| it.keep(step, &options.origin)));
    }
    change.write(&statements).await?;
    change.commit().await?;
    Ok(true)
}
