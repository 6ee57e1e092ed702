//! `history`: the revisions, newest first.

use super::{Workplace, detail};
use crate::cli::context::Context;
use crate::error::Error;
use crate::migration::{Range, listing};
use crate::report::view::history::{Drawing, History};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only a part: FROM:TO, FROM: or :TO, both ends included
    #[arg(short, long, value_name = "RANGE", allow_hyphen_values = true)]
    rev_range: Option<Range>,
    /// Mark where the database stands
    #[arg(short, long)]
    indicate_current: bool,
    /// Draw how the revisions follow each other
    #[arg(long)]
    graph: bool,
}

impl Args {
    pub(super) fn needs_database(&self) -> bool {
        self.indicate_current || self.rev_range.as_ref().is_some_and(Range::is_relative)
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
    let shown = journal.as_ref().filter(|_| args.indicate_current);
    let mut revisions = listing::part(&directory, journal.as_ref(), args.rev_range.as_ref())?;
    if shown.is_none() {
        for entry in &mut revisions {
            entry.applied = None;
            entry.current = None;
        }
    }
    context.printer.show(&History {
        revisions,
        detail: detail(context),
        drawing: if args.graph {
            Drawing::Graph
        } else {
            Drawing::List
        },
    });
    Ok(0)
}
