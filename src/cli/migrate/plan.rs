//! `plan`: what `upgrade` or `downgrade` would do, statement by statement, and how dangerous it is.

use std::fs;
use std::path::{Path, PathBuf};

use super::Workplace;
use super::gate::Caution;
use super::import::warn_of_untold;
use crate::cli::context::Context;
use crate::error::Error;
use crate::lint::Survey;
use crate::migration::journal::size::{self, Sizes};
use crate::migration::plan::fingerprint::Fingerprint;
use crate::migration::{Direction, Journal, Plan, Session, Target, journal, runner};
use crate::report::view::review::{Asked, Review};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where to: head, a version or the beginning of one, +1; with --down by default -1
    #[arg(allow_negative_numbers = true)]
    revision: Option<Target>,
    /// Plan the way back
    #[arg(long)]
    down: bool,
    /// Write the plan to FILE too, for `upgrade --plan FILE`
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
}

impl Args {
    /// Which way, and where to.
    pub(super) fn wish(&self) -> Result<(Direction, Target), Error> {
        Ok(match (&self.revision, self.down) {
            (Some(target), false) => (Direction::Upgrade, target.clone()),
            (Some(target), true) => (Direction::Downgrade, target.clone()),
            (None, false) => (Direction::Upgrade, Target::head()),
            (None, true) => (Direction::Downgrade, "-1".parse()?),
        })
    }
}

pub(super) async fn run(
    context: &Context,
    workplace: &Workplace,
    args: &Args,
) -> Result<u8, Error> {
    let directory = workplace.reviewed()?;
    let (direction, target) = args.wish()?;
    let mut session = match &workplace.url {
        Some(_) => Some(workplace.connect(context).await?),
        None => None,
    };
    let plan = match &mut session {
        Some(session) => {
            if direction == Direction::Upgrade {
                warn_of_untold(context, workplace, &directory, session).await?;
            }
            let journal = journal::read(session).await?;
            runner::prepare(direction, &directory, &journal, &target, session).await?
        }
        None => Plan::make(direction, &directory, &Journal::default(), &target)?,
    };
    show(context, workplace, args, (&plan, &target), session).await
}

/// Shows a plan and where it leads, with the sizes of what it touches if there is a database.
pub(super) async fn show(
    context: &Context,
    workplace: &Workplace,
    args: &Args,
    (plan, target): (&Plan, &Target),
    mut session: Option<Session>,
) -> Result<u8, Error> {
    let survey = Survey::of(plan)?;
    let sizes = match &mut session {
        Some(session) => size::sizes(&survey.objects(), session).await?,
        None => Sizes::new(),
    };
    let asked = if session.is_some() {
        Asked::Database(&sizes)
    } else {
        Asked::Nobody
    };
    let review = Review::of(
        &survey,
        &target.to_string(),
        asked,
        workplace.caution() != Caution::None,
    );
    if let Some(file) = &args.save {
        save(&context.directory.join(file), &review)?;
    }
    context.printer.show(&review);
    Ok(0)
}

fn save(path: &Path, review: &Review) -> Result<(), Error> {
    let text = serde_json::to_string_pretty(review).unwrap_or_default() + "\n";
    fs::write(path, text).map_err(|cause| Error::PlanFile {
        path: path.to_owned(),
        cause,
    })
}

/// What is needed of a saved plan to run it: the rest is made anew and must have the same hash.
#[derive(Debug, serde::Deserialize)]
pub(super) struct Saved {
    /// Its fingerprint.
    pub(super) hash: String,
    /// Where it leads.
    pub(super) target: String,
}

impl Saved {
    /// Reads what `plan --save` wrote to `path`.
    pub(super) fn read(path: &Path) -> Result<(Fingerprint, Target), Error> {
        let text = fs::read_to_string(path).map_err(|cause| Error::PlanFile {
            path: path.to_owned(),
            cause,
        })?;
        let unfit = || Error::NoPlan(path.to_owned());
        let saved: Self = serde_json::from_str(&text).map_err(|_| unfit())?;
        let hash = saved.hash.parse().map_err(|_| unfit())?;
        Ok((hash, saved.target.parse()?))
    }
}
