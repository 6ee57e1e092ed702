//! `history`: the revisions, newest first.

use super::{Workplace, detail};
use crate::cli::context::Context;
use crate::error::Error;
use crate::migration::{journal, listing};
use crate::report::view::migration::History;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Mark where the database stands
    #[arg(short, long)]
    indicate_current: bool,
}

impl Args {
    pub(super) fn needs_database(&self) -> bool {
        self.indicate_current
    }
}

pub(super) async fn run(
    context: &Context,
    workplace: &Workplace,
    args: &Args,
) -> Result<u8, Error> {
    let directory = workplace.history()?;
    let journal = if args.indicate_current {
        let mut session = workplace.connect(context).await?;
        Some(journal::read(&mut session).await?)
    } else {
        None
    };
    context.printer.show(&History {
        revisions: listing::history(&directory, journal.as_ref())?,
        detail: detail(context),
    });
    Ok(0)
}
