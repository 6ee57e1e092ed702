//! `stamp`: says where the database stands, and runs nothing. `ensure-version`: the tables alone.

use super::Workplace;
use super::patience::Patience;
use crate::cli::context::Context;
use crate::error::Error;
use crate::migration::stamp::Others;
use crate::migration::{Target, runner};
use crate::report::view::stamp::{Stamped, Tables};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where it stands: head, heads, base, versions or the beginnings of some
    #[arg(required = true, allow_negative_numbers = true)]
    revisions: Vec<Target>,
    /// Take all rows away first, those of revisions that nobody knows as well
    #[arg(long)]
    purge: bool,
    /// A word that is kept with each revision
    #[arg(long, value_name = "WORD")]
    tag: Option<String>,
    #[command(flatten)]
    patience: Patience,
}

#[derive(Debug, clap::Args)]
pub(crate) struct EnsureArgs {
    #[command(flatten)]
    patience: Patience,
}

pub(super) async fn run(context: &Context, workplace: &Workplace, args: Args) -> Result<u8, Error> {
    let directory = workplace.history()?;
    let mut session = workplace.connect(context).await?;
    let others = if args.purge {
        Others::Purge
    } else {
        Others::Refuse
    };
    let options = args.patience.options(context, args.tag);
    let story = context.story();
    let stamp = runner::stamp(
        &directory,
        &args.revisions,
        others,
        &mut session,
        &options,
        &mut |event| story.migration(&event),
    )
    .await?;
    drop(story);
    context.printer.show(&Stamped::from(&stamp));
    Ok(0)
}

pub(super) async fn ensure(
    context: &Context,
    workplace: &Workplace,
    args: EnsureArgs,
) -> Result<u8, Error> {
    let mut session = workplace.connect(context).await?;
    let options = args.patience.options(context, None);
    let story = context.story();
    runner::ensure_tables(&mut session, &options, &mut |event| story.migration(&event)).await?;
    drop(story);
    context.printer.show(&Tables {
        tables: ["_sqlx_migrations", "_townpass_migrations"],
    });
    Ok(0)
}
