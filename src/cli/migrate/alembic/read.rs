//! The verbs that only look: their words are Alembic's, character for character.

use super::Alembic;
use crate::alembic::history::listing;
use crate::cli::context::Context;
use crate::cli::migrate::{Workplace, current, detail, heads, history, show};
use crate::error::Error;
use crate::migration;
use crate::report::view::history::{Branches, Current, Heads, History, Shown};

/// Where the database stands.
pub(super) async fn current(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    args: &current::Args,
) -> Result<u8, Error> {
    let (history, place) = alembic.history_and_place(context, workplace).await?;
    let mut lacking = listing::part(&history, Some(&place), None)?;
    lacking.retain(|entry| entry.head && entry.applied == Some(false));
    context.printer.show(&Current {
        revisions: listing::current(&history, &place),
        database: workplace.url.as_ref().map(ToString::to_string),
        detail: detail(context),
    });
    if args.check_heads && !lacking.is_empty() {
        let heads = lacking.into_iter().map(|entry| entry.revision).collect();
        return Err(migration::Error::NotAtHeads { heads }.into());
    }
    Ok(0)
}

/// The revisions, newest first.
pub(super) async fn history(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    args: &history::Args,
) -> Result<u8, Error> {
    let history = alembic.history()?;
    let is_asked = args.needs_database();
    let place = alembic
        .place_if(is_asked, context, workplace, &history)
        .await?;
    let revisions = listing::part(&history, place.as_ref(), args.rev_range.as_ref())?;
    context.printer.show(&History {
        revisions: args.shown(revisions),
        detail: detail(context),
        drawing: args.drawing(),
    });
    Ok(0)
}

/// The revisions that nothing follows.
pub(super) fn heads(context: &Context, alembic: &Alembic, args: &heads::Args) -> Result<u8, Error> {
    let which = if args.resolve_dependencies {
        listing::Heads::Effective
    } else {
        listing::Heads::OfBranches
    };
    context.printer.show(&Heads {
        revisions: listing::heads(&alembic.history()?, which),
        detail: detail(context),
    });
    Ok(0)
}

/// The revisions from which several branches grow.
pub(super) fn branches(context: &Context, alembic: &Alembic) -> Result<u8, Error> {
    context.printer.show(&Branches {
        branch_points: listing::branches(&alembic.history()?)?,
        detail: detail(context),
    });
    Ok(0)
}

/// All that is known of a revision.
pub(super) async fn show(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    args: &show::Args,
) -> Result<u8, Error> {
    let history = alembic.history()?;
    let is_asked = args.needs_database();
    let place = alembic
        .place_if(is_asked, context, workplace, &history)
        .await?;
    context.printer.show(&Shown {
        revisions: listing::show(&history, place.as_ref(), &args.revision)?,
    });
    Ok(0)
}
