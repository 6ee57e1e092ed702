//! `depends_on`: what must be there before a service starts.

use serde::Serialize;

/// One service that another one needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Dependency {
    /// What must have happened to it.
    pub condition: Condition,
    /// Whether a restart of it restarts the dependent service.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub restart: bool,
    /// Whether the dependent service fails without it.
    pub required: bool,
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Condition {
    /// Its container was started.
    #[serde(rename = "service_started")]
    Started,
    /// Its health check succeeds.
    #[serde(rename = "service_healthy")]
    Healthy,
    /// It ended with exit code 0.
    #[serde(rename = "service_completed_successfully")]
    CompletedSuccessfully,
}

impl Condition {
    /// The word of the Compose file and of the `depends_on` label.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Started => "service_started",
            Self::Healthy => "service_healthy",
            Self::CompletedSuccessfully => "service_completed_successfully",
        }
    }
}
