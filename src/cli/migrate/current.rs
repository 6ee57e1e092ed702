//! `current`: where the database stands.

use super::{Review, Workplace, detail};
use crate::cli::context::Context;
use crate::error::Error;
use crate::migration::{self, journal, listing};
use crate::report::view::history::Current;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Exit with 1 unless the database has every head
    #[arg(short, long)]
    pub(super) check_heads: bool,
}

pub(super) async fn run(
    context: &Context,
    workplace: &Workplace,
    args: &Args,
) -> Result<u8, Error> {
    let (directory, mut session) = workplace
        .history_and_session(context, Review::Needless)
        .await?;
    let journal = journal::read(&mut session).await?;
    let revisions = listing::current(&directory, &journal)?;
    let mut lacking = listing::history(&directory, Some(&journal))?;
    lacking.retain(|entry| entry.head && (entry.applied == Some(false) || entry.partial));
    context.printer.show(&Current {
        revisions,
        database: workplace.url.as_ref().map(ToString::to_string),
        detail: detail(context),
    });
    if args.check_heads && !lacking.is_empty() {
        let heads = lacking.into_iter().map(|entry| entry.revision).collect();
        return Err(migration::Error::NotAtHeads { heads }.into());
    }
    Ok(0)
}
