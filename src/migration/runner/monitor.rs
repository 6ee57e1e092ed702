//! Watches a statement that takes its time, through a connection of its own.
//!
//! Nothing is opened for a statement that is done within the first tick. After that each tick
//! asks who is in the way and how far an index is built, and lets the ledger know that the run
//! is alive. Where no second connection can be had, a statement is waited for in silence.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Row as _};
use tokio::time::sleep;

use crate::migration::journal::lock::Holder;
use crate::migration::journal::session::{execute, rows};

/// How often it looks.
const TICK: Duration = Duration::from_secs(1);

/// How far the build of an index is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// In PostgreSQL's words: `building index: scanning table`.
    pub phase: String,
    /// Blocks, rows or sessions waited for that are done, by the phase.
    pub done: u64,
    /// Of how many; zero where the phase has no measure.
    pub total: u64,
}

/// What a look showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sight {
    /// Who holds what the statement waits for.
    pub(super) blockers: Vec<Holder>,
    /// How far an index is built.
    pub(super) build: Option<Build>,
}

/// What is watched.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    /// The process on the server.
    pub(super) pid: i32,
    /// How the ledger is told that the run is alive.
    pub(super) beat: Option<&'a str>,
}

/// The second connection, once it is needed.
#[derive(Debug)]
pub(super) struct Monitor {
    options: PgConnectOptions,
    connection: Option<PgConnection>,
    tick: Duration,
    /// Whether none can be had.
    blind: bool,
}

impl Monitor {
    /// One that connects with `options`, and looks at least twice within `lock_timeout`.
    pub(super) fn new(options: PgConnectOptions, lock_timeout: Duration) -> Self {
        Self {
            options,
            connection: None,
            tick: TICK.min((lock_timeout / 3).max(Duration::from_millis(50))),
            blind: false,
        }
    }

    /// Waits for `work`, and meanwhile shows `see` what can be seen of `subject`.
    pub(super) async fn during<T>(
        &mut self,
        subject: Subject<'_>,
        work: impl Future<Output = T>,
        see: &mut dyn FnMut(Sight),
    ) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = sleep(self.tick) => {}
            }
            let sight = tokio::select! {
                biased;
                done = &mut work => return done,
                sight = self.look(subject) => sight,
            };
            see(sight);
        }
    }

    /// Looks once. What cannot be seen is nothing.
    async fn look(&mut self, subject: Subject<'_>) -> Sight {
        if self.blind {
            return Sight::default();
        }
        if let Ok(sight) = self.ask(subject).await {
            return sight;
        }
        self.blind = self.connection.take().is_none();
        Sight::default()
    }

    async fn ask(&mut self, subject: Subject<'_>) -> Result<Sight, sqlx::Error> {
        if self.connection.is_none() {
            let options = self.options.clone();
            self.connection = Some(
                options
                    .application_name("townpass monitor")
                    .connect()
                    .await?,
            );
        }
        let Some(connection) = &mut self.connection else {
            return Ok(Sight::default());
        };
        if let Some(beat) = subject.beat {
            execute(connection, beat).await?;
        }
        let pid = subject.pid;
        let found = rows(
            connection,
            &format!(
                "SELECT a.pid, coalesce(a.application_name, '') AS application,
                        coalesce(a.usename::text, '') AS role,
                        coalesce(left(a.query, 200), '') AS query,
                        (extract(epoch FROM a.backend_start) * 1000000)::bigint AS since
                 FROM pg_catalog.pg_stat_activity a
                 WHERE a.pid = ANY (pg_catalog.pg_blocking_pids({pid}))"
            ),
        )
        .await?;
        let blockers = found.iter().map(Holder::read).collect::<Result<_, _>>()?;
        let found = rows(
            connection,
            &format!(
                "SELECT phase, CASE WHEN lockers_total > 0 AND phase LIKE 'waiting%' THEN lockers_done
                            WHEN tuples_total > 0 THEN tuples_done ELSE blocks_done END AS done,
                        CASE WHEN lockers_total > 0 AND phase LIKE 'waiting%' THEN lockers_total
                            WHEN tuples_total > 0 THEN tuples_total ELSE blocks_total END AS total
                 FROM pg_catalog.pg_stat_progress_create_index WHERE pid = {pid}"
            ),
        )
        .await?;
        let build = match found.first() {
            Some(row) => {
                let count = |name| {
                    row.try_get::<i64, _>(name)
                        .map(|it| u64::try_from(it).unwrap_or(0))
                };
                Some(Build {
                    phase: row.try_get("phase")?,
                    done: count("done")?,
                    total: count("total")?,
                })
            }
            None => None,
        };
        Ok(Sight { blockers, build })
    }
}
