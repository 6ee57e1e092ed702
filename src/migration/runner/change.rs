//! A change of the journal's rows that runs nothing of a migration.

use sqlx::postgres::PgConnection;

use super::Options;
use super::gate::{Fence, Gate, IDENTITY, Way};
use super::records::Records;
use crate::migration::error::Error;
use crate::migration::event::Event;
use crate::migration::journal::lock::{self, Scope};
use crate::migration::journal::session::{Session, execute};
use crate::migration::journal::{Journal, database};

/// An open transaction that has the lock. Dropped, it is rolled back with its connection.
pub(super) struct Change<'c> {
    connection: &'c mut PgConnection,
    records: Records,
}

impl<'c> Change<'c> {
    /// Begins one on a journal that still is as `start` says; `None` if another process was faster.
    pub(super) async fn begin(
        start: &Journal,
        session: &'c mut Session,
        options: &Options,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<Option<Self>, Error> {
        let connection = &mut **session;
        let key = lock::key(connection).await?;
        // One transaction is all there is: the session has nothing to hold the lock for.
        let options = Options {
            lock_scope: Scope::Transaction,
            ..options.clone()
        };
        let gate = Gate::new(key, &options, connection).await;
        let records = Records::ensure(&gate, connection, on_event).await?;
        let fence = Fence::of(start);
        let way = gate
            .enter(connection, &records.table.fence(), &fence, "", on_event)
            .await?;
        Ok(match way {
            Way::In { .. } => Some(Self {
                connection,
                records,
            }),
            Way::Overtaken => None,
        })
    }

    /// Where the rows are.
    pub(super) fn records(&self) -> &Records {
        &self.records
    }

    /// Sends `statements`; if one fails, all is rolled back.
    pub(super) async fn write(&mut self, statements: &[String]) -> Result<(), Error> {
        let sql = format!("{IDENTITY}; {}", statements.join("; "));
        if let Err(error) = execute(self.connection, &sql).await {
            let _ = execute(self.connection, "ROLLBACK").await;
            return Err(database("write the journal", &error));
        }
        Ok(())
    }

    /// Lets it take effect.
    pub(super) async fn commit(self) -> Result<(), Error> {
        execute(self.connection, "COMMIT")
            .await
            .map_err(|error| database("write the journal", &error))
    }

    /// Leaves everything as it was.
    pub(super) async fn undo(self) {
        // If this fails, the connection is gone, and the transaction with it.
        let _ = execute(self.connection, "ROLLBACK").await;
    }
}
