//! Puts one row of the journal right.

use super::gate::{Fence, Gate, IDENTITY, Way};
use super::{Options, ensure};
use crate::migration::error::Error;
use crate::migration::event::Event;
use crate::migration::journal::{Progress, database};
use crate::migration::lock;
use crate::migration::repair::{Repair, Wish};
use crate::migration::session::{Session, execute};

/// Carries out `repair`, or refuses if the journal is no longer as it was.
pub async fn mend(
    repair: &Repair,
    session: &mut Session,
    options: &Options,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<(), Error> {
    let key = lock::key(session).await?;
    let gate = Gate::new(key, options, session).await;
    let records = ensure(&gate, session, on_event).await?;
    let fence = Fence::of(repair.start());
    let way = gate
        .enter(session, &records.table, &fence, "", on_event)
        .await?;
    if way == Way::Overtaken {
        return Err(Error::Stale);
    }
    let (table, ledger) = (&records.table, &records.table.ledger);
    let step = &repair.step;
    let row = match repair.wish {
        Wish::Accept => table.accept(step),
        Wish::Applied => table.update(step, Progress::Skipped),
        Wish::Reverted => table.delete(step.version),
    };
    let mut statements = vec![IDENTITY.to_owned(), row];
    if records.ledger {
        statements.push(match repair.wish {
            Wish::Accept | Wish::Applied => ledger.keep(step, &options.origin),
            Wish::Reverted => ledger.forget(step.version),
        });
    }
    statements.push("COMMIT".to_owned());
    if let Err(error) = execute(session, &statements.join("; ")).await {
        let _ = execute(session, "ROLLBACK").await;
        return Err(database("write the journal", &error));
    }
    Ok(())
}
