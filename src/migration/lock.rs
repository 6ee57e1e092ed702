//! One migration at a time per database.
//!
//! The lock is sqlx's own advisory lock, so a program that runs `sqlx::migrate!` when it starts
//! waits for us and we for it. It is taken by asking again and again, never by waiting inside the
//! server: a waiting session would hold a snapshot open, and `CREATE INDEX CONCURRENTLY` in the
//! session that has the lock would wait for it, which is a deadlock. The lock belongs to the
//! connection and dies with it.

use std::fmt;
use std::time::{Duration, Instant};

use flate2::Crc;
use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use crate::migration::error::Error;
use crate::migration::event::Event;
use crate::migration::journal::database;

/// The number that sqlx multiplies with the checksum of the database's name.
const FACTOR: i64 = 0x3d32_ad9e;

/// How long between two attempts, at first and at most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(25), Duration::from_secs(1));

/// The key of the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(i64);

/// Another session that has the lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its process on the server.
    pub pid: i32,
    /// What it calls itself; may be empty.
    pub application: String,
    /// As whom it is connected.
    pub user: String,
    /// Since when it is connected.
    pub since: Option<jiff::Timestamp>,
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
        match self.since {
            Some(since) => write!(f, ", connected since {}", since.strftime("%F %T UTC")),
            None => Ok(()),
        }
    }
}

/// Takes the lock, or gives up after `patience`.
pub(in crate::migration) async fn acquire(
    connection: &mut PgConnection,
    patience: Duration,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Key, Error> {
    let name: String = sqlx::query_scalar("SELECT current_database()::text")
        .persistent(false)
        .fetch_one(&mut *connection)
        .await
        .map_err(|error| database("tell its name", &error))?;
    let key = Key::of(&name);
    let started = Instant::now();
    let mut pause = PAUSE.0;
    let mut said: Option<Instant> = None;
    while !attempt(connection, key).await? {
        let elapsed = started.elapsed();
        if elapsed >= patience {
            return Err(Error::Locked {
                holder: holder(connection, key).await?,
                waited: elapsed,
            });
        }
        if said.is_none_or(|said| said.elapsed() >= PAUSE.1) {
            let holder = holder(connection, key).await?;
            on_event(Event::Waiting {
                holder: holder.as_ref(),
                elapsed,
            });
            said = Some(Instant::now());
        }
        let jitter = rand::random_range(0.75..1.25);
        tokio::time::sleep(pause.mul_f64(jitter).min(patience.saturating_sub(elapsed))).await;
        pause = (pause * 2).min(PAUSE.1);
    }
    Ok(key)
}

/// Gives the lock back.
pub(in crate::migration) async fn release(
    connection: &mut PgConnection,
    key: Key,
) -> Result<(), Error> {
    sqlx::query("SELECT pg_advisory_unlock($1)")
        .bind(key.number())
        .persistent(false)
        .execute(connection)
        .await
        .map_err(|error| database("release the migration lock", &error))
        .map(drop)
}

async fn attempt(connection: &mut PgConnection, key: Key) -> Result<bool, Error> {
    sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
        .bind(key.number())
        .persistent(false)
        .fetch_one(connection)
        .await
        .map_err(|error| database("try the migration lock", &error))
}

/// Who has the lock, if it can be seen and is not gone already.
async fn holder(connection: &mut PgConnection, key: Key) -> Result<Option<Holder>, Error> {
    let row = sqlx::query(
        "SELECT l.pid, coalesce(a.application_name, '') AS application,
                coalesce(a.usename::text, '') AS role,
                (extract(epoch FROM a.backend_start) * 1000000)::bigint AS since
         FROM pg_catalog.pg_locks l
         LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
           AND l.database = (SELECT oid FROM pg_catalog.pg_database
                             WHERE datname = current_database())
           AND ((l.classid::bigint << 32) | l.objid::bigint) = $1
         LIMIT 1",
    )
    .bind(key.number())
    .persistent(false)
    .fetch_optional(connection)
    .await
    .map_err(|error| database("tell who holds the migration lock", &error))?;
    let Some(row) = row else { return Ok(None) };
    let read = || -> Result<Holder, sqlx::Error> {
        let since: Option<i64> = row.try_get("since")?;
        Ok(Holder {
            pid: row.try_get("pid")?,
            application: row.try_get("application")?,
            user: row.try_get("role")?,
            since: since.and_then(|since| jiff::Timestamp::from_microsecond(since).ok()),
        })
    };
    read()
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
            since: Some(jiff::Timestamp::UNIX_EPOCH),
        };
        assert_eq!(
            holder.to_string(),
            "process 7 (`api`) of `admin`, connected since 1970-01-01 00:00:00 UTC"
        );
        holder.application.clear();
        holder.since = None;
        assert_eq!(holder.to_string(), "process 7 of `admin`");
    }
}
