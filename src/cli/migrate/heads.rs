//! `heads`: the revisions that nothing follows.

use super::{Workplace, detail};
use crate::cli::context::Context;
use crate::error::Error;
use crate::migration::listing;
use crate::report::view::history::Heads;

pub(super) fn run(context: &Context, workplace: &Workplace) -> Result<u8, Error> {
    context.printer.show(&Heads {
        revisions: listing::heads(&workplace.history()?)?,
        detail: detail(context),
    });
    Ok(0)
}
