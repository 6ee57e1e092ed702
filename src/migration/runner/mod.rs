//! Carries out a plan.
//!
//! Where nothing is pending, that is seen without the lock. Otherwise each revision is one
//! transaction that takes the lock, sees that the journal is still as it was, runs the statements
//! and writes its row; or, where a statement cannot run in one, a lease under which it goes
//! statement by statement, so that a run that is killed is taken up where it stopped. Another
//! process that got there first is no misfortune: the plan is made anew. Statements are sent one
//! at a time, so that a failing one is named by file, line and column. Whatever a file sets is
//! reset before the next. Only the last commit of a run waits for the disk, and then for all that
//! were before it.
//!
//! The connection is the caller's. If it is dropped at any point, the server rolls back what was
//! open and the lock is free.

mod alone;
mod book;
mod change;
mod gate;
mod guest;
mod heads;
mod indexes;
pub mod locate;
pub mod monitor;
pub mod notice;
mod options;
mod records;
mod rename;
mod repair;
mod rolled_back;
mod stamp;
mod transaction;

pub use guest::end_sessions;
pub use heads::{Ended, apply_noting_heads, ensure_heads, hold_lock, let_go, stamp_heads};
pub use options::{Options, Transactions};
pub use rename::rename;
pub use repair::mend;
pub use stamp::{ensure_tables, stamp, take_over};

use std::time::Duration;

use sqlx::postgres::PgConnection;
use tracing::instrument::WithSubscriber as _;

use self::book::Book;
use self::gate::{Fence, Gate, RESET};
use self::monitor::{Monitor, Sight, Subject};
use self::notice::Notices;
use self::records::Records;
use self::rolled_back::rolled_back;
use crate::migration::directory::Directory;
use crate::migration::directory::version::Version;
use crate::migration::error::Error;
use crate::migration::event::Event;
use crate::migration::graph::Graph;
use crate::migration::graph::target::Target;
use crate::migration::journal::heads::Heads;
use crate::migration::journal::lock::{self, Holder, Scope, Wait};
use crate::migration::journal::origin::Origin;
use crate::migration::journal::session::{Session, execute};
use crate::migration::journal::{self, database};
use crate::migration::plan::Plan;
use crate::migration::plan::direction::Direction;
use crate::migration::plan::step::{Mode, Reason, Step};

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

