//! Moves rows of the journal, and runs nothing.

use super::gate::{Fence, Gate, IDENTITY, Way};
use super::{Options, ensure};
use crate::migration::directory::Directory;
use crate::migration::error::Error;
use crate::migration::event::Event;
use crate::migration::journal::{self, Progress, database};
use crate::migration::lock;
use crate::migration::session::{Session, execute};
use crate::migration::stamp::{Others, Stamp};
use crate::migration::target::Target;

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
    ensure(&gate, session, on_event).await.map(drop)
}

/// Writes the rows. `false` if another process changed the journal.
async fn write(
    stamp: &Stamp,
    session: &mut Session,
    options: &Options,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<bool, Error> {
    let key = lock::key(session).await?;
    let gate = Gate::new(key, options, session).await;
    let records = ensure(&gate, session, on_event).await?;
    let fence = Fence::of(stamp.start());
    let way = gate
        .enter(session, &records.table, &fence, "", on_event)
        .await?;
    if way == Way::Overtaken {
        return Ok(false);
    }
    let mut statements = vec![IDENTITY.to_owned()];
    let (table, ledger) = (&records.table, &records.table.ledger);
    let anew = stamp.added.iter().map(|step| step.version);
    for version in stamp.removed.iter().copied().chain(anew) {
        statements.push(table.delete(version));
        if records.ledger {
            statements.push(ledger.forget(version));
        }
    }
    for step in &stamp.added {
        statements.push(table.insert(step, Progress::Skipped));
        if records.ledger {
            statements.push(ledger.keep(step, &options.origin));
        }
    }
    statements.push("COMMIT".to_owned());
    if let Err(error) = execute(session, &statements.join("; ")).await {
        let _ = execute(session, "ROLLBACK").await;
        return Err(database("write the journal", &error));
    }
    Ok(true)
}
