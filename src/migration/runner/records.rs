//! The tables that a run writes: found, or made where they are missing.

use sqlx::postgres::PgConnection;

use super::gate::Gate;
use crate::migration::error::{Error, Foreign};
use crate::migration::event::Event;
use crate::migration::journal::ledger::{Ledger, Presence};
use crate::migration::journal::session::execute;
use crate::migration::journal::{CREATE, Table, database};

/// The journal, and the ledger beside it where there is one.
#[derive(Clone, Debug)]
pub(super) struct Records {
    pub(super) table: Table,
    pub(super) ledger: Option<Ledger>,
}

impl Records {
    /// The journal and its ledger, created where they are missing.
    pub(super) async fn ensure(
        gate: &Gate,
        connection: &mut PgConnection,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<Self, Error> {
        if let Some((table, ledger)) = Table::find(connection).await? {
            match ledger.exists(connection).await? {
                Presence::Whole => {
                    return Ok(Self {
                        table,
                        ledger: Some(ledger),
                    });
                }
                Presence::Foreign => {
                    on_event(Event::Warning(
                        "the table `_townpass_migrations` is not the ledger: no SQL is kept in the \
                         database, and what is killed half-way cannot be taken up again",
                    ));
                    return Ok(Self {
                        table,
                        ledger: None,
                    });
                }
                Presence::Absent => {}
            }
        }
        // Creating a table at the same time as another session is an error, `IF NOT EXISTS` or not.
        gate.enter_first(connection, on_event).await?;
        if let Err(error) = execute(connection, CREATE).await {
            let _ = execute(connection, "ROLLBACK").await;
            return Err(database("create the journal `_sqlx_migrations`", &error));
        }
        let Some((table, ledger)) = Table::find(connection).await? else {
            let _ = execute(connection, "ROLLBACK").await;
            return Err(Error::Database {
                doing: "find the journal it created",
                cause: Foreign("`search_path` names no schema that exists".to_owned()),
                help: None,
            });
        };
        let create = format!("SAVEPOINT ledger; {}; RELEASE ledger", ledger.create());
        let created = execute(connection, &create).await;
        let end = match &created {
            Ok(()) => "COMMIT",
            Err(_) => "ROLLBACK TO ledger; COMMIT",
        };
        execute(connection, end)
            .await
            .map_err(|error| database("create the journal `_sqlx_migrations`", &error))?;
        if let Err(error) = &created {
            on_event(Event::Warning(&format!(
                "the ledger `_townpass_migrations` cannot be created ({error}): no SQL is kept in the \
                 database, and what is killed half-way cannot be taken up again"
            )));
        }
        Ok(Self {
            table,
            ledger: created.is_ok().then_some(ledger),
        })
    }
}
