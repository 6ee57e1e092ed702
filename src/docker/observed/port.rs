//! Where a port of a container is really published.
//!
//! The truth is in the inspection, never in the Compose file: ranges and free ports are chosen by
//! the engine, and IPv4 and IPv6 may differ.

use std::net::{IpAddr, Ipv4Addr};

use bollard::models::PortMap;

/// A port of a container that is reachable from outside its networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Published {
    /// The port inside.
    pub container_port: u16,
    /// Its protocol.
    pub protocol: Protocol,
    /// The address it is bound to on the engine's host; `0.0.0.0` also where none is named.
    pub host_ip: IpAddr,
    /// The port there.
    pub host_port: u16,
}

/// A transport protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl Published {
    pub(super) fn read(raw: Option<PortMap>) -> Vec<Self> {
        let mut published: Vec<_> = raw
            .unwrap_or_default()
            .into_iter()
            .filter_map(|(port, bindings)| Some((container_port(&port)?, bindings?)))
            .flat_map(|((container_port, protocol), bindings)| {
                bindings.into_iter().filter_map(move |binding| {
                    Some(Self {
                        container_port,
                        protocol,
                        host_ip: host_ip(binding.host_ip.as_deref()),
                        host_port: binding.host_port?.parse().ok().filter(|it| *it != 0)?,
                    })
                })
            })
            .collect();
        published.sort_unstable();
        published.dedup();
        published
    }
}

/// The port and protocol of a key such as `5432/tcp`.
pub(super) fn container_port(key: &str) -> Option<(u16, Protocol)> {
    let (port, protocol) = key.split_once('/').unwrap_or((key, "tcp"));
    let protocol = match protocol {
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        "sctp" => Protocol::Sctp,
        _ => return None,
    };
    Some((port.parse().ok()?, protocol))
}

/// Some engines leave the address empty where they mean all of them.
pub(super) fn host_ip(raw: Option<&str>) -> IpAddr {
    raw.and_then(|it| it.parse().ok())
        .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}
