//! What a server says of itself and of the role that asks, in one question.

use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use super::Complaint;
use crate::ident::{DatabaseName, RoleName};

/// What a server says of itself and of the role that asks.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
pub struct Facts {
    /// Its version, `16.4`.
    pub version: String,
    /// The role.
    pub role: RoleName,
    /// The database.
    pub database: DatabaseName,
    /// The database's size in bytes.
    pub size: u64,
    /// The schema that new tables go to; nothing where the role may use none of `search_path`.
    pub schema: Option<String>,
    /// Whether the role may create tables in it.
    pub creates_tables: bool,
    /// Whether the role may create schemas and extensions.
    pub creates_schemas: bool,
    /// The tables of the history that are there and that the role may not read and write.
    pub locked: Vec<String>,
    /// Whether it is a standby, or refuses writes by a setting.
    pub read_only: bool,
    /// Its clock, in seconds since 1970.
    pub clock: f64,
}

/// Asks. Nothing is changed.
pub async fn facts(connection: &mut PgConnection) -> Result<Facts, Complaint> {
    let question = "select json_build_object(\
        'version', current_setting('server_version'), \
        'role', current_user, \
        'database', current_database(), \
        'size', pg_database_size(current_database()), \
        'schema', current_schema(), \
        'creates_tables', coalesce(has_schema_privilege(current_schema(), 'CREATE'), false), \
        'creates_schemas', has_database_privilege(current_database(), 'CREATE'), \
        'locked', (select coalesce(json_agg(relname order by relname), '[]') from pg_class \
            where oid in (to_regclass('_sqlx_migrations'), to_regclass('_townpass_migrations'), \
                to_regclass('alembic_version')) \
            and not (has_table_privilege(oid, 'SELECT') and has_table_privilege(oid, 'INSERT') \
                and has_table_privilege(oid, 'UPDATE') and has_table_privilege(oid, 'DELETE'))), \
        'read_only', pg_is_in_recovery() \
            or current_setting('default_transaction_read_only')::boolean, \
        'clock', extract(epoch from clock_timestamp())\
        )::text";
    let row = sqlx::raw_sql(question).fetch_one(connection).await?;
    let answer: String = row.try_get_unchecked(0)?;
    serde_json::from_str(&answer).map_err(|error| Complaint {
        sqlstate: None,
        message: format!("its answer cannot be read: {error}"),
        detail: None,
    })
}
