//! `ports`: what of a container is reachable from the host.

use serde::Serialize;

/// One published port, in the long form whatever the file says.
///
/// This is what was asked for. Where a port really is, only the engine knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Port {
    /// A name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `ingress` or `host`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// The host's address, all of them without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_ip: Option<String>,
    /// The container's port.
    pub target: u16,
    /// The host's port or a range of them to choose from; a free one without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// `tcp`, `udp` or `sctp`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// What is spoken on it, for other tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_protocol: Option<String>,
}
