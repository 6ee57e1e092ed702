//! Revisions that cannot be one transaction: statement by statement, under a lease.
//!
//! What may stand in a transaction gets one of its own that also notes its success, so that it
//! takes effect exactly once however often the run is killed. What may not is noted afterwards;
//! of a concurrent build that was cut off in between, the indexes tell whether it was done.

use std::time::Instant;

use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use super::book::Book;
use super::gate::{IDENTITY, RESET, Way};
use super::indexes::{Concern, Index, drop_left_behind};
use super::monitor::Subject;
use super::records::Records;
use super::transaction::met_others;
use super::{Refused, Run, Turn, rolled_back};
use crate::migration::error::Error;
use crate::migration::event::Event;
use crate::migration::journal::ledger::Ledger;
use crate::migration::journal::lock::Wait;
use crate::migration::journal::session::{changed, execute, rows};
use crate::migration::journal::{Progress, database};
use crate::migration::plan::direction::Direction;
use crate::migration::plan::step::{Reason, Step};
use crate::migration::runner::locate::{locate, lost};

/// What fails half-way and leaves its first half behind, which its second run must know.
const IN_TWO_HALVES: &str = "ALTER TABLE DETACH PARTITION CONCURRENTLY";

impl Run<'_, '_> {
    /// `step` statement by statement, under a row that plain sqlx refuses to pass as well.
    pub(super) async fn alone(
        &mut self,
        index: usize,
        step: &Step,
        reason: Reason,
        connection: &mut PgConnection,
    ) -> Result<Turn, Error> {
        let Way::In { pid } = self.enter("", connection).await? else {
            return Ok(Turn::Overtaken);
        };
        let done = step.resume.as_ref().map_or(0, |lease| lease.done);
        if !self.take_lease(step, done, connection).await? {
            return Ok(Turn::Overtaken);
        }
        self.tell_begin(index, step);
        if step.resume.is_some() {
            (self.on_event)(Event::Resume { step, done });
        }
        let started = Instant::now();
        execute(connection, self.gate.alone())
            .await
            .map_err(|error| database("set the timeouts", &error))?;
        for at in done..step.script.statements.len() {
            let kind = step.script.statements[at].alone;
            if kind.is_none() && reason != Reason::Marker {
                self.once(step, at, pid, connection).await?;
            } else {
                self.outside(step, at, pid, connection).await?;
            }
        }
        self.finish(step, started, connection).await?;
        Ok(Turn::Done(started.elapsed()))
    }

    /// Marks `step` as begun, in the transaction that has the lock. `false` if another run was
    /// faster.
    async fn take_lease(
        &mut self,
        step: &Step,
        done: usize,
        connection: &mut PgConnection,
    ) -> Result<bool, Error> {
        let Records { table, ledger } = match &self.book {
            Book::Rows(records) => records,
            // The lock is the session's, and there is nothing to note before the end.
            Book::Heads(_) => {
                execute(connection, "COMMIT")
                    .await
                    .map_err(|error| database("commit", &error))?;
                return Ok(true);
            }
        };
        if let Some(lease) = &step.resume {
            let run = match ledger {
                Some(ledger) => rows(connection, &ledger.run_of(step.version)).await.ok(),
                None => None,
            };
            let run = run.and_then(|found| found.first()?.try_get("run_id").ok());
            if run != Some(lease.run.0.clone()) {
                let _ = execute(connection, "ROLLBACK").await;
                return Ok(false);
            }
        }
        // On the way up there is no row yet; on the way back there may be those of the revisions
        // that this one stands for, whose place it takes.
        let there = match step.direction {
            Direction::Upgrade => step.resume.is_some(),
            Direction::Downgrade => step.rows.contains(&step.version),
        };
        let others = match step.direction {
            Direction::Upgrade => Vec::new(),
            Direction::Downgrade => {
                let others = step.rows.iter().filter(|it| **it != step.version);
                others.copied().collect()
            }
        };
        let mut statements = vec![if there {
            table.update(step, Progress::Begun)
        } else {
            table.insert(step, Progress::Begun)
        }];
        statements.extend(ledger.as_ref().map(|it| it.lease(step, self.origin, done)));
        for &version in &others {
            statements.push(table.delete(version));
            statements.extend(ledger.as_ref().map(|it| it.forget(version)));
        }
        statements.push("COMMIT".to_owned());
        if let Err(error) = execute(connection, &statements.join("; ")).await {
            let _ = execute(connection, "ROLLBACK").await;
            return Err(database("write the journal", &error));
        }
        if step.resume.is_none() {
            self.fence.count_begun(1);
        }
        if !there {
            self.fence.count(step.version.number(), 1);
        }
        for version in others {
            self.fence.count(version.number(), -1);
        }
        Ok(true)
    }

