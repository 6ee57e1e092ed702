//! `devices` of a service.

use serde::Serialize;

/// A device of the host, given to a container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Device {
    /// Its path on the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Its path in the container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// `r`, `w` and `m`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permissions: Option<String>,
}
