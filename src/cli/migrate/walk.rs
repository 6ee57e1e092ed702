//! `upgrade` and `downgrade`: the two ways along the history.

use std::time::Duration;

use super::Workplace;
use crate::cli::context::Context;
use crate::cli::duration;
use crate::error::Error;
use crate::migration::{Direction, Options, Plan, Target, journal, runner};
use crate::report::Story;
use crate::report::view::migration::{Moved, WouldMove};

/// Up.
#[derive(Debug, clap::Args)]
pub(crate) struct Upgrade {
    /// Where to: head, a version or the beginning of one, a word of its name, +1
    #[arg(default_value = "head", allow_hyphen_values = true)]
    revision: Target,
    #[command(flatten)]
    how: How,
}

impl Upgrade {
    /// All the way.
    pub(crate) fn to_head() -> Self {
        Self {
            revision: Target::head(),
            how: How::default(),
        }
    }
}

/// Down.
#[derive(Debug, clap::Args)]
pub(crate) struct Downgrade {
    /// Where to: -1, a version or the beginning of one, base
    #[arg(allow_hyphen_values = true)]
    revision: Target,
    #[command(flatten)]
    how: How,
}

/// What both ways have in common.
#[derive(Debug, Default, clap::Args)]
struct How {
    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// How long to wait while another process migrates this database
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, env = "TOWNPASS_WAIT_LOCK")]
    wait_lock: Option<Duration>,
    /// How long a statement may wait for a table that others use
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, env = "TOWNPASS_LOCK_TIMEOUT")]
    lock_timeout: Option<Duration>,
    /// How long a statement may run
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, env = "TOWNPASS_STATEMENT_TIMEOUT")]
    statement_timeout: Option<Duration>,
}

impl How {
    fn options(&self) -> Options {
        let usual = Options::default();
        Options {
            wait_lock: self.wait_lock.unwrap_or(usual.wait_lock),
            lock_timeout: self.lock_timeout.unwrap_or(usual.lock_timeout),
            statement_timeout: self.statement_timeout.or(usual.statement_timeout),
        }
    }
}

pub(super) async fn upgrade(
    context: &Context,
    workplace: &Workplace,
    args: Upgrade,
) -> Result<u8, Error> {
    walk(
        context,
        workplace,
        Direction::Upgrade,
        &args.revision,
        &args.how,
    )
    .await
}

pub(super) async fn downgrade(
    context: &Context,
    workplace: &Workplace,
    args: Downgrade,
) -> Result<u8, Error> {
    walk(
        context,
        workplace,
        Direction::Downgrade,
        &args.revision,
        &args.how,
    )
    .await
}

/// Applies what is pending, as a part of another command.
pub(in crate::cli) async fn to_head(
    context: &Context,
    workplace: &Workplace,
    story: &Story<'_>,
) -> Result<Moved, Error> {
    let directory = workplace.history()?;
    let mut connection = workplace.connect(context).await?;
    let applied = runner::migrate(
        Direction::Upgrade,
        &directory,
        &Target::head(),
        &mut connection,
        &Options::default(),
        &mut |event| story.migration(&event),
    )
    .await?;
    Ok(Moved::from(&applied))
}

async fn walk(
    context: &Context,
    workplace: &Workplace,
    direction: Direction,
    target: &Target,
    how: &How,
) -> Result<u8, Error> {
    let directory = workplace.history()?;
    let mut connection = workplace.connect(context).await?;
    if how.dry_run {
        let journal = journal::read(&mut connection).await?;
        let plan = Plan::make(direction, &directory, &journal, target)?;
        context.printer.show(&WouldMove::from(&plan));
        return Ok(0);
    }
    let story = context.story();
    let applied = runner::migrate(
        direction,
        &directory,
        target,
        &mut connection,
        &how.options(),
        &mut |event| story.migration(&event),
    )
    .await?;
    drop(story);
    context.printer.show(&Moved::from(&applied));
    Ok(0)
}
