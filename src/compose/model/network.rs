//! Networks, and how a service is attached to them.

use std::collections::BTreeMap;

use serde::Serialize;

/// A network of the project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// Its name in the engine: `<project>_<key>` unless the file names it.
    pub name: String,
    /// Whether it is somebody else's: never created, never removed.
    pub external: bool,
    /// Its driver, the engine's default without.
    pub driver: Option<String>,
    /// The driver's options.
    pub driver_opts: BTreeMap<String, String>,
    /// Its addresses.
    pub ipam: Ipam,
    /// Whether it is cut off from outside.
    pub internal: bool,
    /// Whether others may attach by hand.
    pub attachable: bool,
    /// The user's labels.
    pub labels: BTreeMap<String, String>,
    /// Whether it has IPv4.
    pub enable_ipv4: Option<bool>,
    /// Whether it has IPv6.
    pub enable_ipv6: Option<bool>,
}

/// How a network gives out addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ipam {
    /// The driver.
    pub driver: Option<String>,
    /// Its pools.
    pub config: Vec<Pool>,
}

/// One range of addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pool {
    /// In CIDR notation.
    pub subnet: Option<String>,
    /// The gateway's address.
    pub gateway: Option<String>,
    /// The part that is given out.
    pub ip_range: Option<String>,
    /// Addresses already taken, by name.
    pub aux_addresses: BTreeMap<String, String>,
}

/// How a service is attached to one network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Attachment {
    /// The order of attaching: higher first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i64>,
    /// Which network's gateway is the default: higher wins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gw_priority: Option<i64>,
    /// Further host names on this network.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// A fixed IPv4 address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv4_address: Option<String>,
    /// A fixed IPv6 address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv6_address: Option<String>,
    /// Link-local addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub link_local_ips: Vec<String>,
    /// A fixed MAC address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac_address: Option<String>,
    /// The driver's options for this endpoint.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub driver_opts: BTreeMap<String, String>,
}
