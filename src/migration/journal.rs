//! The table that says what is applied: `_sqlx_migrations`, exactly as sqlx keeps it.
//!
//! Reading never creates it. All statements name its schema, since a migration may leave
//! `search_path` empty, as every dump by `pg_dump` does.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sqlx::postgres::{PgConnection, PgDatabaseError};
use sqlx::{AssertSqlSafe, Row as _};

use crate::migration::checksum::Checksum;
use crate::migration::error::{Error, Foreign};
use crate::migration::step::Step;
use crate::migration::version::Version;
use crate::sql::Ident;

/// Its name, which sqlx gave it.
const NAME: &str = "_sqlx_migrations";

/// What a database says of its history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journal {
    rows: BTreeMap<Version, Row>,
}

/// What it says of one revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which.
    pub version: Version,
    /// Its slug as words, when it was applied.
    pub description: String,
    /// When it was applied.
    pub installed_on: jiff::Timestamp,
    /// Whether it was applied to its end.
    pub success: bool,
    /// Of the up file, when it was applied.
    pub checksum: Checksum,
    /// How long that took, where it is known.
    pub execution_time: Option<Duration>,
}

impl Journal {
    /// Takes rows as they are.
    pub fn of(rows: impl IntoIterator<Item = Row>) -> Self {
        Self {
            rows: rows.into_iter().map(|row| (row.version, row)).collect(),
        }
    }

    /// All rows, oldest version first.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    /// The row of a revision.
    pub fn get(&self, version: Version) -> Option<&Row> {
        self.rows.get(&version)
    }

    /// Whether `version` was begun and not finished.
    pub fn is_partial(&self, version: Version) -> bool {
        self.get(version).is_some_and(|row| !row.success)
    }

    /// The versions it has.
    pub fn versions(&self) -> BTreeSet<Version> {
        self.rows.keys().copied().collect()
    }
}

/// Reads the journal. Where there is none, nothing was applied.
pub async fn read(connection: &mut PgConnection) -> Result<Journal, Error> {
    let Some(table) = Table::find(connection).await? else {
        return Ok(Journal::default());
    };
    let rows = sqlx::query(AssertSqlSafe(format!(
        "SELECT version, description, success, checksum, execution_time,
                (extract(epoch FROM installed_on) * 1000000)::bigint AS installed_on
         FROM {} ORDER BY version",
        table.0
    )))
    .persistent(false)
    .fetch_all(connection)
    .await
    .map_err(|error| misshapen(&error))?;
    let rows: Result<Vec<Row>, sqlx::Error> = rows
        .iter()
        .map(|row| {
            let nanoseconds: i64 = row.try_get("execution_time")?;
            Ok(Row {
                version: Version::new(row.try_get("version")?),
                description: row.try_get("description")?,
                installed_on: jiff::Timestamp::from_microsecond(row.try_get("installed_on")?)
                    .unwrap_or_default(),
                success: row.try_get("success")?,
                checksum: Checksum::from_bytes(row.try_get("checksum")?),
                execution_time: u64::try_from(nanoseconds).ok().map(Duration::from_nanos),
            })
        })
        .collect();
    Ok(Journal::of(rows.map_err(|error| misshapen(&error))?))
}

/// The journal's table, with its schema.
#[derive(Clone, Debug)]
pub(in crate::migration) struct Table(String);

impl Table {
    /// Where the table is, by the connection's `search_path`.
    async fn find(connection: &mut PgConnection) -> Result<Option<Self>, Error> {
        let schema: Option<String> = sqlx::query_scalar(
            "SELECT n.nspname::text FROM pg_catalog.pg_class c
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE c.oid = pg_catalog.to_regclass('_sqlx_migrations')",
        )
        .persistent(false)
        .fetch_optional(connection)
        .await
        .map_err(|error| database("read its catalog", &error))?;
        Ok(schema.map(|schema| Self(format!("{}.{}", Ident(&schema), Ident(NAME)))))
    }

