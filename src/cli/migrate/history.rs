//! `history`: the revisions, newest first.

use super::{Workplace, detail};
use crate::cli::context::Context;
use crate::error::Error;
use crate::migration::listing::Entry;
use crate::migration::{Range, listing};
use crate::report::view::history::{Drawing, History};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only a part: FROM:TO, FROM: or :TO, both ends included
    #[arg(short, long, value_name = "RANGE", allow_hyphen_values = true)]
    pub(super) rev_range: Option<Range>,
    /// Mark where the database stands
    #[arg(short, long)]
    indicate_current: bool,
    /// Draw how the revisions follow each other
    #[arg(long)]
    graph: bool,
}

impl Args {
    /// How the revisions are shown.
    pub(super) fn drawing(&self) -> Drawing {
        if self.graph {
            Drawing::Graph
        } else {
            Drawing::List
        }
    }

    /// `revisions` as they are shown: without where the database stands, unless that is asked for.
    pub(super) fn shown(&self, mut revisions: Vec<Entry>) -> Vec<Entry> {
        if !self.indicate_current {
            for entry in &mut revisions {
                entry.applied = None;
                entry.current = None;
            }
        }
        revisions
    }

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
    let revisions = listing::part(&directory, journal.as_ref(), args.rev_range.as_ref())?;
    context.printer.show(&History {
        revisions: args.shown(revisions),
        detail: detail(context),
        drawing: args.drawing(),
    });
    Ok(0)
}
