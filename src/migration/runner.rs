//! Carries out a plan.
//!
//! Where nothing is pending, that is seen without the lock. Otherwise: the lock, the journal once
//! more, and each revision in one transaction with its journal row, or, where a statement cannot
//! run in one, statement by statement under a row that says it is not done. Statements are sent
//! one at a time, so that a failing one is named by file, line and column. Whatever a file sets is
//! reset before the next.
//!
//! The connection is the caller's. If it is dropped at any point, the server rolls back what was
//! open and the lock is free.

use std::time::{Duration, Instant};

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};

use crate::migration::direction::Direction;
use crate::migration::directory::Directory;
use crate::migration::error::Error;
use crate::migration::event::Event;
use crate::migration::journal::{self, Progress, Table, database};
use crate::migration::locate::{locate, lost};
use crate::migration::lock;
use crate::migration::plan::Plan;
use crate::migration::step::{Mode, Step};
use crate::migration::target::Target;
use crate::migration::version::Version;
use crate::sql::Statement;

/// How patient a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long to wait for another process that migrates the same database.
    pub wait_lock: Duration,
    /// How long a statement may wait for a table that others use, while those behind it wait too.
    pub lock_timeout: Duration,
    /// How long a statement may run; for ever where it is not set.
    pub statement_timeout: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            wait_lock: Duration::from_mins(1),
            lock_timeout: Duration::from_secs(10),
            statement_timeout: None,
        }
    }
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Which way.
    pub direction: Direction,
    /// The revisions, in the order in which they were committed.
    pub steps: Vec<Completed>,
}

/// A revision that was committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completed {
    /// Which.
    pub version: Version,
    /// Its slug as words.
    pub description: String,
    /// How long it took.
    pub elapsed: Duration,
}

