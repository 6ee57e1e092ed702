//! A database for a while, on the same server.

use std::time::Duration;

use jiff::Timestamp;
use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use crate::migration::error::Error;
use crate::migration::journal::session::{Session, execute, rows};
use crate::migration::journal::{database, server};
use crate::sql::Ident;

/// How their names begin; the time of their making follows.
const PREFIX: &str = "townpass_scratch_";

/// After how long one that nobody is connected to is a leftover.
const LEFTOVER: Duration = Duration::from_hours(1);

/// A database that is dropped again.
#[derive(Debug)]
pub(super) struct Scratch {
    name: String,
    /// A connection to it.
    pub(super) session: Session,
}

impl Scratch {
    /// Creates one beside the database of `session`, and drops those that a killed run left.
    pub(super) async fn create(session: &mut Session) -> Result<Self, Error> {
        drop_leftovers(session).await;
        let name = format!(
            "{PREFIX}{}_{:08x}",
            Timestamp::now().as_second(),
            rand::random::<u32>()
        );
        let create = format!("CREATE DATABASE {}", Ident(&name));
        let created = match execute(session, &create).await {
            // Somebody is connected to `template1`.
            Err(error) if server(&error).is_some_and(|cause| cause.code() == "55006") => {
                execute(session, &format!("{create} TEMPLATE template0")).await
            }
            created => created,
        };
        created.map_err(|error| database("create a scratch database", &error))?;
        match session.in_database(&name).await {
            Ok(inside) => Ok(Self {
                name,
                session: inside,
            }),
            Err(error) => {
                let _ = execute(session, &drop_sql(&name)).await;
                Err(database("let us into the scratch database", &error))
            }
        }
    }

    /// Drops it.
    pub(super) async fn remove(self, session: &mut Session) -> Result<(), Error> {
        drop(self.session);
        execute(session, &drop_sql(&self.name))
            .await
            .map_err(|error| database("drop the scratch database", &error))
    }
}

fn drop_sql(name: &str) -> String {
    format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", Ident(name))
}

/// What cannot be dropped is left to the next run.
async fn drop_leftovers(connection: &mut PgConnection) {
    let sql = format!(
        "SELECT datname::text AS name FROM pg_catalog.pg_database d
         WHERE datname ~ '^{PREFIX}[0-9]+_[0-9a-f]+$'
           AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datname = d.datname)"
    );
    let Ok(found) = rows(connection, &sql).await else {
        return;
    };
    let oldest = Timestamp::now().as_second() - i64::try_from(LEFTOVER.as_secs()).unwrap_or(0);
    for row in found {
        let Ok(name) = row.try_get::<String, _>("name") else {
            continue;
        };
        let made = name[PREFIX.len()..].split('_').next();
        if made
            .and_then(|it| it.parse::<i64>().ok())
            .is_some_and(|it| it < oldest)
        {
            let _ = execute(connection, &format!("DROP DATABASE {}", Ident(&name))).await;
        }
    }
}
