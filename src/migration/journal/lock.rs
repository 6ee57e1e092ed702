//! One migration at a time per database.
//!
//! The lock is sqlx's own advisory lock, so a program that runs `sqlx::migrate!` when it starts
//! waits for us and we for it. It is taken by asking again and again, never by waiting inside the
//! server: a waiting session would hold a snapshot open, and `CREATE INDEX CONCURRENTLY` in the
//! session that has the lock would wait for it, which is a deadlock. The lock belongs to a
//! transaction, or on request to the connection, and dies with it.

use std::fmt;
use std::time::{Duration, Instant};

use flate2::Crc;
use sqlx::Row as _;
use sqlx::postgres::{PgConnection, PgRow};

use crate::migration::error::Error;
use crate::migration::event::Event;
use crate::migration::journal::database;
use crate::migration::journal::read_only::ReadOnly;
use crate::migration::journal::session::{execute, rows};

/// The number that sqlx multiplies with the checksum of the database's name.
const FACTOR: i64 = 0x3d32_ad9e;

/// How long between two attempts, at first and at most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(25), Duration::from_secs(1));

/// The key of the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(i64);

/// How the lock is held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// By each revision's transaction, so that nothing can be left behind, not even by a pooler
    /// that gives every transaction another session. What runs outside a transaction has a lease.
    #[default]
    Transaction,
    /// By the session, from the first revision to the last. Needs a connection to the server
    /// itself.
    Session,
}

/// Another session that has the lock, or a lock that is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its process on the server.
    pub pid: i32,
    /// What it calls itself; may be empty.
    pub application: String,
    /// As whom it is connected.
    pub user: String,
    /// What it runs, or ran last; empty where that cannot be seen.
    pub query: String,
    /// Since when it is connected.
    pub since: Option<jiff::Timestamp>,
}

impl Holder {
    /// Reads the columns `pid`, `application`, `role`, `query` and `since`.
    pub(in crate::migration) fn read(row: &PgRow) -> Result<Self, sqlx::Error> {
        let since: Option<i64> = row.try_get("since")?;
        Ok(Self {
            pid: row.try_get("pid")?,
            application: row.try_get("application")?,
            user: row.try_get("role")?,
            query: row.try_get("query")?,
            since: since.and_then(|since| jiff::Timestamp::from_microsecond(since).ok()),
        })
    }
}

impl Key {
    /// The key for the database of that name.
    pub fn of(database: &str) -> Self {
        let mut crc = Crc::new();
        crc.update(database.as_bytes());
        Self(FACTOR * i64::from(crc.sum()))
    }

    /// The number.
    pub fn number(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}", self.pid)?;
        if !self.application.is_empty() {
            write!(f, " (`{}`)", self.application)?;
        }
        write!(f, " of `{}`", self.user)?;
        if let Some(since) = self.since {
            write!(f, ", connected since {}", since.strftime("%F %T UTC"))?;
        }
        let query: Vec<&str> = self.query.split_whitespace().collect();
        match query.as_slice() {
            [] => Ok(()),
            words => write!(f, ", with `{}`", shortened(&words.join(" "))),
        }
    }
}

/// As much of a query as fits into a sentence.
fn shortened(query: &str) -> String {
    match query.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &query[..end]),
        None => query.to_owned(),
    }
}

/// A wait for others, with an end.
#[derive(Debug)]
pub struct Wait {
    patience: Duration,
    started: Instant,
    pause: Duration,
    said: Option<Instant>,
}

impl Wait {
    /// One that ends after `patience`.
    pub fn of(patience: Duration) -> Self {
        Self {
            patience,
            started: Instant::now(),
            pause: PAUSE.0,
            said: None,
        }
    }

    /// How long it lasts already.
    pub(in crate::migration) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Whether it has lasted as long as it may.
    pub(in crate::migration) fn is_over(&self) -> bool {
        self.elapsed() >= self.patience
    }

    /// Whether about a second has passed since this was last asked and answered with yes.
    pub(in crate::migration) fn is_time_to_speak(&mut self) -> bool {
        let due = self.said.is_none_or(|said| said.elapsed() >= PAUSE.1);
        if due {
            self.said = Some(Instant::now());
        }
        due
    }

    /// Sleeps, longer each time, never past the end.
    pub(in crate::migration) async fn pause(&mut self) {
        let left = self.patience.saturating_sub(self.elapsed());
        let jitter = rand::random_range(0.75..1.25);
        tokio::time::sleep(self.pause.mul_f64(jitter).min(left)).await;
        self.pause = (self.pause * 2).min(PAUSE.1);
    }