/// Goes to `target`: plans, applies, and plans again if another process was faster.
pub async fn migrate(
    direction: Direction,
    directory: &Directory,
    target: &Target,
    session: &mut Session,
    options: &Options,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Applied, Error> {
    let mut applied = Applied::nothing(direction);
    let mut wait = Wait::of(options.wait_lock);
    let mut first = None;
    loop {
        let (journal, plan) =
            prepare_in_turn(direction, directory, target, session, &mut wait, on_event).await?;
        // To an absolute target there is now another way, or none left to go; `+1` would go
        // further than was asked.
        if target.is_relative() && first.as_ref().is_some_and(|it| *it != Fence::of(&journal)) {
            return Err(Error::Stale);
        }
        first.get_or_insert_with(|| Fence::of(&journal));
        let plan = plan?;
        if plan.is_empty() {
            return Ok(applied);
        }
        let (mut steps, end) = carry_out(&plan, None, session, options, on_event).await?;
        applied.steps.append(&mut steps);
        match end {
            End::Done => return Ok(applied),
            End::Overtaken if target.is_relative() => return Err(Error::Stale),
            End::Overtaken => {}
        }
    }
}

/// Carries out `plan`, or refuses if the database is no longer as it was when the plan was made.
pub async fn apply(
    plan: &Plan,
    session: &mut Session,
    options: &Options,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Applied, Error> {
    let direction = plan.direction();
    if plan.is_empty() {
        return Ok(Applied::nothing(direction));
    }
    let now = journal::read(session).await?;
    if !plan.is_for(&now) {
        return Err(Error::Stale);
    }
    match carry_out(plan, None, session, options, on_event).await? {
        (steps, End::Done) => Ok(Applied { direction, steps }),
        (_, End::Overtaken) => Err(Error::Stale),
    }
}

/// Plans as [`prepare`] does, but not while another process runs a revision statement by statement:
/// it is waited for. Gives the journal, too, on which the plan was made or could not be.
pub async fn prepare_in_turn(
    direction: Direction,
    directory: &Directory,
    target: &Target,
    session: &mut Session,
    wait: &mut Wait,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<(journal::Journal, Result<Plan, Error>), Error> {
    loop {
        let journal = journal::read(session).await?;
        match prepare(direction, directory, &journal, target, session).await {
            Err(Error::Busy { version, tenant }) if !wait.is_over() => {
                if wait.is_time_to_speak() {
                    on_event(Event::Busy {
                        version,
                        tenant: &tenant,
                        elapsed: wait.elapsed(),
                    });
                }
                wait.pause().await;
            }
            planned => return Ok((journal, planned)),
        }
    }
}

/// Plans. On the way back, a revision whose file is gone is reverted by what the ledger keeps.
pub async fn prepare(
    direction: Direction,
    directory: &Directory,
    journal: &journal::Journal,
    target: &Target,
    session: &mut Session,
) -> Result<Plan, Error> {
    let graph = Graph::of(directory)?;
    let gone: Vec<Version> = journal
        .rows()
        .map(|row| row.version)
        .filter(|&version| directory.get(version).is_none())
        .filter(|&version| graph.replacement(version).is_none())
        .collect();
    if gone.is_empty() {
        return Plan::make(direction, directory, journal, target);
    }
    let kept = journal::kept(session, &gone).await?;
    match direction {
        Direction::Upgrade => Plan::make(direction, directory, journal, target)
            .map_err(|error| error.explained(&kept)),
        Direction::Downgrade => {
            let whole = directory.with_kept(journal, &kept)?;
            Plan::make(direction, &whole, journal, target)
        }
    }
}

impl Applied {
    fn nothing(direction: Direction) -> Self {
        Self {
            direction,
            steps: Vec::new(),
        }
    }
}

/// How a plan ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Done,
    /// Another process changed the journal; what was committed before is.
    Overtaken,
}

/// The steps of `plan`, each under the lock; noted in a table of `heads`, or in the journal.
async fn carry_out(
    plan: &Plan,
    heads: Option<Heads>,
    session: &mut Session,
    options: &Options,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<(Vec<Completed>, End), Error> {
    if options.transactions == Transactions::One {
        ensure_all_in_one(plan)?;
    }
    let notices = Notices::default();
    let dispatch = notices.dispatch();
    let (connection, again) = session.parts();
    let work = async {
        let key = lock::key(connection).await?;
        if options.lock_scope == Scope::Session {
            let mut wait = Wait::of(options.wait_lock);
            lock::acquire(connection, key, &mut wait, on_event).await?;
        }
        let gate = Gate::new(key, options, connection).await;
        let book = match heads {
            Some(heads) => heads::ensure(heads, &gate, connection, on_event).await,
            None => Records::ensure(&gate, connection, on_event)
                .await
                .map(Book::Rows),
        };
        let result = match book {
            Ok(book) => {
                let mut run = Run {
                    plan,
                    origin: &options.origin,
                    fence: match &book {
                        Book::Rows(_) => Fence::of(plan.start()),
                        Book::Heads(heads) => Fence::at(heads),
                    },
                    monitor: Monitor::new(again.clone(), options.lock_timeout),
                    book,
                    gate,
                    notices,
                    on_event,
                };
                run.all(options.transactions, connection).await
            }
            Err(error) => Err(error),
        };
        // After a failure too: the connection is the caller's.
        let reset = execute(connection, RESET).await;
        if options.lock_scope == Scope::Session {
            let released = lock::release(connection, key).await;
            let done = result?;
            released?;
            return Ok(done);
        }
        let done = result?;
        reset.map_err(|error| database("reset the session", &error))?;
        Ok(done)
    };
    work.with_subscriber(dispatch).await
}

/// Refuses what one transaction for all cannot hold.
fn ensure_all_in_one(plan: &Plan) -> Result<(), Error> {
    for step in plan.steps() {
        if let Mode::Alone(reason) = step.mode {
            return Err(Error::NotInOne {
                path: step.source.path.clone(),
                what: match reason {
                    Reason::Marker => "`-- no-transaction`",
                    Reason::Statement(name) => name,
                    Reason::EnumValue => "a new value of an enumeration, and its use",
                },
            });
        }
    }
    Ok(())
}

/// What is the same for all steps of a run.
struct Run<'r, 'e> {
    plan: &'r Plan,
    origin: &'r Origin,
    /// What the journal must look like before the next step.
    fence: Fence,
    book: Book,
    gate: Gate,
    monitor: Monitor,
    notices: Notices,
    on_event: &'r mut (dyn FnMut(Event<'_>) + 'e),
}

/// How a step ended that did not fail.
enum Turn {
    Done(Duration),
    Overtaken,
}

/// A statement that failed, and who was in its way when it was last looked at.
struct Refused {
    error: sqlx::Error,
    blockers: Vec<Holder>,
}

impl Run<'_, '_> {
    async fn all(
        &mut self,
        transactions: Transactions,
        connection: &mut PgConnection,
    ) -> Result<(Vec<Completed>, End), Error> {
        if transactions == Transactions::One {
            return self.as_one(connection).await;
        }
        let plan = self.plan;
        let mut completed = Vec::with_capacity(plan.steps().len());
        for (index, step) in plan.steps().iter().enumerate() {
            let turn = match step.mode {
                Mode::Transaction => self.in_transaction(index, step, connection).await?,
                Mode::Alone(reason) => self.alone(index, step, reason, connection).await?,
            };
            match turn {
                Turn::Done(elapsed) => completed.push(self.tell_done(step, elapsed)),
                Turn::Overtaken => return Ok((completed, End::Overtaken)),
            }
        }
        Ok((completed, End::Done))
    }

    fn tell_begin(&mut self, index: usize, step: &Step) {
        (self.on_event)(Event::Begin {
            direction: step.direction,
            step,
            number: index + 1,
            total: self.plan.steps().len(),
        });
    }

    fn tell_done(&mut self, step: &Step, elapsed: Duration) -> Completed {
        (self.on_event)(Event::Done {
            direction: step.direction,
            step,
            elapsed,
        });
        Completed {
            version: step.version,
            description: step.description.clone(),
            elapsed,
        }
    }

    /// Sends statement `index` of `step`, and tells what can be seen of it meanwhile.
    async fn send(
        &mut self,
        step: &Step,
        index: usize,
        subject: Subject<'_>,
        connection: &mut PgConnection,
    ) -> Result<(), Refused> {
        let sql = step.script.statements[index].of(&step.source.text);
        (self.on_event)(Event::Statement {
            step,
            number: index + 1,
            total: step.script.statements.len(),
            sql,
        });
        let Self {
            monitor,
            notices,
            on_event,
            ..
        } = self;
        let started = std::time::Instant::now();
        let mut blockers = Vec::new();
        let mut see = |sight: Sight| {
            tell_notices(step, notices, *on_event);
            if !sight.blockers.is_empty() {
                on_event(Event::Blocked {
                    step,
                    by: &sight.blockers,
                    elapsed: started.elapsed(),
                });
                blockers = sight.blockers;
            }
            if let Some(build) = &sight.build {
                on_event(Event::Building { step, build });
            }
        };
        let result = monitor
            .during(subject, execute(connection, sql), &mut see)
            .await;
        tell_notices(step, notices, *on_event);
        result.map_err(|error| Refused { error, blockers })
    }
}

fn tell_notices(step: &Step, notices: &Notices, on_event: &mut dyn FnMut(Event<'_>)) {
    for notice in notices.take() {
        on_event(Event::Notice {
            step,
            notice: &notice,
        });
    }
}
