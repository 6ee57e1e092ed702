//! The way into a revision's transaction: with the lock, and only if the journal is still as
//! this run knows it.

use std::time::Duration;

use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use crate::migration::error::Error;
use crate::migration::event::Event;
use crate::migration::journal::heads::Heads;
use crate::migration::journal::lock::{Key, Scope, Wait};
use crate::migration::journal::session::{execute, rows};
use crate::migration::journal::{Journal, database};
use crate::migration::runner::Options;

/// The session as it was when it began. `DISCARD ALL` would release the lock as well.
pub(super) const RESET: &str = "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; DISCARD TEMP";

/// Who we are again, whatever a file made of us.
pub(super) const IDENTITY: &str = "RESET SESSION AUTHORIZATION; RESET ROLE";

/// A statement whose client is gone ends within a second, instead of going on with its locks held.
const WATCH: &str = "client_connection_check_interval = '1s'";

/// What a journal looks like from afar: enough to see that another process was here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fence {
    rows: i64,
    sum: i128,
    begun: i64,
    /// The rows themselves, where they are only heads.
    heads: String,
}

impl Fence {
    /// Of `journal`.
    pub(super) fn of(journal: &Journal) -> Self {
        let mut fence = Self {
            rows: 0,
            sum: 0,
            begun: 0,
            heads: String::new(),
        };
        for row in journal.rows() {
            fence.rows += 1;
            fence.sum += i128::from(row.version.number());
            fence.begun += i64::from(!row.success);
        }
        fence
    }

    /// Of a table of `heads`.
    pub(super) fn at(heads: &Heads) -> Self {
        Self {
            rows: i64::try_from(heads.now.len()).unwrap_or(i64::MAX),
            sum: 0,
            begun: 0,
            heads: heads.told(),
        }
    }

    /// After the row of `version` came, or went with `-1`.
    pub(super) fn count(&mut self, version: i64, change: i64) {
        self.rows += change;
        self.sum += i128::from(version) * i128::from(change);
    }

    /// After a revision was begun, or ended with `-1`.
    pub(super) fn count_begun(&mut self, change: i64) {
        self.begun += change;
    }
}

/// How an attempt to get in ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// A transaction is open, and has the lock.
    In {
        /// The process on the server.
        pid: i32,
    },
    /// Another process changed the journal.
    Overtaken,
}

/// What is the same for every revision of a run.
#[derive(Debug)]
pub(super) struct Gate {
    key: Key,
    scope: Scope,
    patience: Duration,
    in_transaction: String,
    alone: String,
}

impl Gate {
    /// Finds out what the server can do.
    pub(super) async fn new(key: Key, options: &Options, connection: &mut PgConnection) -> Self {
        let statement = options.statement_timeout.map_or(0, |it| it.as_millis());
        let lock = options.lock_timeout.as_millis();
        // Some servers cannot watch their clients: those before 14, and those on Windows.
        let knows = connection.server_version_num() >= Some(140_000);
        let watched = knows
            && execute(connection, &format!("BEGIN; SET LOCAL {WATCH}; COMMIT"))
                .await
                .is_ok();
        if knows && !watched {
            // What failed above has left a transaction to be closed, and that cannot fail.
            let _ = execute(connection, "ROLLBACK").await;
        }
        let watch = |set: &str| {
            if watched {
                format!("; {set} {WATCH}")
            } else {
                String::new()
            }
        };
        let tag = options.origin.tag.as_ref().map_or_else(String::new, |tag| {
            format!("; SET LOCAL townpass.tag = {}", crate::sql::Literal(tag))
        });
        Self {
            key,
            scope: options.lock_scope,
            patience: options.wait_lock,
            in_transaction: format!(
                "SET LOCAL lock_timeout = {lock}; SET LOCAL statement_timeout = {statement}{}{tag}",
                watch("SET LOCAL")
            ),
            // No lock timeout here: a concurrent build that gives up leaves an invalid index.
            alone: format!(
                "SET lock_timeout = 0; SET statement_timeout = {statement}{}{}",
                watch("SET"),
                tag.replace("SET LOCAL", "SET")
            ),
        }
    }

    /// What sets up a transaction.
    pub(super) fn in_transaction(&self) -> &str {
        &self.in_transaction
    }