    /// A statement in a transaction of its own that notes its success.
    async fn once(
        &mut self,
        step: &Step,
        at: usize,
        pid: i32,
        connection: &mut PgConnection,
    ) -> Result<(), Error> {
        let mut wait: Option<Wait> = None;
        let begin = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED; {}",
            self.gate.in_transaction()
        );
        loop {
            execute(connection, &begin)
                .await
                .map_err(|error| database("begin a transaction", &error))?;
            let beat = self.beat(step);
            let subject = Subject {
                pid,
                beat: beat.as_deref(),
            };
            let refused = match self.send(step, at, subject, connection).await {
                Ok(()) => {
                    execute(connection, IDENTITY)
                        .await
                        .map_err(|error| database("reset the role", &error))?;
                    self.advance(step, at + 1, connection).await?;
                    match execute(connection, "COMMIT").await {
                        Ok(()) => return Ok(()),
                        Err(error) => Refused {
                            error,
                            blockers: Vec::new(),
                        },
                    }
                }
                Err(refused) => refused,
            };
            let _ = execute(connection, "ROLLBACK").await;
            let wait = wait.get_or_insert_with(|| Wait::of(self.gate.patience()));
            if !met_others(&refused.error) || wait.is_over() {
                return Err(self.stopped(step, at, &refused, connection).await?);
            }
            (self.on_event)(Event::Retry {
                step,
                by: &refused.blockers,
            });
            wait.pause().await;
        }
    }

    /// A statement outside a transaction, noted when it is done.
    async fn outside(
        &mut self,
        step: &Step,
        at: usize,
        pid: i32,
        connection: &mut PgConnection,
    ) -> Result<(), Error> {
        let statement = &step.script.statements[at];
        let concern = Concern::of(statement.alone, statement.of(&step.source.text));
        let before = concern.look(connection).await?;
        let cut_off = step
            .resume
            .as_ref()
            .filter(|lease| lease.done == at)
            .and_then(|lease| lease.indexes_before.as_deref());
        let mut done = false;
        for index in &before {
            let is_new = cut_off.is_some_and(|known| !known.contains(&index.oid));
            let has_its_name = match concern {
                Concern::Build(it) => it.catalog_name().is_some_and(|name| name == index.bare),
                Concern::Rebuild | Concern::Nothing => false,
            };
            if index.is_left_behind() && (is_new || has_its_name) {
                self.drop_index(index, connection).await?;
            }
            done |= is_new && index.valid && matches!(concern, Concern::Build(_));
        }
        if !done {
            if concern != Concern::Nothing {
                let known: Vec<u32> = before.iter().map(|index| index.oid).collect();
                self.note(step, connection, |ledger| {
                    ledger.note_indexes(step.version, &self.origin.run, &known)
                })
                .await?;
            }
            let beat = self.beat(step);
            let subject = Subject {
                pid,
                beat: beat.as_deref(),
            };
            if let Err(refused) = self.send(step, at, subject, connection).await {
                if let sqlx::Error::Database(_) = refused.error {
                    for index in concern.look(connection).await? {
                        let known = before.iter().any(|it| it.oid == index.oid);
                        if !known && index.is_left_behind() {
                            self.drop_index(&index, connection).await?;
                        }
                    }
                }
                return Err(self.stopped(step, at, &refused, connection).await?);
            }
            execute(connection, IDENTITY)
                .await
                .map_err(|error| database("reset the role", &error))?;
        }
        self.advance(step, at + 1, connection).await
    }

    /// Names and drops an index that a failed build left behind.
    async fn drop_index(
        &mut self,
        index: &Index,
        connection: &mut PgConnection,
    ) -> Result<(), Error> {
        (self.on_event)(Event::Invalid { index: &index.name });
        drop_left_behind(connection, index).await
    }

    /// Marks `step` as done.
    async fn finish(
        &mut self,
        step: &Step,
        started: Instant,
        connection: &mut PgConnection,
    ) -> Result<(), Error> {
        execute(connection, &format!("{RESET}; BEGIN"))
            .await
            .map_err(|error| database("begin a transaction", &error))?;
        let table = match &self.book {
            Book::Rows(records) => &records.table,
            Book::Heads(_) => {
                let mut sql = self
                    .book
                    .note([(step, started.elapsed())].into_iter(), self.origin);
                sql.push("COMMIT".to_owned());
                execute(connection, &sql.join("; "))
                    .await
                    .map_err(|error| database("write the version table", &error))?;
                self.count(step);
                return Ok(());
            }
        };
        let row = match step.direction {
            Direction::Upgrade => table.update(step, Progress::Done(started.elapsed())),
            Direction::Downgrade => table.delete(step.version),
        };
        self.note(step, connection, |ledger| match step.direction {
            Direction::Upgrade => ledger.finish(step.version, &self.origin.run),
            Direction::Downgrade => ledger.release(step.version, &self.origin.run),
        })
        .await?;
        execute(connection, &format!("{row}; COMMIT"))
            .await
            .map_err(|error| database("write the journal", &error))?;
        self.fence.count_begun(-1);
        if step.direction == Direction::Downgrade {
            self.fence.count(step.version.number(), -1);
        }
        Ok(())
    }

    /// Notes that `done` statements took effect.
    async fn advance(
        &self,
        step: &Step,
        done: usize,
        connection: &mut PgConnection,
    ) -> Result<(), Error> {
        self.note(step, connection, |ledger| {
            ledger.advance(step.version, &self.origin.run, done)
        })
        .await
    }

    /// Changes our row of the ledger; another's is none of ours.
    async fn note(
        &self,
        step: &Step,
        connection: &mut PgConnection,
        sql: impl FnOnce(&Ledger) -> String,
    ) -> Result<(), Error> {
        let Some(ledger) = self.book.ledger() else {
            return Ok(());
        };
        match changed(connection, &sql(ledger)).await {
            Ok(1) => Ok(()),
            Ok(_) => {
                let _ = execute(connection, "ROLLBACK").await;
                Err(Error::Ousted {
                    version: step.version,
                })
            }
            Err(error) => Err(database("write the ledger", &error)),
        }
    }

    fn beat(&self, step: &Step) -> Option<String> {
        let ledger = self.book.ledger()?;
        Some(ledger.beat(step.version, &self.origin.run))
    }

    /// A statement failed. If nothing took effect, the row is put back as it was; otherwise the
    /// next run goes on with this statement.
    async fn stopped(
        &mut self,
        step: &Step,
        at: usize,
        refused: &Refused,
        connection: &mut PgConnection,
    ) -> Result<Error, Error> {
        let sqlx::Error::Database(_) = refused.error else {
            return Ok(lost(&refused.error));
        };
        execute(connection, RESET)
            .await
            .map_err(|error| database("reset the session", &error))?;
        let statement = &step.script.statements[at];
        let run = &self.origin.run;
        let table = match &self.book {
            Book::Rows(records) => &records.table,
            Book::Heads(_) if at == 0 && statement.alone != Some(IN_TWO_HALVES) => {
                return Ok(rolled_back(step, at, refused));
            }
            Book::Heads(heads) => {
                let state = format!(
                    "this revision cannot run in a transaction, and the {at} statements before it \
                     took effect and stay, though {} does not have it, as with Alembic: undo them, \
                     mend this one, and {} again; or finish by hand and `townpass migrate stamp {}`",
                    heads.table, step.direction, step.version
                );
                let (error, blockers) = (&refused.error, &refused.blockers);
                let located = locate(step, statement, error, blockers, &state);
                return Ok(Error::HalfDone(Box::new(located)));
            }
        };
        if at == 0 && statement.alone != Some(IN_TWO_HALVES) {
            let row = match step.direction {
                Direction::Upgrade => table.delete(step.version),
                Direction::Downgrade => table.update(step, Progress::Skipped),
            };
            self.note(step, connection, |ledger| match step.direction {
                Direction::Upgrade => ledger.release(step.version, run),
                Direction::Downgrade => ledger.restore(step.version, run),
            })
            .await?;
            execute(connection, &row)
                .await
                .map_err(|error| database("write the journal", &error))?;
            return Ok(rolled_back(step, at, refused));
        }
        let error = refused.error.to_string();
        self.note(step, connection, |ledger| {
            ledger.fail(step.version, run, &error)
        })
        .await?;
        let before = match at {
            0 => "its first half took effect".to_owned(),
            1 => "the statement before it took effect and stays".to_owned(),
            count => format!("the {count} statements before it took effect and stay"),
        };
        let version = step.version;
        let way = step.direction;
        let state = if self.book.ledger().is_some() {
            format!(
                "this file cannot run in a transaction, and {before}; the journal marks it as \
                 unfinished. Mend what is in the way or this statement, and {way} again: it goes on \
                 with this statement. To give up instead, undo by hand what took effect and run \
                 `townpass migrate repair --reverted {version}`"
            )
        } else {
            format!(
                "this file cannot run in a transaction, and {before}; the journal marks it as \
                 unfinished, and there is no ledger that says how far it came. Finish it by hand and \
                 run `townpass migrate repair --applied {version}`, or undo it by hand and run \
                 `townpass migrate repair --reverted {version}`"
            )
        };
        Ok(Error::HalfDone(Box::new(locate(
            step,
            statement,
            &refused.error,
            &refused.blockers,
            &state,
        ))))
    }
}
