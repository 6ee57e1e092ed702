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
    patience: Patience,
}

pub(super) async fn run(context: &Context, workplace: &Workplace, args: Args) -> Result<u8, Error> {
    let directory = workplace.history()?;
    let mut session = workplace.connect(context).await?;
    let options = args.patience.options(context, None);
    let story = context.story();
    let total = directory.revisions().count();
    let verified = verify::verify(&directory, &mut session, &options, &mut |event| {
        story.verification(&event);
    })
    .await?;
    drop(story);
    let view = Verified::new(&verified, total);
    let well = verified.len() == total && view.is_well(args.reversible);
    context.printer.show(&view);
    Ok(u8::from(!well))
}
