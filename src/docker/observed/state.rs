//! How a container stands and what its health check says.

use bollard::models::{ContainerStateStatusEnum, HealthStatusEnum};

/// How a container stands, in Docker's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Made, never started.
    Created,
    /// Running.
    Running,
    /// Paused by `docker pause`.
    Paused,
    /// Ended, about to be started again by its restart policy.
    Restarting,
    /// Being removed.
    Removing,
    /// Ended.
    Exited,
    /// Could not be removed wholly.
    Dead,
}

/// What a health check says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// There is no health check.
    Unchecked,
    /// No verdict yet.
    Starting,
    /// The check succeeds.
    Healthy,
    /// The check failed as often as it may. With the output of its last attempt.
    Unhealthy(String),
}

impl State {
    pub(super) fn read(raw: Option<ContainerStateStatusEnum>) -> Self {
        use ContainerStateStatusEnum as Raw;
        match raw {
            Some(Raw::RUNNING | Raw::STOPPING) => Self::Running,
            Some(Raw::PAUSED) => Self::Paused,
            Some(Raw::RESTARTING) => Self::Restarting,
            Some(Raw::REMOVING) => Self::Removing,
            Some(Raw::EXITED) => Self::Exited,
            Some(Raw::DEAD) => Self::Dead,
            Some(Raw::CREATED | Raw::EMPTY) | None => Self::Created,
        }
    }

    /// Whether stopping it changes anything.
    pub fn can_be_stopped(self) -> bool {
        match self {
            Self::Running | Self::Paused | Self::Restarting => true,
            Self::Created | Self::Removing | Self::Exited | Self::Dead => false,
        }
    }

    /// Docker's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Removing => "removing",
            Self::Exited => "exited",
            Self::Dead => "dead",
        }
    }

    pub(super) fn of_word(word: &str) -> Self {
        match word {
            "running" => Self::Running,
            "paused" => Self::Paused,
            "restarting" => Self::Restarting,
            "removing" => Self::Removing,
            "exited" => Self::Exited,
            "dead" => Self::Dead,
            _ => Self::Created,
        }
    }
}

impl Health {
    pub(super) fn read(raw: Option<bollard::models::Health>) -> Self {
        use HealthStatusEnum as Raw;
        let Some(raw) = raw else {
            return Self::Unchecked;
        };
        match raw.status {
            Some(Raw::STARTING) => Self::Starting,
            Some(Raw::HEALTHY) => Self::Healthy,
            Some(Raw::UNHEALTHY) => {
                let last = raw.log.unwrap_or_default().pop();
                let said = last.and_then(|it| it.output).unwrap_or_default();
                Self::Unhealthy(said.trim().to_owned())
            }
            Some(Raw::NONE | Raw::EMPTY) | None => Self::Unchecked,
        }
    }

    /// Docker's word for it, where there is a check.
    pub fn word(&self) -> Option<&'static str> {
        match self {
            Self::Unchecked => None,
            Self::Starting => Some("starting"),
            Self::Healthy => Some("healthy"),
            Self::Unhealthy(_) => Some("unhealthy"),
        }
    }
}
