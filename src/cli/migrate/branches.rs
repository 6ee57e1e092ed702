//! `branches`: the revisions from which several branches grow.

use super::{Workplace, detail};
use crate::cli::context::Context;
use crate::error::Error;
use crate::migration::listing;
use crate::report::view::history::Branches;

pub(super) fn run(context: &Context, workplace: &Workplace) -> Result<u8, Error> {
    context.printer.show(&Branches {
        branch_points: listing::branches(&workplace.history()?)?,
        detail: detail(context),
    });
    Ok(0)
}
