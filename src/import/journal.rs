//! Another tool's own table. It is only read, and stays as it is.

use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use super::error::Error;
use super::standing::{Record, State};
use super::tool::Tool;
use crate::migration::journal::session::rows;
use crate::sql::{Ident, Literal};

/// Its name as SQL: `table`, perhaps with a schema before a dot, or the tool's usual one.
pub fn table(tool: Tool, table: Option<&str>) -> String {
    let name = table.unwrap_or_else(|| tool.table());
    match name.split_once('.') {
        Some((schema, name)) => format!("{}.{}", Ident(schema), Ident(name)),
        None => Ident(name).to_string(),
    }
}

/// Whether there is a table of that name.
pub async fn is_there(table: &str, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let sql = format!(
        "SELECT pg_catalog.to_regclass({}) IS NOT NULL AS present",
        Literal(table)
    );
    let found = rows(connection, &sql).await?;
    found
        .first()
        .map_or(Ok(false), |row| row.try_get("present"))
}

/// Its rows; `None` where there is no such table.
pub async fn read(
    tool: Tool,
    table: &str,
    connection: &mut PgConnection,
) -> Result<Option<Vec<Record>>, Error> {
    let unread = |error: sqlx::Error| Error::Table {
        table: table.to_owned(),
        tool,
        cause: match error.as_database_error() {
            Some(cause) => cause.message().to_owned(),
            None => error.to_string(),
        },
    };
    if !is_there(table, connection).await.map_err(unread)? {
        return Ok(None);
    }
    let found = rows(connection, &tool.journal(table))
        .await
        .map_err(unread)?;
    let records = found.iter().map(|row| {
        let state: String = row.try_get("state")?;
        Ok(Record {
            id: row.try_get("id")?,
            state: State::of(&state),
            checksum: row.try_get("checksum")?,
        })
    });
    records.collect::<Result<_, _>>().map(Some).map_err(unread)
}
