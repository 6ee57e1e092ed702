//! `healthcheck`: how the engine asks a container how it is.

use serde::Serialize;

use super::Duration;

/// A health check. What is `None` is the image's or the engine's own default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HealthCheck {
    /// `NONE`, or `CMD` and arguments, or `CMD-SHELL` and one line. Empty keeps the image's test.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub test: Vec<String>,
    /// How long one probe may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// The pause between probes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Duration>,
    /// How many failures make it unhealthy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Option<u64>,
    /// How long failures do not count at the beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_period: Option<Duration>,
    /// The pause between probes at the beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_interval: Option<Duration>,
    /// `disable: true`, which means the test `NONE`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disable: bool,
}
