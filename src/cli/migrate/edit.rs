//! `edit`: the file of a revision in the person's own editor.

use super::Workplace;
use crate::cli::context::Context;
use crate::cli::editor;
use crate::error::Error;
use crate::migration::{Graph, Journal, Target, Unwritten};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which: head, current, a version or the beginning of one, a word of its name
    #[arg(default_value = "head", allow_negative_numbers = true)]
    pub(super) revision: Target,
    /// Open its down file
    #[arg(long)]
    pub(super) down: bool,
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
    let graph = Graph::of(&directory)?;
    let journal = if args.needs_database() {
        Some(workplace.journal(context).await?)
    } else {
        asked(context, workplace).await
    };
    let applied = journal
        .map(|journal| journal.versions())
        .unwrap_or_default();
    let standing = graph.standing(&graph.counted(&applied));
    let versions = args.revision.revisions(&directory, &graph, &standing)?;
    let revisions = versions.iter().filter_map(|&it| directory.get(it));
    let files: Vec<_> = revisions
        .filter_map(|revision| {
            let path = if args.down {
                revision.down.as_ref()?.path()
            } else {
                &revision.up.path
            };
            Some((revision.version, path.to_owned()))
        })
        .collect();
    if files.is_empty() {
        return Err(Unwritten::NothingToEdit(args.revision.to_string()).into());
    }
    for (version, path) in files {
        let edits_what_was_run = !args.down && applied.contains(&version);
        if edits_what_was_run && !context.globals.yes {
            let address = workplace.url.as_ref().map(|url| url.address().to_string());
            let address = address.unwrap_or_default();
            return Err(Unwritten::EditApplied { version, address }.into());
        }
        editor::open(context, &path).await?;
    }
    workplace.seal()?;
    Ok(0)
}

/// What the database has, if there is one and it answers. An editor opens without it too.
async fn asked(context: &Context, workplace: &Workplace) -> Option<Journal> {
    workplace.url.as_ref()?;
    match workplace.journal(context).await {
        Ok(journal) => Some(journal),
        Err(error) => {
            let untold = format!("whether it is applied cannot be told: {error}");
            context.printer.explain(&untold);
            None
        }
    }
}
