//! Revisions that are all or nothing, with their rows in the journal.

use std::time::{Duration, Instant};

use sqlx::postgres::PgConnection;

use super::book::Book;
use super::gate::{Fence, IDENTITY, RESET, Way};
use super::monitor::Subject;
use super::{Completed, End, Refused, Run, Turn, rolled_back};
use crate::migration::error::Error;
use crate::migration::event::Event;
use crate::migration::journal::lock::Wait;
use crate::migration::journal::session::execute;
use crate::migration::journal::{database, server};
use crate::migration::plan::direction::Direction;
use crate::migration::plan::step::Step;

/// The codes of a statement that met others, and may well succeed when it is tried again: waited
/// as long as it may, deadlock, serialization failure.
const OTHERS_IN_THE_WAY: [&str; 3] = ["55P03", "40P01", "40001"];

/// Has the commit return before the disk has it. What is committed later is written later, so that
/// the run's last commit waits for all of them; a server that crashes before loses the last
/// revisions with their rows, and stands where an earlier one left it.
const ASYNCHRONOUS: &str = "SET LOCAL synchronous_commit = off";

/// How an attempt at some steps ended that did not fail for good.
enum Attempt<'s> {
    Committed(Vec<Duration>),
    Overtaken,
    Refused {
        step: &'s Step,
        at: usize,
        refused: Refused,
    },
}

/// Whether the row that was to be written is there already.
fn is_taken(error: &sqlx::Error) -> bool {
    server(error)
        .is_some_and(|cause| cause.code() == "23505" && cause.table() == Some("_sqlx_migrations"))
}

/// Whether `error` comes from the presence of others.
pub(super) fn met_others(error: &sqlx::Error) -> bool {
    server(error).is_some_and(|cause| OTHERS_IN_THE_WAY.contains(&cause.code()))
}

impl Run<'_, '_> {
    /// All of `step`, with its row, or nothing.
    pub(super) async fn in_transaction(
        &mut self,
        index: usize,
        step: &Step,
        connection: &mut PgConnection,
    ) -> Result<Turn, Error> {
        match self.together(&[(index, step)], connection).await? {
            Some(times) => Ok(Turn::Done(times.first().copied().unwrap_or_default())),
            None => Ok(Turn::Overtaken),
        }
    }

    /// All steps of the plan, or nothing.
    pub(super) async fn as_one(
        &mut self,
        connection: &mut PgConnection,
    ) -> Result<(Vec<Completed>, End), Error> {
        let plan = self.plan;
        let steps: Vec<(usize, &Step)> = plan.steps().iter().enumerate().collect();
        let Some(times) = self.together(&steps, connection).await? else {
            return Ok((Vec::new(), End::Overtaken));
        };
        let completed = steps
            .iter()
            .zip(times)
            .map(|((_, step), elapsed)| self.tell_done(step, elapsed))
            .collect();
        Ok((completed, End::Done))
    }

    /// `steps` in one transaction, with how long each took; `None` if another process was faster.
    /// Where others are in the way, it is tried again.
    async fn together(
        &mut self,
        steps: &[(usize, &Step)],
        connection: &mut PgConnection,
    ) -> Result<Option<Vec<Duration>>, Error> {
        let mut wait: Option<Wait> = None;
        loop {
            let preface = steps.first().and_then(|(_, step)| step.preface());
            let way = self.enter(preface.unwrap_or_default(), connection).await?;
            let Way::In { pid } = way else {
                return Ok(None);
            };
            let (step, at, refused) = match self.attempt(steps, pid, connection).await? {
                Attempt::Committed(times) => {
                    for (_, step) in steps {
                        self.count(step);
                    }
                    return Ok(Some(times));
                }
                Attempt::Overtaken => return Ok(None),
                Attempt::Refused { step, at, refused } => (step, at, refused),
            };
            let _ = execute(connection, "ROLLBACK").await;
            let wait = wait.get_or_insert_with(|| Wait::of(self.gate.patience()));
            if !met_others(&refused.error) || wait.is_over() {
                return Err(rolled_back(step, at, &refused));
            }
            (self.on_event)(Event::Retry {
                step,
                by: &refused.blockers,
            });
            wait.pause().await;
        }
    }

