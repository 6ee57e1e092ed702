//! Runs whose journal is a table of heads.

use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use super::book::Book;
use super::gate::{Fence, Gate, IDENTITY, Way};
use super::{Applied, End, Options, carry_out};
use crate::migration::error::Error;
use crate::migration::event::Event;
use crate::migration::journal::database;
use crate::migration::journal::heads::Heads;
use crate::migration::journal::lock::{self, Scope, Wait};
use crate::migration::journal::session::{Session, execute, rows};
use crate::migration::plan::Plan;

/// How a plan ended that did not fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All of it was done.
    Done(Applied),
    /// Another process was here; this much was done before.
    Overtaken(Applied),
}

/// Carries out `plan`, and notes it in a table of heads.
///
/// That table has no room for what is half done, so the lock is the session's: a revision that
/// cannot be one transaction is nobody else's meanwhile.
pub async fn apply_noting_heads(
    plan: &Plan,
    heads: Heads,
    session: &mut Session,
    options: &Options,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Ended, Error> {
    let options = Options {
        lock_scope: Scope::Session,
        ..options.clone()
    };
    let (steps, end) = carry_out(plan, Some(heads), session, &options, on_event).await?;
    let applied = Applied {
        direction: plan.direction(),
        steps,
    };
    Ok(match end {
        End::Done => Ended::Done(applied),
        End::Overtaken => Ended::Overtaken(applied),
    })
}

/// Makes the rows of a table of heads `to`. `false` if another process changed them.
pub async fn stamp_heads(
    heads: &Heads,
    to: &std::collections::BTreeSet<String>,
    session: &mut Session,
    options: &Options,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<bool, Error> {
    let key = lock::key(session).await?;
    let gate = Gate::new(key, options, session).await;
    ensure(heads.clone(), &gate, session, on_event).await?;
    let fence = Fence::at(heads);
    let way = gate
        .enter(session, &heads.fence(), &fence, "", on_event)
        .await?;
    if way == Way::Overtaken {
        return Ok(false);
    }
    let mut statements = vec![IDENTITY.to_owned()];
    statements.extend(heads.change(&heads.now, to));
    statements.push("COMMIT".to_owned());
    if let Err(error) = execute(session, &statements.join("; ")).await {
        let _ = execute(session, "ROLLBACK").await;
        return Err(database("write the version table", &error));
    }
    Ok(true)
}

/// Takes the migration lock for the session, for work that others do on sessions of their own.
pub async fn hold_lock(
    session: &mut Session,
    options: &Options,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<(), Error> {
    let key = lock::key(session).await?;
    let mut wait = Wait::of(options.wait_lock);
    lock::acquire(session, key, &mut wait, on_event).await
}

/// Gives the migration lock back.
pub async fn let_go(session: &mut Session) -> Result<(), Error> {
    let key = lock::key(session).await?;
    lock::release(session, key).await
}

/// Creates a table of heads where it is missing.
pub async fn ensure_heads(
    heads: &Heads,
    session: &mut Session,
    options: &Options,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<(), Error> {
    let key = lock::key(session).await?;
    let gate = Gate::new(key, options, session).await;
    ensure(heads.clone(), &gate, session, on_event)
        .await
        .map(drop)
}

/// The table, created where it is missing.
pub(super) async fn ensure(
    heads: Heads,
    gate: &Gate,
    connection: &mut PgConnection,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Book, Error> {
    let failed = |error: sqlx::Error| database("create the version table", &error);
    let found = rows(connection, &heads.exists()).await.map_err(failed)?;
    let present = found
        .first()
        .map_or(Ok(false), |row| row.try_get("present"));
    if present.map_err(failed)? {
        return Ok(Book::Heads(heads));
    }
    gate.enter_first(connection, on_event).await?;
    if let Err(error) = execute(connection, &format!("{}; COMMIT", heads.create())).await {
        let _ = execute(connection, "ROLLBACK").await;
        return Err(failed(error));
    }
    Ok(Book::Heads(heads))
}
