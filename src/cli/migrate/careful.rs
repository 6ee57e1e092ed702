//! `upgrade` and `downgrade` where a plan must be admitted first.
//!
//! The plan is made, admitted and carried out as it is. If another process changed the database
//! meanwhile, it is made anew, and goes on if it is what is left of the one that was admitted.

use super::gate::Gate;
use crate::cli::context::Context;
use crate::error::Error;
use crate::migration::journal::lock::Wait;
use crate::migration::plan::fingerprint::Fingerprint;
use crate::migration::runner::{self, Applied};
use crate::migration::{self, Directory, Graph, Options, Plan, Session};

/// Goes where `gate` leads, if it admits the plan.
pub(super) async fn walk(
    context: &Context,
    directory: &Directory,
    gate: &Gate<'_>,
    session: &mut Session,
    options: &Options,
) -> Result<Applied, Error> {
    gate.admit_heads(directory, &Graph::of(directory)?)?;
    let story = context.story();
    let mut on_event = |event: migration::Event<'_>| story.migration(&event);
    let mut wait = Wait::of(options.wait_lock);
    let mut admitted = None;
    loop {
        let (journal, planned) = runner::prepare_in_turn(
            gate.direction,
            directory,
            gate.target,
            session,
            &mut wait,
            &mut on_event,
        )
        .await?;
        let rest = |plan: &Plan, approved: &Fingerprint| {
            Ok(plan.rest_of(approved, directory, gate.target)?)
        };
        let plan = gate.admit(planned, &journal, admitted.as_ref(), rest)?;
        match runner::apply(&plan, session, options, &mut on_event).await {
            // `+1` would go further than was asked, unless it is known what was meant.
            Err(migration::Error::Stale)
                if !gate.target.is_relative() || gate.approved.is_some() => {}
            ended => return Ok(ended?),
        }
        admitted.get_or_insert(plan);
    }
}
