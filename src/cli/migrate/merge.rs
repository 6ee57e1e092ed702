//! `merge`: a revision that follows several heads, and changes nothing.

use super::{Workplace, revision};
use crate::cli::context::Context;
use crate::error::Error;
use crate::migration::directory::draft::{self, Draft, Purpose, Splice, Wish};
use crate::migration::{Graph, Target, Unwritten, Version};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What to join; all heads, unless told otherwise
    #[arg(allow_negative_numbers = true)]
    revisions: Vec<Target>,
    /// What it does, in a few words; they become its name
    #[arg(short, long)]
    pub(super) message: Option<String>,
    /// Allow to follow revisions that others follow already
    #[arg(long)]
    splice: bool,
    /// Its version, in place of the time in UTC; or its id, in place of a random one
    #[arg(long, value_name = "VERSION")]
    pub(super) rev_id: Option<String>,
    /// Name of the branch that begins with it; may be given several times
    #[arg(long, value_name = "LABEL")]
    pub(super) branch_label: Vec<String>,
}

impl Args {
    pub(super) fn needs_database(&self) -> bool {
        self.revisions.iter().any(Target::is_relative)
    }

    /// What to join.
    pub(super) fn targets(&self) -> Vec<Target> {
        if self.revisions.is_empty() {
            vec![Target::heads()]
        } else {
            self.revisions.clone()
        }
    }

    /// Whether it may follow what others follow.
    pub(super) fn splicing(&self) -> Splice {
        if self.splice {
            Splice::Allowed
        } else {
            Splice::Refused
        }
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
    let mut parents = draft::parents(
        &directory,
        &graph,
        &standing,
        &args.targets(),
        args.splicing(),
    )?;
    parents.sort_unstable();
    if parents.len() < 2 {
        let heads = parents.iter().map(ToString::to_string).collect();
        return Err(Unwritten::NothingToMerge { heads }.into());
    }
    let wish = Wish {
        message: Some(
            args.message
                .clone()
                .unwrap_or_else(|| "merge heads".to_owned()),
        ),
        parents,
        labels: args.branch_label.clone(),
        version: revision::version(args.rev_id.as_deref())?,
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
