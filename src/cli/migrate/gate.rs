//! What must be approved before it is run, and whether it was.
//!
//! In production, and in CI unless told otherwise, a plan that loses data is run only if somebody
//! approved it: the whole plan by its hash, or each loss by a line in its file. The decision is
//! made on the plan that is then carried out, and on no other.

use std::path::{Path, PathBuf};

use super::plan::Saved;
use crate::config::Environment;
use crate::error::{Error, Unapproved};
use crate::lint::{Level, Survey};
use crate::migration::graph::name::Names;
use crate::migration::plan::fingerprint::{Fingerprint, NoFingerprint};
use crate::migration::{self, Direction, Graph, Journal, Plan, Target};

/// Why a database is treated with caution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Caution {
    /// It is not.
    #[default]
    None,
    /// Nobody watches, and nobody said that it is for development.
    Ci,
    /// Somebody said that it is the one in production.
    Production,
}

impl Caution {
    /// What follows from what was said, and from whether a CI service runs us.
    pub(crate) fn of(said: Option<Environment>, is_ci: bool) -> Self {
        match said {
            Some(Environment::Production) => Self::Production,
            Some(Environment::Development) => Self::None,
            None if is_ci => Self::Ci,
            None => Self::None,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::None | Self::Ci => "in CI",
            Self::Production => "in production",
        }
    }
}

/// What somebody approved.
#[derive(Debug, Default, clap::Args)]
pub(super) struct Consent {
    /// Run the plan with this hash, or nothing; `migrate plan` prints it
    #[arg(long, value_name = "HASH", value_parser = hash, env = "TOWNPASS_APPROVE")]
    approve: Option<Approved>,
    /// Run the plan that `migrate plan --save FILE` wrote, or nothing
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
}

/// The hash of a plan. A variable that is empty approves nothing: that is how a job is given no
/// answer.
#[derive(Clone, Debug)]
struct Approved(Option<Fingerprint>);

fn hash(text: &str) -> Result<Approved, NoFingerprint> {
    match text {
        "" => Ok(Approved(None)),
        text => text.parse().map(|hash| Approved(Some(hash))),
    }
}

/// What may be run.
pub(super) struct Gate<'a> {
    pub(super) caution: Caution,
    pub(super) direction: Direction,
    pub(super) target: &'a Target,
    /// The plan that was approved, if one was.
    pub(super) approved: Option<Fingerprint>,
}

impl Consent {
    /// Whether a plan is to be looked at before it is run.
    pub(super) fn is_asked(&self, caution: Caution) -> bool {
        caution != Caution::None || self.hash().is_some() || self.plan.is_some()
    }

    /// The plan that was approved, and where it leads if it says.
    pub(super) fn approved(
        &self,
        directory: &Path,
    ) -> Result<(Option<Fingerprint>, Option<Target>), Error> {
        let Some(file) = &self.plan else {
            return Ok((self.hash().cloned(), None));
        };
        let (saved, target) = Saved::read(&directory.join(file))?;
        match self.hash() {
            Some(hash) if *hash != saved => Err(Error::AnotherPlan {
                approved: hash.clone(),
                found: saved,
            }),
            _ => Ok((Some(saved), Some(target))),
        }
    }

    fn hash(&self) -> Option<&Fingerprint> {
        self.approve.as_ref().and_then(|it| it.0.as_ref())
    }
}

impl Gate<'_> {
    /// Whether a plan is judged by what it does, since nobody approved it.
    pub(super) fn judges(&self) -> bool {
        self.caution != Caution::None && self.approved.is_none()
    }

    /// Refuses a history with several heads where nobody would see that one is left behind, or was
    /// never joined: `heads` would apply what nobody has seen together. Branches that have labels
    /// are meant to stay apart.
    pub(super) fn admit_heads<N: Names>(
        &self,
        names: &N,
        graph: &Graph<N::Key>,
    ) -> Result<(), Error> {
        let heads = names.heads(graph, None);
        let careless = self.caution != Caution::None && self.direction == Direction::Upgrade;
        if !careless || graph.is_meant(&heads) {
            return Ok(());
        }
        Err(migration::Error::SeveralHeads {
            target: self.target.to_string(),
            fork: Box::new(names.fork(graph, &heads)),
        }
        .into())
    }

    /// The plan that may be run, if what was planned for a database with `journal` is the approved
    /// one, or was not approved and loses no data. What is left of either may go on where others
    /// have done the rest: of one that was `admitted` before, and of the approved one, which
    /// `rest` looks for.
    pub(super) fn admit(
        &self,
        planned: Result<Plan, migration::Error>,
        journal: &Journal,
        admitted: Option<&Plan>,
        rest: impl FnOnce(&Plan, &Fingerprint) -> Result<Option<Plan>, Error>,
    ) -> Result<Plan, Error> {
        let Some(approved) = &self.approved else {
            let plan = planned?;
            let goes_on = admitted.is_some_and(|admitted| is_rest(&plan, admitted));
            if !goes_on && self.caution != Caution::None {
                self.refuse_losses(&plan)?;
            }
            return Ok(plan);
        };
        let (plan, error) = match planned {
            Ok(plan) if plan.fingerprint() == *approved => return Ok(plan),
            Ok(plan) => {
                let found = plan.fingerprint();
                let approved = approved.clone();
                (plan, Error::AnotherPlan { approved, found })
            }
            // Of a few steps all may have been taken, with none to follow.
            Err(error @ migration::Error::TooFar { .. }) => {
                let nothing = Plan::nothing(self.direction, journal.clone());
                (nothing, error.into())
            }
            Err(error) => return Err(error.into()),
        };
        let done = plan.is_empty() && !self.target.is_relative();
        if done || admitted.is_some_and(|admitted| is_rest(&plan, admitted)) {
            return Ok(plan);
        }
        rest(&plan, approved)?.ok_or(error)
    }

    /// Refuses a plan that loses data, unless each loss is approved in its file.
    fn refuse_losses(&self, plan: &Plan) -> Result<(), Error> {
        let losses = Survey::of(plan)?.losses();
        let mut losses = losses.iter().filter(|it| it.level == Level::Error);
        let Some(first) = losses.next() else {
            return Ok(());
        };
        Err(Error::Unapproved(Box::new(Unapproved {
            whereabouts: self.caution.as_str(),
            place: format!("{}:{}", first.path, first.start),
            loss: first.message.clone(),
            more: losses.count(),
            rule: first.rule.name,
            verb: self.direction.as_str(),
            target: self.target.to_string(),
            hash: plan.fingerprint(),
        })))
    }
}

/// Whether every step of `plan` is one of `admitted`.
fn is_rest(plan: &Plan, admitted: &Plan) -> bool {
    plan.direction() == admitted.direction()
        && plan.steps().iter().all(|step| {
            let mut admitted = admitted.steps().iter();
            admitted.any(|it| it.is_same(step))
        })
}

#[cfg(test)]
mod tests {
    use super::Caution;
    use crate::config::Environment;

    #[test]
    fn what_is_said_beats_what_is_seen() {
        for (said, is_ci, caution) in [
            (None, false, Caution::None),
            (None, true, Caution::Ci),
            (Some(Environment::Development), true, Caution::None),
            (Some(Environment::Production), false, Caution::Production),
            (Some(Environment::Production), true, Caution::Production),
        ] {
            assert_eq!(Caution::of(said, is_ci), caution, "{said:?} {is_ci}");
        }
    }
}
