//! The table that says what is applied: `_sqlx_migrations`, exactly as sqlx keeps it.
//!
//! Reading never creates it. All statements name its schema, since a migration may leave
//! `search_path` empty, as every dump by `pg_dump` does.

pub mod assumed;
pub mod heads;
pub mod lease;
pub mod ledger;
pub mod lock;
pub mod origin;
pub mod read_only;
pub mod session;
pub mod size;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use sqlx::Row as _;
use sqlx::postgres::{PgConnection, PgDatabaseError};

use crate::migration::directory::checksum::Checksum;
use crate::migration::directory::version::Version;
use crate::migration::error::{Error, Foreign};
use crate::migration::journal::lease::Lease;
use crate::migration::journal::ledger::{Kept, Ledger, Presence};
use crate::migration::journal::session::rows;
use crate::migration::plan::direction::Direction;
use crate::migration::plan::step::Step;
use crate::migration::runner::locate::exhausted;
use crate::sql::{Ident, Literal};

/// Its name, which sqlx gave it.
const NAME: &str = "_sqlx_migrations";

/// What a database says of its history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journal {
    rows: BTreeMap<Version, Row>,
    leases: BTreeMap<Version, Lease>,
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
            leases: BTreeMap::new(),
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

    /// The same, with what the ledger says of a revision that is not done.
    #[must_use]
    pub fn with_lease(mut self, version: Version, lease: Lease) -> Self {
        self.leases.insert(version, lease);
        self
    }

    /// What the ledger says of a revision that is not done, where it says anything.
    pub fn lease(&self, version: Version) -> Option<&Lease> {
        self.leases.get(&version)
    }

    /// Whether both say the same of every revision.
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.rows == other.rows
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
    let Some((table, ledger)) = Table::find(connection).await? else {
        return Ok(Journal::default());
    };
    let found = rows(
        connection,
        &format!(
            "SELECT version, description, success, checksum, execution_time,
                    (extract(epoch FROM installed_on) * 1000000)::bigint AS installed_on
             FROM {} ORDER BY version",
            table.0
        ),
    )
    .await
    .map_err(|error| misshapen(&error))?;
    let read: Result<Vec<Row>, sqlx::Error> = found
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
    let mut journal = Journal::of(read.map_err(|error| misshapen(&error))?);
    let begun: Vec<Version> = journal
        .rows()
        .filter(|row| !row.success)
        .map(|row| row.version)
        .collect();
    if !begun.is_empty() && ledger.exists(connection).await? == Presence::Whole {
        let leases = ledger.leases(connection, &begun).await?;
        journal.leases = leases.into_iter().collect();
    }
    Ok(journal)
}

/// What the ledger keeps of `versions`; nothing where there is none.
pub async fn kept(connection: &mut PgConnection, versions: &[Version]) -> Result<Vec<Kept>, Error> {
    match Table::find(connection).await? {
        Some((_, ledger)) if ledger.exists(connection).await? == Presence::Whole => {
            ledger.kept(connection, versions).await
        }
        Some(_) | None => Ok(Vec::new()),
    }
}

/// The journal's table, with its schema.
#[derive(Clone, Debug)]
pub(in crate::migration) struct Table(String);

/// As sqlx creates it.
pub(in crate::migration) const CREATE: &str = "CREATE TABLE IF NOT EXISTS _sqlx_migrations (
    version BIGINT PRIMARY KEY,
    description TEXT NOT NULL,
    installed_on TIMESTAMPTZ NOT NULL DEFAULT now(),
    success BOOLEAN NOT NULL,
    checksum BYTEA NOT NULL,
    execution_time BIGINT NOT NULL
)";

impl Table {
    /// The table, by the connection's `search_path`, and the ledger beside it, whether or not that
    /// is there.
    pub(in crate::migration) async fn find(
        connection: &mut PgConnection,
    ) -> Result<Option<(Self, Ledger)>, Error> {
        let found = rows(
            connection,
            "SELECT n.nspname::text AS schema FROM pg_catalog.pg_class c
             JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
             WHERE c.oid = pg_catalog.to_regclass('_sqlx_migrations')",
        )
        .await
        .map_err(|error| database("read its catalog", &error))?;
        let Some(row) = found.first() else {
            return Ok(None);
        };
        let schema: String = row
            .try_get("schema")
            .map_err(|error| database("read its catalog", &error))?;
        let table = Self(format!("{}.{}", Ident(&schema), Ident(NAME)));
        Ok(Some((table, Ledger::in_schema(&schema))))
    }

