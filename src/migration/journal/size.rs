//! How large the tables of a plan are, asked with one question.
//!
//! PostgreSQL keeps an estimate of the rows of a table, as of the last `VACUUM` or `ANALYZE`, and
//! knows the size of its files. From both comes what its own planner would guess; nothing is
//! counted, so that the question is quick whatever the size.

use std::collections::BTreeMap;

use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use crate::migration::error::Error;
use crate::migration::journal::database;
use crate::migration::journal::session::rows;
use crate::sql::impact::Object;
use crate::sql::{Ident, Literal};

/// How large a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// An estimate of its rows.
    pub rows: u64,
    /// Its bytes on disk, indexes and all.
    pub bytes: u64,
}

/// Sizes by object; what is not there, or is no table, has none.
pub type Sizes = BTreeMap<Object, Size>;

/// A partitioned table has the rows of its partitions.
const QUESTION: &str = "
    SELECT named.number,
           coalesce(sum(CASE
             WHEN pg_catalog.pg_relation_size(part.oid) = 0 THEN 0
             WHEN part.relpages > 0 AND part.reltuples >= 0
               THEN part.reltuples / part.relpages * (pg_catalog.pg_relation_size(part.oid)
                    / pg_catalog.current_setting('block_size')::bigint)
             ELSE pg_catalog.pg_stat_get_live_tuples(part.oid)
           END), 0)::bigint AS estimate,
           coalesce(sum(pg_catalog.pg_total_relation_size(part.oid)), 0)::bigint AS bytes
      FROM pg_catalog.unnest(ARRAY[{names}]::text[]) WITH ORDINALITY AS named (name, number)
      JOIN pg_catalog.pg_class AS whole ON whole.oid = pg_catalog.to_regclass(named.name)
      JOIN LATERAL (
             SELECT whole.oid UNION SELECT relid FROM pg_catalog.pg_partition_tree(whole.oid)
           ) AS parts (oid) ON true
      JOIN pg_catalog.pg_class AS part ON part.oid = parts.oid
     WHERE whole.relkind IN ('r', 'p', 'm', 't')
     GROUP BY named.number";

/// Asks for the sizes of `objects`.
pub async fn sizes(objects: &[Object], connection: &mut PgConnection) -> Result<Sizes, Error> {
    if objects.is_empty() {
        return Ok(Sizes::new());
    }
    let names: Vec<String> = objects
        .iter()
        .map(|object| Literal(&qualified(object)).to_string())
        .collect();
    let rows = rows(connection, &QUESTION.replace("{names}", &names.join(", ")))
        .await
        .map_err(|error| database("tell the size of its tables", &error))?;
    let found = rows.iter().map(|row| {
        let number: i64 = row.try_get("number")?;
        let estimate: i64 = row.try_get("estimate")?;
        let bytes: i64 = row.try_get("bytes")?;
        let object = usize::try_from(number - 1)
            .ok()
            .and_then(|it| objects.get(it));
        let size = Size {
            rows: u64::try_from(estimate).unwrap_or_default(),
            bytes: u64::try_from(bytes).unwrap_or_default(),
        };
        Ok(object.map(|object| (object.clone(), size)))
    });
    let found: Result<Vec<_>, sqlx::Error> = found.collect();
    let found = found.map_err(|error| database("tell the size of its tables", &error))?;
    Ok(found.into_iter().flatten().collect())
}

/// The name as `to_regclass` reads it.
fn qualified(object: &Object) -> String {
    match &object.schema {
        Some(schema) => format!("{}.{}", Ident(schema), Ident(&object.name)),
        None => Ident(&object.name).to_string(),
    }
}
