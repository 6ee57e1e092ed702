//! `repair`: what is wrong between folder and journal, and what was asked to be put right.

use super::Workplace;
use super::patience::Patience;
use crate::cli::confirm;
use crate::cli::context::Context;
use crate::error::Error;
use crate::migration::directory::SUM;
use crate::migration::directory::sum::Sum;
use crate::migration::plan::repair::{self, Repair, Wish};
use crate::migration::{
    Directory, Graph, Session, Target, Unwritten, directory::write, journal, runner,
};
use crate::report::view::authoring::Resealed;
use crate::report::view::repair::{Difference, Repaired, Troubles};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    wish: WishArgs,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    #[command(flatten)]
    pub(super) patience: Patience,
}

/// What is put right; without any, what is wrong is listed.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct WishArgs {
    /// Take the file of an applied revision as it is now; the difference is shown first
    #[arg(long, value_name = "REVISION", allow_hyphen_values = true)]
    accept: Option<Target>,
    /// Count a half-done revision as applied: the rest was done by hand
    #[arg(long, value_name = "REVISION", allow_hyphen_values = true)]
    applied: Option<Target>,
    /// Count a half-done revision as not applied: what it did was undone by hand
    #[arg(long, value_name = "REVISION", allow_hyphen_values = true)]
    reverted: Option<Target>,
    /// Write `townpass.sum` as the files are now; no database is asked
    #[arg(long)]
    sum: bool,
    /// In Alembic's table, take out the rows that another row needs; and put REVISION, if it is
    /// given, in place of those that nobody knows. The difference is shown first
    #[arg(long, value_name = "REVISION", num_args = 0..=1)]
    #[expect(clippy::option_option, reason = "the option has a value or none")]
    rows: Option<Option<Target>>,
}

impl Args {
    /// The option that means nothing on a history of Alembic's, if one was typed.
    pub(super) fn of_sql_only(&self) -> Option<&'static str> {
        let wish = &self.wish;
        [
            (wish.accept.is_some(), "--accept"),
            (wish.applied.is_some(), "--applied"),
            (wish.reverted.is_some(), "--reverted"),
            (wish.sum, "--sum"),
        ]
        .into_iter()
        .find_map(|(typed, option)| typed.then_some(option))
    }

    /// Whether rows of Alembic's table are to be put right.
    pub(super) fn mends_rows(&self) -> bool {
        self.wish.rows.is_some()
    }

    /// What takes the place of rows that nobody knows.
    pub(super) fn stands_at(&self) -> Option<&Target> {
        self.wish.rows.as_ref()?.as_ref()
    }

    pub(super) fn needs_database(&self) -> bool {
        !self.wish.sum
    }
}

impl WishArgs {
    fn named(&self) -> Option<(Wish, &Target)> {
        [
            (Wish::Accept, &self.accept),
            (Wish::Applied, &self.applied),
            (Wish::Reverted, &self.reverted),
        ]
        .into_iter()
        .find_map(|(wish, target)| target.as_ref().map(|target| (wish, target)))
    }
}

pub(super) async fn run(context: &Context, workplace: &Workplace, args: Args) -> Result<u8, Error> {
    if args.mends_rows() {
        return Err(Unwritten::OfAlembicOnly("--rows").into());
    }
    if args.wish.sum {
        return sum(context, workplace, &args);
    }
    let directory = workplace.history()?;
    let mut session = workplace.connect(context).await?;
    match args.wish.named() {
        None => survey(context, &directory, &mut session).await,
        Some((wish, target)) => {
            let journal = journal::read(&mut session).await?;
            let all: Vec<_> = journal.versions().into_iter().collect();
            let kept = journal::kept(&mut session, &all).await?;
            let repair = Repair::plan(wish, &directory, &journal, target, &kept)?;
            mend(context, repair, &args, &mut session).await
        }
    }
}

/// Lists what is wrong.
async fn survey(
    context: &Context,
    directory: &Directory,
    session: &mut Session,
) -> Result<u8, Error> {
    let journal = journal::read(session).await?;
    let gone: Vec<_> = journal
        .versions()
        .into_iter()
        .filter(|&version| directory.get(version).is_none())
        .collect();
    let kept = journal::kept(session, &gone).await?;
    let troubles = Troubles::from(repair::survey(directory, &journal, &kept)?.as_slice());
    let well = !troubles.in_the_way();
    context.printer.show(&troubles);
    Ok(u8::from(!well))
}

/// Shows what would change, asks, and changes it.
async fn mend(
    context: &Context,
    repair: Option<Repair>,
    args: &Args,
    session: &mut Session,
) -> Result<u8, Error> {
    let Some(repair) = repair else {
        context.printer.show(&Repaired::nothing());
        return Ok(0);
    };
    if repair.wish == Wish::Accept {
        context.printer.show_first(&Difference::of(&repair));
    }
    if args.dry_run {
        context.printer.show(&Repaired::would(&repair));
        return Ok(0);
    }
    confirm::require(context, &repair.step.version.to_string()).await?;
    let options = args.patience.options(context, None);
    let story = context.story();
    runner::mend(&repair, session, &options, &mut |event| {
        story.migration(&event);
    })
    .await?;
    drop(story);
    context.printer.show(&Repaired::done(&repair));
    Ok(0)
}

/// Writes the sum file anew, and shows which lines that changes. Where there was none, from now on
/// there is one.
fn sum(context: &Context, workplace: &Workplace, args: &Args) -> Result<u8, Error> {
    let directory = workplace.history()?;
    let text = Sum::of(&directory, &Graph::of(&directory)?)?.to_string();
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