    /// The table that `search_path` finds, in text that others will run.
    pub(in crate::migration) fn unqualified() -> Self {
        Self(NAME.to_owned())
    }

    /// Asks how many rows there are, what their versions add up to, and how many are not done:
    /// enough to see that another process was here.
    pub(in crate::migration) fn fence(&self) -> String {
        format!(
            "SELECT count(*) AS rows, coalesce(sum(version), 0)::text AS sum,
                    count(*) FILTER (WHERE NOT success) AS begun FROM {}",
            self.0
        )
    }

    /// Adds the row of `step`.
    pub(in crate::migration) fn insert(&self, step: &Step, progress: Progress) -> String {
        let (success, time) = progress.columns();
        format!(
            "INSERT INTO {} (version, description, success, checksum, execution_time)
             VALUES ({}, {}, {success}, decode('{}', 'hex'), {time})",
            self.0,
            step.version,
            Literal(&step.description),
            step.checksum,
        )
    }

    /// Changes how far the row of `step` says it came. On the way up the file may have been mended
    /// since the row was written.
    pub(in crate::migration) fn update(&self, step: &Step, progress: Progress) -> String {
        let (success, time) = progress.columns();
        let checksum = match step.direction {
            Direction::Upgrade => format!(", checksum = decode('{}', 'hex')", step.checksum),
            Direction::Downgrade => String::new(),
        };
        format!(
            "UPDATE {} SET success = {success}, execution_time = {time}{checksum}
             WHERE version = {}",
            self.0, step.version,
        )
    }

    /// Takes the text of `step` for what was applied.
    pub(in crate::migration) fn accept(&self, step: &Step) -> String {
        format!(
            "UPDATE {} SET checksum = decode('{}', 'hex') WHERE version = {}",
            self.0, step.checksum, step.version,
        )
    }

    /// Gives a revision its new version, and the checksum of what its file says now.
    pub(in crate::migration) fn rename(&self, renamed: &Renamed) -> String {
        format!(
            "UPDATE {} SET version = {}, checksum = decode('{}', 'hex') WHERE version = {}",
            self.0,
            renamed.to,
            Checksum::of(&renamed.up),
            renamed.from,
        )
    }

    /// Takes all rows away.
    pub(in crate::migration) fn clear(&self) -> String {
        format!("DELETE FROM {}", self.0)
    }

    /// Takes the row of `version` away.
    pub(in crate::migration) fn delete(&self, version: Version) -> String {
        format!("DELETE FROM {} WHERE version = {version}", self.0)
    }
}

/// A revision whose files got another version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// Its version so far.
    pub from: Version,
    /// Its version from now on.
    pub to: Version,
    /// What it follows from now on.
    pub parents: Vec<Version>,
    /// What its up file holds from now on.
    pub up: String,
}

/// How far a revision came.
#[derive(Clone, Copy, Debug)]
pub(in crate::migration) enum Progress {
    /// Begun outside a transaction.
    Begun,
    /// Done, after so long.
    Done(Duration),
    /// Taken as done without being run.
    Skipped,
}

impl Progress {
    fn columns(self) -> (bool, i64) {
        match self {
            Self::Begun => (false, -1),
            Self::Skipped => (true, -1),
            Self::Done(time) => (true, i64::try_from(time.as_nanos()).unwrap_or(i64::MAX)),
        }
    }
}

/// Says what the database refused.
pub(in crate::migration) fn database(doing: &'static str, error: &sqlx::Error) -> Error {
    Error::Database {
        doing,
        cause: foreign(error),
        help: server(error)
            .and_then(|cause| exhausted(cause.code()).or_else(|| too_long(cause.code()))),
    }
}

/// Only the id in a table of heads has a limit.
fn too_long(code: &str) -> Option<&'static str> {
    (code == "22001").then_some(
        "Alembic makes its table for ids of 32 characters: give the revision a shorter one, or widen the \
         column: `alter table alembic_version alter version_num type varchar(255)`",
    )
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
