//! Waits for what a service depends on, by its condition. A dependency that can no longer meet
//! it ends the wait at once.

use std::fmt;
use std::time::Duration;

use miette::{NamedSource, SourceSpan};
use tokio::time::{Instant, sleep};

use crate::compose::Condition;
use crate::docker::Engine;
use crate::docker::cause::Cause;
use crate::docker::cause::ailment::{self, Ailment, Fate};
use crate::docker::decide::plan::{Need, Step, UpPlan};
use crate::docker::error::Error;
use crate::docker::event::Event;
use crate::docker::observed::{Container, Health, State};

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// A dependency that a service waited for in vain.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("service `{dependent}` was not started, since `{dependency}` {failure}")]
pub struct DependencyFailed {
    /// The service that needs it.
    pub dependent: String,
    /// The service that failed.
    pub dependency: String,
    /// How.
    pub failure: Failure,
    /// What to do next.
    #[help]
    pub remedy: String,
    /// The last lines of its log, where it has one.
    #[source_code]
    pub log: Option<NamedSource<String>>,
    /// The line that tells.
    #[label("this ended it")]
    pub line: Option<SourceSpan>,
}

/// How a dependency failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It ended, or fails over and over.
    Ailing(Fate, Cause),
    /// It is waited to be healthy, and has no health check.
    Unchecked,
    /// It has no container any more.
    Gone,
    /// It took longer than this.
    TooSlow(Duration),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ailing(fate, cause) => write!(f, "{fate}: {cause}"),
            Self::Unchecked => f.write_str("has no health check to wait for"),
            Self::Gone => f.write_str("was removed meanwhile"),
            Self::TooSlow(patience) => {
                write!(f, "was not ready within {} seconds", patience.as_secs())
            }
        }
    }
}

impl DependencyFailed {
    fn of_ailment(dependent: String, dependency: String, ailment: Ailment) -> Self {
        Self {
            dependent,
            dependency,
            failure: Failure::Ailing(ailment.fate, ailment.cause),
            remedy: ailment.remedy,
            log: Some(ailment.log),
            line: ailment.line,
        }
    }

    fn without_log(dependent: String, dependency: String, failure: Failure) -> Self {
        let remedy = match failure {
            Failure::Unchecked => format!(
                "add a `healthcheck` under `services.{dependency}`, or set the condition under \
                 `services.{dependent}.depends_on.{dependency}` to `service_started`"
            ),
            Failure::TooSlow(_) => format!(
                "see what it does with `townpass dev logs {dependency}`, or wait longer with \
                 `--timeout`"
            ),
            Failure::Gone | Failure::Ailing(..) => "run this again".to_owned(),
        };
        Self {
            dependent,
            dependency,
            failure,
            remedy,
            log: None,
            line: None,
        }
    }
}

/// What one look at a dependency tells.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Met,
    NotYet,
    Unchecked,
    Ailing,
}

fn judge(container: &Container, condition: Condition) -> Verdict {
    let done = container.state == State::Exited && container.exit_code == 0;
    match condition {
        Condition::Started if container.state == State::Running || done => Verdict::Met,
        Condition::Healthy if container.state == State::Running => match container.health {
            Health::Healthy => Verdict::Met,
            Health::Starting => Verdict::NotYet,
            Health::Unchecked => Verdict::Unchecked,
            Health::Unhealthy(_) => Verdict::Ailing,
        },
        Condition::CompletedSuccessfully if done => Verdict::Met,
        Condition::Started | Condition::Healthy | Condition::CompletedSuccessfully => {
            match ailment::fate(container) {
                Some(_) => Verdict::Ailing,
                None => Verdict::NotYet,
            }
        }
    }
}

impl Engine {
    /// Waits for one dependency.
    pub(in crate::docker) async fn await_dependency(
        &self,
        plan: &UpPlan<'_>,
        step: &Step<'_>,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Error> {
        let Step::Await {
            dependent,
            dependency,
            condition,
            need,
        } = step
        else {
            return Ok(());
        };
        let Some(service) = plan.project.service(dependency.as_str()) else {
            return Ok(());
        };
        let deadline = Instant::now() + plan.patience;
        on_event(Event::Note(&step.to_string()));
        let (dependent, dependency) = (dependent.to_string(), dependency.to_string());
        let without_log =
            |failure| DependencyFailed::without_log(dependent.clone(), dependency.clone(), failure);
        let failed = loop {
            let Some(container) = self.container_of(plan.project, service).await? else {
                break without_log(Failure::Gone);
            };
            match judge(&container, *condition) {
                Verdict::Met => return Ok(()),
                Verdict::Unchecked => break without_log(Failure::Unchecked),
                Verdict::Ailing => match self.ailment_of(&container).await? {
                    Some(ailment) => {
                        break DependencyFailed::of_ailment(dependent, dependency, ailment);
                    }
                    None => sleep(PAUSE).await,
                },
                Verdict::NotYet if Instant::now() > deadline => {
                    break without_log(Failure::TooSlow(plan.patience));
                }
                Verdict::NotYet => sleep(PAUSE).await,
            }
        };
        match need {
            Need::Required => Err(failed.into()),
            Need::Optional => {
                on_event(Event::Warning(&failed.to_string()));
                Ok(())
            }
        }
    }
}
