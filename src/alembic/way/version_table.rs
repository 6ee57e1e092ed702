//! The table that says where a database stands: `alembic_version`, a row for each head.
//!
//! It is only read here, and never created.

use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use crate::alembic::error::Error;
use crate::alembic::history::History;
use crate::alembic::history::listing::Place;
use crate::alembic::project::env_py::Said;
use crate::migration::journal::session::rows;
use crate::sql::{Ident, Literal};

/// Alembic's own name for it.
const NAME: &str = "alembic_version";

/// Which table it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionTable {
    /// Its name.
    pub name: String,
    /// Its schema, where `search_path` does not lead to it.
    pub schema: Option<String>,
}

impl Default for VersionTable {
    fn default() -> Self {
        Self {
            name: NAME.to_owned(),
            schema: None,
        }
    }
}

impl VersionTable {
    /// The table that a project has: as `configured` says, or else as `env.py` does.
    pub fn of(
        name: Option<String>,
        schema: Option<String>,
        mut said: Vec<(&'static str, Said)>,
    ) -> Result<Self, Error> {
        let mut find = |key: &'static str, configured: Option<String>| {
            if configured.is_some() {
                return Ok(configured);
            }
            let Some(at) = said.iter().position(|(name, _)| *name == key) else {
                return Ok(None);
            };
            match said.swap_remove(at).1 {
                Said::Text(text) => Ok(Some(text)),
                Said::Unknown(at) => Err(Error::Script(at)),
                Said::Nothing => Ok(None),
            }
        };
        Ok(Self {
            name: find("version_table", name)?.unwrap_or_else(|| NAME.to_owned()),
            schema: find("version_table_schema", schema)?,
        })
    }

    /// Its name in SQL.
    pub fn quoted(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{}.{}", Ident(schema), Ident(&self.name)),
            None => Ident(&self.name).to_string(),
        }
    }

    /// Its rows; none where there is no such table.
    pub async fn rows(&self, connection: &mut PgConnection) -> Result<Vec<String>, Error> {
        let unread = |error: sqlx::Error| Error::VersionTable {
            table: self.quoted(),
            cause: error.to_string(),
        };
        let table = self.quoted();
        let sql = format!(
            "SELECT pg_catalog.to_regclass({}) IS NOT NULL AS present",
            Literal(&table)
        );
        let found = rows(connection, &sql).await.map_err(unread)?;
        let present = found
            .first()
            .map_or(Ok(false), |row| row.try_get("present"));
        if !present.map_err(unread)? {
            return Ok(Vec::new());
        }
        let sql = format!("SELECT version_num::text AS version_num FROM {table}");
        let found = rows(connection, &sql).await.map_err(unread)?;
        let found = found.iter().map(|row| row.try_get("version_num"));
        found.collect::<Result<_, _>>().map_err(unread)
    }
}

impl Place {
    /// Finds `rows` of `table` in `history`.
    pub fn find(history: &History, table: &VersionTable, rows: &[String]) -> Result<Self, Error> {
        let found = rows.iter().map(|row| {
            history.find(row).ok_or_else(|| Error::Unknown {
                revision: row.clone(),
                table: table.quoted(),
                commit: None,
            })
        });
        Ok(Self {
            rows: found.collect::<Result<_, _>>()?,
        })
    }
}
