//! Indexes that a concurrent build leaves behind when it fails or is killed.
//!
//! They are invalid: no query uses them, every write keeps them up, and `IF NOT EXISTS` takes
//! them for the index that was wanted.

use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use crate::migration::error::Error;
use crate::migration::journal::database;
use crate::migration::journal::session::{execute, rows};
use crate::sql::{ConcurrentIndex, Literal};

/// An index, as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Index {
    /// Its number.
    pub(super) oid: u32,
    /// Its name, with its schema where it needs one.
    pub(super) name: String,
    /// Its bare name.
    pub(super) bare: String,
    /// Whether queries may use it.
    pub(super) valid: bool,
    /// Whether somebody is building it right now.
    pub(super) building: bool,
}

impl Index {
    /// Whether a build left it behind.
    pub(super) fn is_left_behind(&self) -> bool {
        !self.valid && !self.building
    }
}

/// Which indexes a statement can leave behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Concern<'t> {
    /// Those of the table that it builds one on.
    Build(ConcurrentIndex<'t>),
    /// Any; only copies that replace others.
    Rebuild,
    /// None.
    Nothing,
}

impl<'t> Concern<'t> {
    /// Of a statement that must run alone as `kind`.
    pub(super) fn of(kind: Option<&str>, sql: &'t str) -> Self {
        match kind {
            Some("CREATE INDEX CONCURRENTLY") => {
                ConcurrentIndex::read(sql).map_or(Self::Nothing, Self::Build)
            }
            Some("REINDEX CONCURRENTLY") => Self::Rebuild,
            Some(_) | None => Self::Nothing,
        }
    }

    /// The indexes in question.
    pub(super) async fn look(&self, connection: &mut PgConnection) -> Result<Vec<Index>, Error> {
        let of_which = match self {
            Self::Build(index) => format!(
                "i.indrelid = pg_catalog.to_regclass({})",
                Literal(index.table)
            ),
            Self::Rebuild => r"NOT i.indisvalid AND c.relname ~ '_cc(new|old)\d*$'".to_owned(),
            Self::Nothing => return Ok(Vec::new()),
        };
        let sql = format!(
            "SELECT i.indexrelid::bigint AS oid, i.indexrelid::regclass::text AS name,
                    c.relname::text AS bare, i.indisvalid AS valid,
                    EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index p
                            WHERE p.index_relid = i.indexrelid OR p.relid = i.indrelid) AS building
             FROM pg_catalog.pg_index i
             JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
             WHERE {of_which} ORDER BY 1"
        );
        let found = rows(connection, &sql)
            .await
            .map_err(|error| database("list its indexes", &error))?;
        let read: Result<Vec<Index>, sqlx::Error> = found
            .iter()
            .map(|row| {
                let oid: i64 = row.try_get("oid")?;
                Ok(Index {
                    oid: u32::try_from(oid).unwrap_or(0),
                    name: row.try_get("name")?,
                    bare: row.try_get("bare")?,
                    valid: row.try_get("valid")?,
                    building: row.try_get("building")?,
                })
            })
            .collect();
        read.map_err(|error| database("list its indexes", &error))
    }
}

/// Drops an index that was left behind.
pub(super) async fn drop_left_behind(
    connection: &mut PgConnection,
    index: &Index,
) -> Result<(), Error> {
    execute(
        connection,
        &format!("DROP INDEX CONCURRENTLY IF EXISTS {}", index.name),
    )
    .await
    .map_err(|error| database("drop an invalid index", &error))
}
