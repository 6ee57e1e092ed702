//! `show`: all that is known of a revision.

use super::Workplace;
use crate::cli::context::Context;
use crate::error::Error;
use crate::migration::{Target, listing};
use crate::report::view::history::Shown;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which: head, current, a version or the beginning of one, a word of its name
    #[arg(default_value = "head", allow_negative_numbers = true)]
    pub(super) revision: Target,
}

impl Args {
    pub(super) fn needs_database(&self) -> bool {
        self.revision.is_relative()
    }
}

pub(super) async fn run(
    context: &Context,
    workplace: &Workplace,
    args: &Args,
) -> Result<u8, Error> {
    let directory = workplace.history()?;
    let journal = if args.needs_database() {
        Some(workplace.journal(context).await?)
    } else {
        None
    };
    context.printer.show(&Shown {
        revisions: listing::show(&directory, journal.as_ref(), &args.revision)?,
    });
    Ok(0)
}