    /// What sets up a session for statements outside a transaction.
    pub(super) fn alone(&self) -> &str {
        &self.alone
    }

    /// How long others are waited for.
    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    /// Begins a transaction that has the lock. Whatever a file before it set is reset. `preface` is
    /// what PostgreSQL wants to hear before any query.
    ///
    /// Where the preface asks for one snapshot for the whole transaction, that may be older than
    /// the lock; what another process did in between is then found when the row is written.
    pub(super) async fn enter(
        &self,
        connection: &mut PgConnection,
        fence: &str,
        expected: &Fence,
        preface: &str,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<Way, Error> {
        let reset = if preface.is_empty() {
            RESET
        } else {
            // Resetting is a query as well, unless it is over before the transaction begins.
            execute(connection, RESET)
                .await
                .map_err(|error| database("reset the session", &error))?;
            ""
        };
        let sql = format!(
            "{reset}; BEGIN ISOLATION LEVEL READ COMMITTED; {preface}; {}; {}; {fence}",
            self.in_transaction,
            self.try_lock(),
        );
        let mut wait = Wait::of(self.patience);
        loop {
            let found = match rows(connection, &sql).await {
                Ok(found) => found,
                Err(error) => {
                    let _ = execute(connection, "ROLLBACK").await;
                    return Err(database("begin a transaction", &error));
                }
            };
            let unreadable = |error: sqlx::Error| database("try the migration lock", &error);
            let [.., lock, fence] = found.as_slice() else {
                return Err(unreadable(sqlx::Error::RowNotFound));
            };
            let locked: bool = lock.try_get("locked").map_err(unreadable)?;
            let pid: i32 = lock.try_get("pid").map_err(unreadable)?;
            let sum: String = fence.try_get("sum").map_err(unreadable)?;
            let seen = Fence {
                rows: fence.try_get("rows").map_err(unreadable)?,
                sum: sum.parse().unwrap_or(0),
                begun: fence.try_get("begun").map_err(unreadable)?,
                heads: fence.try_get("heads").unwrap_or_default(),
            };
            if locked && seen == *expected {
                return Ok(Way::In { pid });
            }
            execute(connection, "ROLLBACK")
                .await
                .map_err(|error| database("roll back", &error))?;
            if locked {
                return Ok(Way::Overtaken);
            }
            if self.scope == Scope::Session {
                return Err(Error::LockLost);
            }
            wait.for_lock(connection, self.key, on_event).await?;
        }
    }

    /// Begins a transaction that has the lock, with no journal to look at yet.
    pub(super) async fn enter_first(
        &self,
        connection: &mut PgConnection,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Error> {
        let sql = format!("BEGIN ISOLATION LEVEL READ COMMITTED; {}", self.try_lock());
        let mut wait = Wait::of(self.patience);
        loop {
            let found = rows(connection, &sql)
                .await
                .map_err(|error| database("begin a transaction", &error))?;
            if found.iter().find_map(|row| row.try_get("locked").ok()) == Some(true) {
                return Ok(());
            }
            execute(connection, "ROLLBACK")
                .await
                .map_err(|error| database("roll back", &error))?;
            wait.for_lock(connection, self.key, on_event).await?;
        }
    }

    fn try_lock(&self) -> String {
        format!(
            "SELECT pg_try_advisory_xact_lock({}) AS locked, pg_backend_pid() AS pid",
            self.key.number()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Fence;
    use crate::migration::journal::{Journal, Row};
    use crate::migration::{Checksum, Version};

    #[test]
    fn counting_along_is_the_same_as_counting_anew() {
        let row = |version, success| Row {
            version: Version::new(version),
            description: String::new(),
            installed_on: jiff::Timestamp::UNIX_EPOCH,
            success,
            checksum: Checksum::of(""),
            execution_time: None,
        };
        let mut fence = Fence::of(&Journal::of([row(1, true), row(i64::MAX, true)]));
        fence.count(i64::MAX, 1);
        fence.count(i64::MAX, -1);
        fence.count(7, 1);
        fence.count_begun(1);
        let anew = Journal::of([row(1, true), row(i64::MAX, true), row(7, false)]);
        assert_eq!(fence, Fence::of(&anew));
        assert_ne!(fence, Fence::of(&Journal::of([row(1, true), row(8, true)])));
    }
}