    /// Sleeps because the lock of `key` is held, and says by whom; in the end gives up.
    pub(in crate::migration) async fn for_lock(
        &mut self,
        connection: &mut PgConnection,
        key: Key,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Error> {
        if self.is_over() {
            return Err(Error::Locked {
                holder: holder(connection, key).await?,
                waited: self.elapsed(),
            });
        }
        if self.is_time_to_speak() {
            let holder = holder(connection, key).await?;
            on_event(Event::Waiting {
                holder: holder.as_ref(),
                elapsed: self.elapsed(),
            });
        }
        self.pause().await;
        Ok(())
    }
}

/// The key for the database of `connection`, which must be one that can be changed.
pub(in crate::migration) async fn key(connection: &mut PgConnection) -> Result<Key, Error> {
    let failed = |error: sqlx::Error| database("tell its name", &error);
    let sql = "SELECT current_database()::text AS name, current_user::text AS role,
            pg_catalog.pg_is_in_recovery() AS standby,
            current_setting('transaction_read_only') = 'on' AS read_only,
            (SELECT source FROM pg_catalog.pg_settings
             WHERE name = 'default_transaction_read_only') AS source";
    let found = rows(connection, sql).await.map_err(failed)?;
    let row = found.first().ok_or(sqlx::Error::RowNotFound);
    let row = row.map_err(failed)?;
    let text = |column| row.try_get::<String, _>(column).map_err(failed);
    let flag = |column| row.try_get::<bool, _>(column).map_err(failed);
    let name = text("name")?;
    if flag("standby")? {
        return Err(Error::ReadOnly(ReadOnly::Standby));
    }
    if flag("read_only")? {
        let source = text("source")?;
        let role = text("role")?;
        return Err(Error::ReadOnly(ReadOnly::of(&source, &name, &role)));
    }
    Ok(Key::of(&name))
}

/// Takes the lock for the whole session, or gives up when `wait` is over.
pub(in crate::migration) async fn acquire(
    connection: &mut PgConnection,
    key: Key,
    wait: &mut Wait,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<(), Error> {
    let sql = format!("SELECT pg_try_advisory_lock({}) AS locked", key.number());
    while !locked(&sql, connection).await? {
        wait.for_lock(connection, key, on_event).await?;
    }
    Ok(())
}

/// Gives the lock of the session back.
pub(in crate::migration) async fn release(
    connection: &mut PgConnection,
    key: Key,
) -> Result<(), Error> {
    execute(
        connection,
        &format!("SELECT pg_advisory_unlock({})", key.number()),
    )
    .await
    .map_err(|error| database("release the migration lock", &error))
}

async fn locked(sql: &str, connection: &mut PgConnection) -> Result<bool, Error> {
    let found = rows(connection, sql)
        .await
        .map_err(|error| database("try the migration lock", &error))?;
    let flag = |row: &PgRow| row.try_get("locked").ok();
    Ok(found.iter().find_map(flag) == Some(true))
}

/// Who has the lock, if it can be seen and is not gone already.
async fn holder(connection: &mut PgConnection, key: Key) -> Result<Option<Holder>, Error> {
    let sql = format!(
        "SELECT l.pid, coalesce(a.application_name, '') AS application,
                coalesce(a.usename::text, '') AS role, coalesce(left(a.query, 200), '') AS query,
                (extract(epoch FROM a.backend_start) * 1000000)::bigint AS since
         FROM pg_catalog.pg_locks l
         LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
           AND l.database = (SELECT oid FROM pg_catalog.pg_database
                             WHERE datname = current_database())
           AND ((l.classid::bigint << 32) | l.objid::bigint) = {}
         LIMIT 1",
        key.number()
    );
    let found = rows(connection, &sql)
        .await
        .map_err(|error| database("tell who holds the migration lock", &error))?;
    let Some(row) = found.first() else {
        return Ok(None);
    };
    Holder::read(row)
        .map(Some)
        .map_err(|error| database("tell who holds the migration lock", &error))
}

#[cfg(test)]
mod tests {
    use super::{Holder, Key};

    #[test]
    fn the_key_is_the_checksum_times_the_factor() {
        // CRC-32 (ISO-HDLC) of "123456789" is the check value of its catalogue.
        assert_eq!(Key::of("123456789").number(), 0x3d32_ad9e * 0xcbf4_3926);
        assert_eq!(Key::of("").number(), 0);
    }

    #[test]
    fn a_holder_is_described_by_what_is_known() {
        let mut holder = Holder {
            pid: 7,
            application: "api".to_owned(),
            user: "admin".to_owned(),
            query: String::new(),
            since: Some(jiff::Timestamp::UNIX_EPOCH),
        };
        assert_eq!(
            holder.to_string(),
            "process 7 (`api`) of `admin`, connected since 1970-01-01 00:00:00 UTC"
        );
        holder.application.clear();
        holder.since = None;
        assert_eq!(holder.to_string(), "process 7 of `admin`");
        holder.query =
            "SELECT pg_sleep(60)\n  FROM somewhere WHERE this IS a AND long IS statement"
                .to_owned();
        assert_eq!(
            holder.to_string(),
            "process 7 of `admin`, with `SELECT pg_sleep(60) FROM somewhere WHERE this IS a AND long …`"
        );
    }
}