/// Goes to `target`: plans, takes the lock where there is something to do, plans again if another
/// process was faster, and applies.
pub async fn migrate(
    direction: Direction,
    directory: &Directory,
    target: &Target,
    connection: &mut PgConnection,
    options: &Options,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Applied, Error> {
    let before = journal::read(connection).await?;
    match Plan::make(direction, directory, &before, target) {
        Ok(plan) if plan.is_empty() => return Ok(Applied::nothing(direction)),
        // What looks half done may be what another process is doing now. The lock will tell.
        Ok(_) | Err(Error::Partial { .. }) => {}
        Err(error) => return Err(error),
    }
    let key = lock::acquire(connection, options.wait_lock, on_event).await?;
    let result = async {
        let now = journal::read(connection).await?;
        // To an absolute target there is now another way, or none left to go; `+1` would go
        // further than was asked.
        if now != before && target.is_relative() {
            return Err(Error::Stale);
        }
        let plan = Plan::make(direction, directory, &now, target)?;
        carry_out(&plan, connection, options, on_event).await
    };
    let result = result.await;
    release(result, connection, key).await
}

/// Carries out `plan`, or refuses if the database is no longer as it was when the plan was made.
pub async fn apply(
    plan: &Plan,
    connection: &mut PgConnection,
    options: &Options,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Applied, Error> {
    if plan.is_empty() {
        return Ok(Applied::nothing(plan.direction()));
    }
    let key = lock::acquire(connection, options.wait_lock, on_event).await?;
    let result = match journal::read(connection).await {
        Ok(now) if plan.is_for(&now) => carry_out(plan, connection, options, on_event).await,
        Ok(_) => Err(Error::Stale),
        Err(error) => Err(error),
    };
    release(result, connection, key).await
}

impl Applied {
    fn nothing(direction: Direction) -> Self {
        Self {
            direction,
            steps: Vec::new(),
        }
    }
}

/// Releases the lock, and gives `result` back. Where both fail, the result is the cause.
async fn release(
    result: Result<Applied, Error>,
    connection: &mut PgConnection,
    key: lock::Key,
) -> Result<Applied, Error> {
    let released = lock::release(connection, key).await;
    let applied = result?;
    released?;
    Ok(applied)
}

/// The steps of `plan`, under the lock.
async fn carry_out(
    plan: &Plan,
    connection: &mut PgConnection,
    options: &Options,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Applied, Error> {
    if plan.is_empty() {
        return Ok(Applied::nothing(plan.direction()));
    }
    let table = Table::ensure(connection).await?;
    let mut run = Run {
        direction: plan.direction(),
        table,
        settings: Settings::establish(options, connection).await,
        on_event,
    };
    let total = plan.steps().len();
    let mut steps = Vec::with_capacity(total);
    for (index, step) in plan.steps().iter().enumerate() {
        (run.on_event)(Event::Begin {
            direction: plan.direction(),
            step,
            number: index + 1,
            total,
        });
        let started = Instant::now();
        let result = match step.mode {
            Mode::Transaction => run.in_transaction(step, connection).await,
            Mode::Alone(_) => run.alone(step, connection).await,
        };
        // After a failure too: the connection is the caller's, and the lock is still to be released.
        let reset = execute(connection, &run.settings.after).await;
        result?;
        reset.map_err(|error| database("reset the session", &error))?;
        let elapsed = started.elapsed();
        (run.on_event)(Event::Done {
            direction: plan.direction(),
            step,
            elapsed,
        });
        steps.push(Completed {
            version: step.version,
            description: step.description.clone(),
            elapsed,
        });
    }
    Ok(Applied {
        direction: plan.direction(),
        steps,
    })
}

/// Who we are again, whatever a file made of us.
const IDENTITY: &str = "RESET SESSION AUTHORIZATION; RESET ROLE";

/// The session as it was when it began. `DISCARD ALL` would release the lock as well.
const RESET: &str = "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; DISCARD TEMP";

/// A statement whose client is gone ends within a second, instead of going on with the lock held.
const WATCH: &str = "SET client_connection_check_interval = '1s'";

/// What is the same for all steps of a run.
struct Run<'e> {
    direction: Direction,
    table: Table,
    settings: Settings,
    on_event: &'e mut dyn FnMut(Event<'_>),
}

/// The statements that set up a step, and those that clean up after it.
struct Settings {
    in_transaction: String,
    alone: String,
    after: String,
}

impl Settings {
    /// Sets what holds for the whole run.
    async fn establish(options: &Options, connection: &mut PgConnection) -> Self {
        let statement = options.statement_timeout.map_or(0, |it| it.as_millis());
        let lock = options.lock_timeout.as_millis();
        // Some servers cannot watch their clients: those before 14, and those on Windows.
        let knows = connection.server_version_num() >= Some(140_000);
        let watches = knows && execute(connection, WATCH).await.is_ok();
        Self {
            in_transaction: format!(
                "SET LOCAL lock_timeout = {lock}; SET LOCAL statement_timeout = {statement}"
            ),
            // No lock timeout here: a concurrent build that gives up leaves an invalid index.
            alone: format!("SET lock_timeout = 0; SET statement_timeout = {statement}"),
            after: format!("{RESET}; {}", if watches { WATCH } else { "" }),
        }
    }
}

impl Run<'_> {
    /// All of `step`, with its journal row, or nothing.
    async fn in_transaction(
        &mut self,
        step: &Step,
        connection: &mut PgConnection,
    ) -> Result<(), Error> {
        let started = Instant::now();
        let mut transaction = connection
            .begin()
            .await
            .map_err(|error| database("begin a transaction", &error))?;
        let ours = &mut *transaction;
        execute(ours, &self.settings.in_transaction)
            .await
            .map_err(|error| database("set the timeouts", &error))?;
        for (index, statement) in step.script.statements.iter().enumerate() {
            self.announce(step, index, statement);
            execute(ours, statement.of(&step.source.text))
                .await
                .map_err(|error| self.rolled_back(step, statement, &error))?;
        }
        execute(ours, IDENTITY)
            .await
            .map_err(|error| database("reset the role", &error))?;
        match self.direction {
            Direction::Upgrade => {
                let progress = Progress::Done(started.elapsed());
                self.table.insert(ours, step, progress).await?;
            }
            Direction::Downgrade => self.table.delete(ours, step.version).await?,
        }
        let last = step.script.statements.last();
        match (transaction.commit().await, last) {
            (Ok(()), _) => Ok(()),
            // A deferred constraint speaks up only now; no statement is to blame alone.
            (Err(error @ sqlx::Error::Database(_)), Some(last)) => {
                Err(self.rolled_back(step, last, &error))
            }
            (Err(error), _) => Err(database("commit", &error)),
        }
    }

    /// `step` statement by statement, under a row that plain sqlx refuses to pass as well.
    async fn alone(&mut self, step: &Step, connection: &mut PgConnection) -> Result<(), Error> {
        let started = Instant::now();
        match self.direction {
            Direction::Upgrade => {
                self.table.insert(connection, step, Progress::Begun).await?;
            }
            Direction::Downgrade => {
                self.table
                    .update(connection, step.version, Progress::Begun)
                    .await?;
            }
        }
        execute(connection, &self.settings.alone)
            .await
            .map_err(|error| database("set the timeouts", &error))?;
        for (index, statement) in step.script.statements.iter().enumerate() {
            self.announce(step, index, statement);
            if let Err(error) = execute(connection, statement.of(&step.source.text)).await {
                return Err(self.stopped(step, index, &error, connection).await?);
            }
        }
        execute(connection, IDENTITY)
            .await
            .map_err(|error| database("reset the role", &error))?;
        match self.direction {
            Direction::Upgrade => {
                let progress = Progress::Done(started.elapsed());
                self.table.update(connection, step.version, progress).await
            }
            Direction::Downgrade => self.table.delete(connection, step.version).await,
        }
    }

    fn announce(&mut self, step: &Step, index: usize, statement: &Statement) {
        (self.on_event)(Event::Statement {
            step,
            number: index + 1,
            total: step.script.statements.len(),
            sql: statement.of(&step.source.text),
        });
    }

    /// A statement failed in a transaction.
    fn rolled_back(&self, step: &Step, statement: &Statement, error: &sqlx::Error) -> Error {
        let sqlx::Error::Database(_) = error else {
            return lost(error);
        };
        let state = match self.direction {
            Direction::Upgrade => "nothing of this file was applied; revisions before it stay",
            Direction::Downgrade => "nothing of this file was reverted; revisions before it are",
        };
        Error::Failed(Box::new(locate(step, statement, error, state)))
    }

    /// A statement failed outside a transaction. If it was the first, and is one that leaves
    /// nothing behind, the row is put back as it was.
    async fn stopped(
        &self,
        step: &Step,
        index: usize,
        error: &sqlx::Error,
        connection: &mut PgConnection,
    ) -> Result<Error, Error> {
        let statement = &step.script.statements[index];
        let sqlx::Error::Database(_) = error else {
            return Ok(lost(error));
        };
        let leaves_nothing = statement
            .alone
            .is_none_or(|name| !name.ends_with("CONCURRENTLY"));
        if index == 0 && leaves_nothing {
            execute(connection, IDENTITY)
                .await
                .map_err(|error| database("reset the role", &error))?;
            match self.direction {
                Direction::Upgrade => self.table.delete(connection, step.version).await?,
                Direction::Downgrade => {
                    let progress = Progress::Done(Duration::ZERO);
                    self.table
                        .update(connection, step.version, progress)
                        .await?;
                }
            }
            return Ok(self.rolled_back(step, statement, error));
        }
        let before = match index {
            0 => "an invalid index may be left behind".to_owned(),
            1 => "the statement before it took effect".to_owned(),
            count => format!("the {count} statements before it took effect"),
        };
        let version = step.version;
        let state = format!(
            "this file cannot run in a transaction, and {before}; the journal marks it as \
             unfinished. Undo by hand what it did, run \
             `DELETE FROM _sqlx_migrations WHERE version = {version}`, and upgrade again"
        );
        Ok(Error::HalfDone(Box::new(locate(
            step, statement, error, &state,
        ))))
    }
}

/// Sends text that came from a file of the project, or is our own.
async fn execute(connection: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .map(drop)
}
