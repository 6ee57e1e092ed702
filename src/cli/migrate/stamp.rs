//! `stamp`: says where the database stands, and runs nothing. `ensure-version`: the tables alone.

use super::Workplace;
use super::goal::Goal;
use super::patience::Patience;
use crate::cli::context::Context;
use crate::error::Error;
use crate::migration::plan::stamp::Others;
use crate::migration::{Options, Range, Target, plan::offline, runner};
use crate::report::view::migration::Sql;
use crate::report::view::stamp::{Stamped, Tables};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where it stands: head, heads, base, versions or the beginnings of some; with --sql the first
    /// may say where it stood: 1:head
    #[arg(required = true, allow_negative_numbers = true)]
    revisions: Vec<Goal>,
    /// Take all rows away first, those of revisions that nobody knows as well
    #[arg(long)]
    purge: bool,
    /// Print the SQL and ask no database; the script refuses one that is not where it stood
    #[arg(long, conflicts_with = "tag")]
    sql: bool,
    /// A word that is kept with each revision
    #[arg(long, value_name = "WORD")]
    tag: Option<String>,
    #[command(flatten)]
    patience: Patience,
}

impl Args {
    /// Whether it looks at a database at all.
    pub(super) fn needs_database(&self) -> bool {
        !self.sql
    }

    /// Where the database stood, if that is said, and where it stands.
    pub(super) fn goals(&self) -> Result<(Option<&Range>, Vec<Target>), Error> {
        let (from, others) = match self.revisions.as_slice() {
            [Goal::Range(range), others @ ..] if self.sql && !self.purge => (Some(range), others),
            all => (None, all),
        };
        let targets = others.iter().map(|goal| goal.target().cloned());
        Ok((from, targets.collect::<Result<_, _>>()?))
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct EnsureArgs {
    #[command(flatten)]
    patience: Patience,
}

impl Args {
    /// Where it stands, whether all rows go first, and how.
    pub(super) fn parts(self, context: &Context) -> Result<(Vec<Target>, bool, Options), Error> {
        let (_, targets) = self.goals()?;
        let options = self.patience.options(context, self.tag);
        Ok((targets, self.purge, options))
    }

    /// Whether all rows go first.
    pub(super) fn purges(&self) -> bool {
        self.purge
    }

    /// Whether SQL is asked for and no database.
    pub(super) fn is_offline(&self) -> bool {
        self.sql
    }
}

impl EnsureArgs {
    /// How.
    pub(super) fn options(&self, context: &Context) -> Options {
        self.patience.options(context, None)
    }
}

pub(super) async fn run(context: &Context, workplace: &Workplace, args: Args) -> Result<u8, Error> {
    let others = if args.purge {
        Others::Purge
    } else {
        Others::Refuse
    };
    let (from, targets) = args.goals()?;
    let directory = workplace.history()?;
    if args.sql {
        let stamp = offline::stamp(&directory, from, &targets, others)?;
        context.printer.show(&Sql {
            sql: offline::stamp_script(&stamp, others),
        });
        return Ok(0);
    }
    let mut session = workplace.connect(context).await?;
    let options = args.patience.options(context, args.tag);
    let story = context.story();
    let stamp = runner::stamp(
        &directory,
        &targets,
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
        tables: ["_sqlx_migrations", "_townpass_migrations"]
            .map(str::to_owned)
            .to_vec(),
    });
    Ok(0)
}