    /// One attempt, inside the transaction.
    async fn attempt<'s>(
        &mut self,
        steps: &[(usize, &'s Step)],
        pid: i32,
        connection: &mut PgConnection,
    ) -> Result<Attempt<'s>, Error> {
        let mut times = Vec::with_capacity(steps.len());
        let subject = Subject { pid, beat: None };
        for (position, &(index, step)) in steps.iter().enumerate() {
            if position > 0 {
                // What the file before set must not reach this one.
                let between = format!("{RESET}; {}", self.gate.in_transaction());
                execute(connection, &between)
                    .await
                    .map_err(|error| database("reset the session", &error))?;
            }
            self.tell_begin(index, step);
            let started = Instant::now();
            let sent = usize::from(position == 0 && step.preface().is_some());
            for at in sent..step.script.statements.len() {
                if let Err(refused) = self.send(step, at, subject, connection).await {
                    return Ok(Attempt::Refused { step, at, refused });
                }
            }
            times.push(started.elapsed());
        }
        let rows = self.rows(steps, &times);
        match execute(connection, &rows).await {
            Ok(()) => {}
            Err(error) if is_taken(&error) => {
                // Somebody who does not ask for the lock: the command line tool of sqlx.
                let _ = execute(connection, "ROLLBACK").await;
                return Ok(Attempt::Overtaken);
            }
            Err(error) => {
                let _ = execute(connection, "ROLLBACK").await;
                return Err(database("write the journal", &error));
            }
        }
        match (execute(connection, "COMMIT").await, steps.last()) {
            (Ok(()), _) => Ok(Attempt::Committed(times)),
            // A deferred constraint speaks up only now; no statement is to blame alone.
            (Err(error @ sqlx::Error::Database(_)), Some((_, step)))
                if !step.script.statements.is_empty() =>
            {
                Ok(Attempt::Refused {
                    step,
                    at: step.script.statements.len() - 1,
                    refused: Refused {
                        error,
                        blockers: Vec::new(),
                    },
                })
            }
            (Err(error), _) => Err(database("commit", &error)),
        }
    }

    /// Whether the plan ends with `steps`.
    fn is_last(&self, steps: &[(usize, &Step)]) -> bool {
        let last = steps.last().map(|(index, _)| index + 1);
        last == Some(self.plan.steps().len())
    }

    /// The statements that note `steps`, before the commit.
    fn rows(&self, steps: &[(usize, &Step)], times: &[Duration]) -> String {
        let mut sql = vec![IDENTITY.to_owned()];
        let done = steps
            .iter()
            .map(|(_, step)| *step)
            .zip(times.iter().copied());
        sql.extend(self.book.note(done, self.origin));
        if !self.is_last(steps) {
            sql.push(ASYNCHRONOUS.to_owned());
        }
        sql.join("; ")
    }

    /// Opens the transaction of the next step.
    pub(super) async fn enter(
        &mut self,
        preface: &str,
        connection: &mut PgConnection,
    ) -> Result<Way, Error> {
        let fence = self.book.fence();
        self.gate
            .enter(connection, &fence, &self.fence, preface, self.on_event)
            .await
    }

    /// The journal has a row more, or those of `step` less.
    pub(super) fn count(&mut self, step: &Step) {
        if let Book::Heads(heads) = &mut self.book {
            heads.now = heads.note(&heads.now, step.version).1;
            self.fence = Fence::at(heads);
            return;
        }
        match step.direction {
            Direction::Upgrade => self.fence.count(step.version.number(), 1),
            Direction::Downgrade => {
                for version in &step.rows {
                    self.fence.count(version.number(), -1);
                }
            }
        }
    }
}
