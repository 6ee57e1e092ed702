//! `upgrade` and `downgrade`: the two ways along the history.

use super::gate::{Consent, Gate};
use super::goal::Goal;
use super::patience::Patience;
use super::{Door, Kind, Review, Workplace, alembic, careful, import, told_by_git};
use crate::cli::context::Context;
use crate::error::Error;
use crate::migration::runner::{self, Transactions};
use crate::migration::{Direction, Options, Target, journal, plan::offline};
use crate::report::Story;
use crate::report::view::migration::{Moved, Sql, WouldMove};

/// Up.
#[derive(Debug, clap::Args)]
pub(crate) struct Upgrade {
    /// Where to: head, a version or the beginning of one, a word of its name, +1; with --sql also
    /// from where: base:head
    #[arg(default_value = "head", allow_negative_numbers = true)]
    revision: Goal,
    #[command(flatten)]
    how: How,
}

impl Upgrade {
    /// Where to, and how.
    pub(super) fn parts(&self) -> (&Goal, &How) {
        (&self.revision, &self.how)
    }

    /// All the way.
    pub(crate) fn to_head() -> Self {
        Self {
            revision: Goal::Target(Target::head()),
            how: How::default(),
        }
    }

    /// Whether it looks at a database at all.
    pub(super) fn needs_database(&self) -> bool {
        !self.how.sql
    }
}

/// Down.
#[derive(Debug, clap::Args)]
pub(crate) struct Downgrade {
    /// Where to: -1, a version or the beginning of one, base; with --sql also from where:
    /// head:base
    #[arg(allow_negative_numbers = true)]
    revision: Goal,
    #[command(flatten)]
    how: How,
}

impl Downgrade {
    /// Where to, and how.
    pub(super) fn parts(&self) -> (&Goal, &How) {
        (&self.revision, &self.how)
    }

    /// Whether it looks at a database at all.
    pub(super) fn needs_database(&self) -> bool {
        !self.how.sql
    }
}

/// What both ways have in common.
#[derive(Debug, Default, clap::Args)]
pub(super) struct How {
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Print the SQL and ask no database; the script refuses one that is not at its start
    #[arg(long, conflicts_with_all = ["dry_run", "single_transaction", "plan", "approve"])]
    pub(super) sql: bool,
    /// Run all revisions in one transaction: all of them or none
    #[arg(long)]
    single_transaction: bool,
    /// A word that is kept with each revision, and that its SQL can read as the setting
    /// `townpass.tag`
    #[arg(long, value_name = "WORD")]
    tag: Option<String>,
    /// How revisions of Alembic's are run: by us, by Alembic itself, or by Alembic only where we
    /// cannot
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "MODE",
        env = "TOWNPASS_ENGINE_MODE"
    )]
    pub(super) engine_mode: EngineMode,
    #[command(flatten)]
    patience: Patience,
    #[command(flatten)]
    pub(super) consent: Consent,
}

/// Who runs a revision of Alembic's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum EngineMode {
    /// We do, or nobody.
    Native,
    /// Alembic does.
    Python,
    /// We do; Alembic what only Python can.
    #[default]
    Auto,
}

impl How {
    pub(super) fn options(&self, context: &Context) -> Options {
        Options {
            transactions: if self.single_transaction {
                Transactions::One
            } else {
                Transactions::Each
            },
            ..self.patience.options(context, self.tag.clone())
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
    if let Kind::Alembic(alembic) = &workplace.kind {
        return alembic::to_head(context, workplace, alembic, story).await;
    }
    let (directory, mut session) = workplace
        .history_and_session(context, Review::Wanted)
        .await?;
    import::ensure_told(context, workplace, &directory, &mut session).await?;
    let applied = runner::migrate(
        Direction::Upgrade,
        &directory,
        &Target::head(),
        &mut session,
        &How::default().options(context),
        &mut |event| story.migration(&event),
    )
    .await;
    let applied = told_by_git(workplace.folder(), applied.map_err(Error::from)).await?;
    workplace.seal()?;
    Ok(Moved::from(&applied))
}

async fn walk(
    context: &Context,
    workplace: &Workplace,
    direction: Direction,
    goal: &Goal,
    how: &How,
) -> Result<u8, Error> {
    if how.sql {
        let directory = workplace.reviewed()?;
        let plan = offline::plan(direction, &directory, &goal.range(direction)?)?;
        context.printer.show(&Sql {
            sql: offline::script(&plan, how.tag.as_deref()),
        });
        return Ok(0);
    }
    let target = goal.target()?;
    let review = match direction {
        Direction::Upgrade => Review::Wanted,
        Direction::Downgrade => Review::Needless,
    };
    let (directory, mut session) = workplace.history_and_session(context, review).await?;
    if direction == Direction::Upgrade {
        import::ensure_told(context, workplace, &directory, &mut session).await?;
    }
    if how.dry_run {
        let journal = journal::read(&mut session).await?;
        let plan = runner::prepare(direction, &directory, &journal, target, &mut session).await?;
        context.printer.show(&WouldMove::from(&plan));
        return Ok(0);
    }
    if how.consent.is_asked(workplace.caution()) {
        let (approved, leads) = how.consent.approved(&context.directory)?;
        let gate = Gate {
            caution: workplace.caution(),
            direction,
            target: leads.as_ref().unwrap_or(target),
            approved,
        };
        let options = how.options(context);
        let applied = careful::walk(context, &directory, &gate, &mut session, &options).await?;
        follow(context, workplace, direction)?;
        context.printer.show(&Moved::from(&applied));
        return Ok(0);
    }
    let story = context.story();
    let applied = runner::migrate(
        direction,
        &directory,
        target,
        &mut session,
        &how.options(context),
        &mut |event| story.migration(&event),
    )
    .await?;
    drop(story);
    follow(context, workplace, direction)?;
    context.printer.show(&Moved::from(&applied));
    Ok(0)
}

/// Lets the sum file follow what a developer's own database has taken.
fn follow(context: &Context, workplace: &Workplace, direction: Direction) -> Result<(), Error> {
    let taken = workplace.door == Door::Development && direction == Direction::Upgrade;
    if taken && workplace.seal()? {
        let story = context.story();
        story.note("`townpass.sum` follows the files as they are now");
    }
    Ok(())
}
