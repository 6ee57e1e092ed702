//! `merge`: a revision that follows several heads, and changes nothing.

use super::{Workplace, revision};
use crate::cli::context::Context;
use crate::error::Error;
use crate::migration::draft::{self, Draft, Purpose, Splice, Wish};
use crate::migration::{Graph, Target, Unwritten, Version};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What to join; all heads, unless told otherwise
    #[arg(allow_negative_numbers = true)]
    revisions: Vec<Target>,
    /// What it does, in a few words; they become its name
    #[arg(short, long, default_value = "merge heads")]
    message: String,
    /// Allow to follow revisions that others follow already
    #[arg(long)]
    splice: bool,
    /// Its version, in place of the time in UTC
    #[arg(long, value_name = "VERSION")]
    rev_id: Option<Version>,
    /// Name of the branch that begins with it; may be given several times
    #[arg(long, value_name = "LABEL")]
    branch_label: Vec<String>,
}

impl Args {
    pub(super) fn needs_database(&self) -> bool {
        self.revisions.iter().any(Target::is_relative)
    }
}

pub(super) async fn run(
    context: &Context,
    workplace: &Workplace,
    args: &Args,
) -> Result<u8, Error> {
    let directory = workplace.history()?;
    let graph = Graph::of(&directory)?;
    let standing = if args.needs_database() {
        let journal = workplace.journal(context).await?;
        graph.standing(&graph.counted(&journal.versions()))
    } else {
        Vec::new()
    };
    let splice = if args.splice {
        Splice::Allowed
    } else {
        Splice::Refused
    };
    let targets = if args.revisions.is_empty() {
        vec![Target::heads()]
    } else {
        args.revisions.clone()
    };
    let parents = draft::parents(&directory, &graph, &standing, &targets, splice)?;
    if parents.len() < 2 {
        return Err(Unwritten::NothingToMerge { heads: parents }.into());
    }
    let wish = Wish {
        message: Some(args.message.clone()),
        parents,
        labels: args.branch_label.clone(),
        version: args.rev_id,
        purpose: Purpose::Merge,
        ..Wish::default()
    };
    let draft = Draft::plan(
        &directory,
        &graph,
        &wish,
        Version::at(jiff::Timestamp::now()),
    )?;
    revision::commit(context, workplace, &draft)?;
    Ok(0)
}
