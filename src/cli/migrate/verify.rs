//! `verify`: every revision up, down and up again, on a scratch database.

use super::Workplace;
use super::patience::Patience;
use crate::cli::context::Context;
use crate::error::Error;
use crate::migration::verify;
use crate::report::view::verify::Verified;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Exit with 1 if a revision has no way back, even if it says so itself
    #[arg(long)]
    reversible: bool,
    #[command(flatten)]
    pub(super) patience: Patience,
}

pub(super) async fn run(context: &Context, workplace: &Workplace, args: Args) -> Result<u8, Error> {
    let directory = workplace.history()?;
    let mut session = workplace.connect(context).await?;
    let options = args.patience.options(context, None);
    let story = context.story();
    let total = directory.revisions().count();
    let mut folder = verify::Folder {
        directory: &directory,
        options: &options,
        on_event: &mut |event| story.verification(&event),
    };
    let verified = verify::verify(&mut folder, &mut session).await?;
    drop(story);
    Ok(tell(context, &args, &verified, total))
}

/// Shows what was found of so many revisions, and says how the command ends.
pub(super) fn tell(
    context: &Context,
    args: &Args,
    verified: &[verify::Verified],
    total: usize,
) -> u8 {
    let view = Verified::new(verified, total);
    let well = verified.len() == total && view.is_well(args.reversible);
    context.printer.show(&view);
    u8::from(!well)
}
