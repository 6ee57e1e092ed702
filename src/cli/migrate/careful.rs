//! `upgrade` and `downgrade` where a plan must be admitted first.
//!
//! The plan is made, admitted and carried out as it is. If another process changed the database
//! meanwhile, it is made anew, and goes on if it is what is left of the one that was admitted.

use std::time::{Duration, Instant};

use super::gate::Gate;
use crate::cli::context::Context;
use crate::error::Error;
use crate::migration::runner::{self, Applied};
use crate::migration::{self, Directory, Options, Session, journal};

/// How often a revision that another process is at is looked at again.
const PAUSE: Duration = Duration::from_millis(250);

/// Goes where `gate` leads, if it admits the plan.
pub(super) async fn walk(
    context: &Context,
    directory: &Directory,
    gate: &Gate<'_>,
    session: &mut Session,
    options: &Options,
) -> Result<Applied, Error> {
    gate.admit_heads(directory)?;
    let story = context.story();
    let started = Instant::now();
    let mut admitted = None;
    loop {
        let journal = journal::read(session).await?;
        let (direction, target) = (gate.direction, gate.target);
        let plan = match runner::prepare(direction, directory, &journal, target, session).await {
            Ok(plan) => plan,
            Err(migration::Error::Busy { .. }) if started.elapsed() < options.wait_lock => {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        gate.admit(&plan, admitted.as_ref())?;
        let mut on_event = |event: migration::Event<'_>| story.migration(&event);
        match runner::apply(&plan, session, options, &mut on_event).await {
            // `+1` would go further than was asked.
            Err(migration::Error::Stale) if !target.is_relative() => {}
            ended => return Ok(ended?),
        }
        admitted.get_or_insert(plan);
    }
}
