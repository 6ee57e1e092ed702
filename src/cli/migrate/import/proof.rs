//! The proof, told while it is made.

use super::alembic::{ByAlembic, say_translated};
use super::find::Found;
use crate::cli::context::Context;
use crate::cli::migrate::Workplace;
use crate::error::Error;
use crate::import::proof::{AsSql, Mover, prove as prove_all};
use crate::import::{Draft, History};
use crate::migration::{Options, Session};
use crate::report::view::import::Proof;

/// Compares both histories, revision by revision.
pub(super) async fn prove(
    context: &Context,
    workplace: &Workplace,
    found: &Found,
    history: &History,
    draft: &Draft,
    session: &mut Session,
    options: &Options,
) -> Result<Proof, Error> {
    let itself = match &found.alembic {
        Some(alembic) => {
            ByAlembic::find(context, workplace, alembic, history, session, options).await?
        }
        None => None,
    };
    let story = context.story();
    let (mut mover, by): (Box<dyn Mover + '_>, _) = match itself {
        Some(itself) => (Box::new(itself), "alembic"),
        None if found.alembic.is_some() => {
            say_translated(&story, history);
            (Box::new(AsSql), "translated")
        }
        None => (Box::new(AsSql), "files"),
    };
    let proved = prove_all(
        history,
        draft,
        mover.as_mut(),
        session,
        options,
        &mut |sight| story.proof(&sight),
    )
    .await;
    drop(mover);
    drop(story);
    Ok(Proof::of(by, history, &proved?))
}
