//! `current`: where the database stands.

use super::{Workplace, detail};
use crate::cli::context::Context;
use crate::error::Error;
use crate::migration::{journal, listing};
use crate::report::view::migration::Current;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Exit with 1 unless the database stands on every head
    #[arg(long)]
    check_heads: bool,
}

pub(super) async fn run(
    context: &Context,
    workplace: &Workplace,
    args: &Args,
) -> Result<u8, Error> {
    let directory = workplace.history()?;
    let mut session = workplace.connect(context).await?;
    let journal = journal::read(&mut session).await?;
    let revisions = listing::current(&directory, &journal)?;
    let heads = listing::history(&directory, Some(&journal))?;
    let at_heads = heads
        .iter()
        .filter(|entry| entry.head)
        .all(|entry| entry.current == Some(true));
    context.printer.show(&Current {
        revisions,
        detail: detail(context),
    });
    Ok(u8::from(args.check_heads && !at_heads))
}
