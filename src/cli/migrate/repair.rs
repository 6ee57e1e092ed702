//! `repair`: what only a person can judge is put right, once it was shown.

use super::Workplace;
use crate::cli::context::Context;
use crate::error::Error;
use crate::migration::directory::SUM;
use crate::migration::sum::Sum;
use crate::migration::{Graph, write};
use crate::report::view::authoring::Resealed;

#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("what").required(true)))]
pub(crate) struct Args {
    /// Write `townpass.sum` as the files are now
    #[arg(long, group = "what")]
    sum: bool,
    /// Show what would change, and do nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(context: &Context, workplace: &Workplace, args: &Args) -> Result<u8, Error> {
    if args.sum {
        return sum(context, workplace, args);
    }
    Ok(0)
}

/// Writes the sum file anew, and shows which lines that changes. Where there was none, from now on
/// there is one.
fn sum(context: &Context, workplace: &Workplace, args: &Args) -> Result<u8, Error> {
    let directory = workplace.history()?;
    let text = Sum::of(&directory, &Graph::of(&directory)?).to_string();
    let path = directory.path().join(SUM);
    let before = directory
        .sum()
        .map(|source| source.text.replace("\r\n", "\n"));
    let resealed = Resealed::of(&path, before.as_deref(), &text, args.dry_run);
    if !args.dry_run && before.as_deref() != Some(text.as_str()) {
        write::replace(&path, &text)?;
    }
    context.printer.show(&resealed);
    Ok(0)
}
