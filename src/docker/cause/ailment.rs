//! Why a container will not do what is waited for: it ended, it restarts over and over, its
//! health check gave up. With the line of its log that tells, and the one thing to do next.

use std::fmt;

use miette::{NamedSource, SourceSpan};

use crate::docker::Engine;
use crate::docker::cause::{Cause, telling_line};
use crate::docker::error::Error;
use crate::docker::observed::{Container, Health, State};

/// How many lines of a log are read for its cause.
const READ: u32 = 400;
/// How many lines of a log are shown.
const SHOWN: usize = 12;

/// A container that fails.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("container `{container}` {fate}: {cause}")]
pub struct Ailment {
    /// Its name.
    pub container: String,
    /// What became of it.
    pub fate: Fate,
    /// Why.
    pub cause: Cause,
    /// What to do next.
    #[help]
    pub remedy: String,
    /// The last lines of its log.
    #[source_code]
    pub log: NamedSource<String>,
    /// The line that tells.
    #[label("this ended it")]
    pub line: Option<SourceSpan>,
}

/// What became of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It ended.
    Exited(i64),
    /// It ends and is started again.
    Restarting {
        /// How often so far.
        times: i64,
        /// The code it last ended with.
        code: i64,
    },
    /// Its health check gave up.
    Unhealthy,
    /// The engine could not start it.
    NotStarted,
    /// It runs, on data whose initialisation was cut off.
    HalfMade,
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(code) => write!(f, "exited with code {code}"),
            Self::Restarting { times, code } => {
                write!(
                    f,
                    "restarts over and over ({times} times, last with code {code})"
                )
            }
            Self::Unhealthy => f.write_str("is unhealthy"),
            Self::NotStarted => f.write_str("could not be started"),
            Self::HalfMade => f.write_str("has a half-made cluster"),
        }
    }
}

impl Ailment {
    /// What a container's state and log say together.
    pub fn of(container: &Container, fate: Fate, log: &str) -> Self {
        let cause = match &fate {
            Fate::NotStarted => Cause::NotStarted(container.engine_error.trim().to_owned()),
            _ if container.out_of_memory => Cause::OutOfMemory,
            Fate::HalfMade => Cause::of_first_start(log).unwrap_or(Cause::Silent),
            Fate::Unhealthy => match &container.health {
                Health::Unhealthy(said) if !said.is_empty() => Cause::Said(said.clone()),
                Health::Unhealthy(_) | Health::Unchecked | Health::Starting | Health::Healthy => {
                    Cause::of_log(log)
                }
            },
            Fate::Exited(_) | Fate::Restarting { .. } => Cause::of_log(log),
        };
        let shown = last_lines(log, SHOWN);
        let line =
            telling_line(&shown).and_then(|line| Some((shown.find(line)?, line.len()).into()));
        let service = container.service().unwrap_or(&container.name);
        Self {
            remedy: cause.remedy(service),
            log: NamedSource::new(format!("log of {}", container.name), shown),
            container: container.name.clone(),
            fate,
            cause,
            line,
        }
    }
}

/// What a container's state alone says of its fate, while it is waited for. A container that
/// runs, however slowly it comes up, has none.
pub fn fate(container: &Container) -> Option<Fate> {
    match (container.state, &container.health) {
        (State::Exited | State::Dead, _) => Some(Fate::Exited(container.exit_code)),
        (State::Restarting, _) => Some(Fate::Restarting {
            times: container.restarts,
            code: container.exit_code,
        }),
        (State::Created, _) if !container.engine_error.is_empty() => Some(Fate::NotStarted),
        (State::Running, Health::Unhealthy(_)) => Some(Fate::Unhealthy),
        (State::Created | State::Running | State::Paused | State::Removing, _) => None,
    }
}

fn last_lines(log: &str, count: usize) -> String {
    let lines: Vec<_> = log.lines().filter(|it| !it.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

impl Engine {
    /// Why a container will never do what is waited for, where that can be known.
    pub async fn ailment(&self, container: &str) -> Result<Option<Error>, Error> {
        let container = self.container(container).await?;
        Ok(self.ailment_of(&container).await?.map(Into::into))
    }

    pub(in crate::docker) async fn ailment_of(
        &self,
        container: &Container,
    ) -> Result<Option<Ailment>, Error> {
        if let Some(fate) = fate(container) {
            let log = self.log_tail(&container.id, READ).await?;
            return Ok(Some(Ailment::of(container, fate, &log)));
        }
        // It was restarted after its first start had failed, and now skips what failed.
        if container.state == State::Running && container.restarts > 0 {
            return self.half_made(container).await;
        }
        Ok(None)
    }

    /// Whether a script ended the first start half-way, after which the image serves what is
    /// there as if it were whole.
    pub(in crate::docker) async fn half_made(
        &self,
        container: &Container,
    ) -> Result<Option<Ailment>, Error> {
        let log = self.log_tail(&container.id, READ).await?;
        Ok(Cause::of_first_start(&log).map(|_| Ailment::of(container, Fate::HalfMade, &log)))
    }
}
