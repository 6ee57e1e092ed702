//! `heads`: the revisions that nothing follows.

use super::{Workplace, detail};
use crate::cli::context::Context;
use crate::error::Error;
use crate::migration::listing;
use crate::report::view::history::Heads;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Leave out those on which others depend
    #[arg(long)]
    pub(super) resolve_dependencies: bool,
}

pub(super) fn run(context: &Context, workplace: &Workplace, args: &Args) -> Result<u8, Error> {
    let mut revisions = listing::heads(&workplace.history()?)?;
    revisions.retain(|it| !(args.resolve_dependencies && it.depended_on));
    context.printer.show(&Heads {
        revisions,
        detail: detail(context),
    });
    Ok(0)
}
