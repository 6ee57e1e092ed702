//! The connection that a history is moved along on, and the way to open another beside it.
//!
//! Everything is sent in the simple protocol, as whole texts built with `sql::quote`: behind a
//! pooler that gives each transaction another server process, a prepared statement would be
//! looked for where it is not.

use std::ops::{Deref, DerefMut};

use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _};

/// One connection, and how it was made.
pub struct Session {
    connection: PgConnection,
    options: PgConnectOptions,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Session(****)")
    }
}

impl Session {
    /// A connection that was made with `options`.
    pub fn new(connection: PgConnection, options: PgConnectOptions) -> Self {
        Self {
            connection,
            options,
        }
    }

    /// The database that it is in, where that was said.
    pub fn database(&self) -> Option<&str> {
        self.options.get_database()
    }

    /// Both, to be used at the same time.
    pub(in crate::migration) fn parts(&mut self) -> (&mut PgConnection, &PgConnectOptions) {
        (&mut self.connection, &self.options)
    }

    /// A session in another database of the same server.
    pub(in crate::migration) async fn in_database(&self, name: &str) -> Result<Self, sqlx::Error> {
        let options = self.options.clone().database(name);
        Ok(Self::new(options.connect().await?, options))
    }
}

/// A session is used like its connection.
impl Deref for Session {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

/// Sends text that came from a file of the project, or is our own.
pub(in crate::migration) async fn execute(
    connection: &mut PgConnection,
    sql: &str,
) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .map(drop)
}

/// The rows that `sql`, which may be several statements, answers.
pub(crate) async fn rows(
    connection: &mut PgConnection,
    sql: &str,
) -> Result<Vec<PgRow>, sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .fetch_all(connection)
        .await
}

/// How many rows the statement `sql` changed.
pub(in crate::migration) async fn changed(
    connection: &mut PgConnection,
    sql: &str,
) -> Result<u64, sqlx::Error> {
    let result = sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await?;
    Ok(result.rows_affected())
}