    /// Finds the table, or creates it as sqlx would.
    pub(in crate::migration) async fn ensure(connection: &mut PgConnection) -> Result<Self, Error> {
        if let Some(table) = Self::find(connection).await? {
            return Ok(table);
        }
        sqlx::raw_sql(
            "CREATE TABLE IF NOT EXISTS _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
    success BOOLEAN NOT NULL,
    checksum BYTEA NOT NULL,
    execution_time BIGINT NOT NULL
)",
        )
        .execute(&mut *connection)
        .await
        .map_err(|error| database("create the journal `_sqlx_migrations`", &error))?;
        let found = Self::find(connection).await?;
        found.ok_or_else(|| Error::Database {
            doing: "find the journal it created",
            cause: Foreign("`search_path` names no schema that exists".to_owned()),
        })
    }

    /// Adds the row of `step`.
    pub(in crate::migration) async fn insert(
        &self,
        connection: &mut PgConnection,
        step: &Step,
        progress: Progress,
    ) -> Result<(), Error> {
        let (success, time) = progress.columns();
        sqlx::query(AssertSqlSafe(format!(
            "INSERT INTO {} (version, description, success, checksum, execution_time)
             VALUES ($1, $2, $3, $4, $5)",
            self.0
        )))
        .bind(step.version.number())
        .bind(step.description.as_str())
        .bind(success)
        .bind(step.checksum.as_bytes())
        .bind(time)
        .persistent(false)
        .execute(connection)
        .await
        .map_err(|error| database("write the journal", &error))
        .map(drop)
    }

    /// Changes how far the row of `version` says it came.
    pub(in crate::migration) async fn update(
        &self,
        connection: &mut PgConnection,
        version: Version,
        progress: Progress,
    ) -> Result<(), Error> {
        let (success, time) = progress.columns();
        sqlx::query(AssertSqlSafe(format!(
            "UPDATE {} SET success = $2, execution_time = $3 WHERE version = $1",
            self.0
        )))
        .bind(version.number())
        .bind(success)
        .bind(time)
        .persistent(false)
        .execute(connection)
        .await
        .map_err(|error| database("write the journal", &error))
        .map(drop)
    }

    /// Takes the row of `version` away.
    pub(in crate::migration) async fn delete(
        &self,
        connection: &mut PgConnection,
        version: Version,
    ) -> Result<(), Error> {
        sqlx::query(AssertSqlSafe(format!(
            "DELETE FROM {} WHERE version = $1",
            self.0
        )))
        .bind(version.number())
        .persistent(false)
        .execute(connection)
        .await
        .map_err(|error| database("write the journal", &error))
        .map(drop)
    }
}

/// How far a revision came.
#[derive(Clone, Copy, Debug)]
pub(in crate::migration) enum Progress {
    /// Begun outside a transaction.
    Begun,
    /// Done, after so long.
    Done(Duration),
}

impl Progress {
    fn columns(self) -> (bool, i64) {
        match self {
            Self::Begun => (false, -1),
            Self::Done(time) => (true, i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)),
        }
    }
}

/// Says what the database refused.
pub(in crate::migration) fn database(doing: &'static str, error: &sqlx::Error) -> Error {
    Error::Database {
        doing,
        cause: foreign(error),
    }
}

/// A table of that name that lacks a column, or has one of another type, is not a journal.
fn misshapen(error: &sqlx::Error) -> Error {
    let undefined = |cause: &PgDatabaseError| matches!(cause.code(), "42703" | "42883" | "42846");
    let undecodable = matches!(
        error,
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnNotFound(_)
    );
    if undecodable || server(error).is_some_and(undefined) {
        Error::Journal {
            cause: foreign(error),
        }
    } else {
        database("read the journal", error)
    }
}

/// sqlx's words, without the line of PostgreSQL's own source that it adds.
fn foreign(error: &sqlx::Error) -> Foreign {
    Foreign(match server(error) {
        Some(cause) => format!("{} ({})", cause.message(), cause.code()),
        None => error.to_string(),
    })
}

/// The server's answer, if that is what the error is.
pub(in crate::migration) fn server(error: &sqlx::Error) -> Option<&PgDatabaseError> {
    error.as_database_error()?.try_downcast_ref()
}
