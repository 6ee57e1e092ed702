//! Why the engine could not publish a port, read from what it said.
//!
//! Each engine and each release words it differently; the wordings are gathered here. Who holds
//! the port is found elsewhere.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// A host port that could not be bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortRefusal {
    /// The address and port that were asked for; port 0 where the engine did not say.
    pub at: SocketAddr,
    /// Why.
    pub reason: PortReason,
}

/// Why a host port cannot be bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortReason {
    /// Another container or process has it.
    Taken,
    /// Windows keeps a range of ports for itself (Hyper-V, WSL), and it lies within.
    Reserved,
    /// It is below 1024 and the engine runs without the right to bind such a port.
    Privileged,
    /// The address belongs to no interface of the engine's host.
    ForeignAddress,
}

impl PortRefusal {
    /// Reads what the engine said when it could not start a container.
    pub fn read(said: &str) -> Option<Self> {
        let reason = WORDINGS
            .iter()
            .find(|(wording, _)| said.contains(wording))?
            .1;
        let speaks_of_ports = PLACES.iter().any(|it| said.contains(it));
        speaks_of_ports.then(|| Self {
            at: address(said),
            reason,
        })
    }
}

/// How a failed bind is told.
const WORDINGS: &[(&str, PortReason)] = &[
    ("port is already allocated", PortReason::Taken),
    ("forbidden by its access permissions", PortReason::Reserved),
    ("address already in use", PortReason::Taken),
    ("Only one usage of each socket address", PortReason::Taken),
    (
        "cannot assign requested address",
        PortReason::ForeignAddress,
    ),
    ("can't assign requested address", PortReason::ForeignAddress),
    (
        "requested address is not valid in its context",
        PortReason::ForeignAddress,
    ),
    ("cannot expose privileged port", PortReason::Privileged),
    ("permission denied", PortReason::Privileged),
];

/// What shows that the failure is about a port at all.
const PLACES: &[&str] = &[
    "port is already allocated",
    "Ports are not available",
    "failed to bind host port",
    "failed programming external connectivity",
    "userland proxy",
    "cannot expose privileged port",
    "rootlessport",
    "listen tcp",
    "listen udp",
];

/// The first address with a port in a text.
fn address(said: &str) -> SocketAddr {
    said.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '(' | ')'))
        .filter(|word| word.contains(':'))
        .find_map(socket)
        .unwrap_or(SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0))
}

/// Reads `0.0.0.0:5433`, `[::]:5433`, `:::5433`, `0.0.0.0:5433/tcp` and
/// `0.0.0.0:5433:172.18.0.2:5432/tcp:`.
fn socket(word: &str) -> Option<SocketAddr> {
    let word = word.trim_end_matches([':', ',', '.', ';']);
    let (host, rest) = if let Some(bracketed) = word.strip_prefix('[') {
        let (host, rest) = bracketed.split_once(']')?;
        (host, rest.strip_prefix(':')?)
    } else if let Some(rest) = word.strip_prefix(":::") {
        ("::", rest)
    } else {
        word.split_once(':')?
    };
    let host: IpAddr = host.parse().ok()?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    let port: u16 = digits.parse().ok().filter(|it| *it != 0)?;
    Some(SocketAddr::new(host, port))
}

#[cfg(test)]
mod tests {
    use super::{PortReason, PortRefusal};

    #[test]
    fn each_wording_is_recognised() {
        let cases = [
            (
                "driver failed programming external connectivity on endpoint townpass_db (f00): \
                 Bind for 0.0.0.0:5433 failed: port is already allocated",
                "0.0.0.0:5433",
                PortReason::Taken,
            ),
            (
                "driver failed programming external connectivity on endpoint x (f00): Error \
                 starting userland proxy: listen tcp4 127.0.0.1:5433: bind: address already in use",
                "127.0.0.1:5433",
                PortReason::Taken,
            ),
            (
                "failed to set up container networking: driver failed programming external \
                 connectivity on endpoint x (f00): failed to bind host port for \
                 0.0.0.0:5433:172.18.0.2:5432/tcp: address already in use",
                "0.0.0.0:5433",
                PortReason::Taken,
            ),
            (
                "failed to bind host port 0.0.0.0:5433/tcp: address already in use",
                "0.0.0.0:5433",
                PortReason::Taken,
            ),
            (
                "driver failed programming external connectivity on endpoint x (f00): Error \
                 starting userland proxy: listen tcp6 [::1]:5433: bind: address already in use",
                "[::1]:5433",
                PortReason::Taken,
            ),
            (
                "Bind for :::5433 failed: port is already allocated",
                "[::]:5433",
                PortReason::Taken,
            ),
            (
                "Ports are not available: exposing port TCP 0.0.0.0:5433 -> 0.0.0.0:0: listen tcp \
                 0.0.0.0:5433: bind: An attempt was made to access a socket in a way forbidden by \
                 its access permissions.",
                "0.0.0.0:5433",
                PortReason::Reserved,
            ),
            (
                "Ports are not available: listen tcp 0.0.0.0:5433: bind: Only one usage of each \
                 socket address (protocol/network address/port) is normally permitted.",
                "0.0.0.0:5433",
                PortReason::Taken,
            ),
            (
                "Ports are not available: exposing port TCP 127.0.0.1:5433 -> 127.0.0.1:0: listen \
                 tcp 127.0.0.1:5433: bind: address already in use",
                "127.0.0.1:5433",
                PortReason::Taken,
            ),
            (
                "rootlessport listen tcp 0.0.0.0:5433: bind: address already in use",
                "0.0.0.0:5433",
                PortReason::Taken,
            ),
            (
                "rootlessport cannot expose privileged port 80, you can add \
                 'net.ipv4.ip_unprivileged_port_start=80' to /etc/sysctl.conf",
                "0.0.0.0:0",
                PortReason::Privileged,
            ),
            (
                "driver failed programming external connectivity on endpoint x (f00): Error \
                 starting userland proxy: listen tcp4 192.0.2.7:5433: bind: cannot assign \
                 requested address",
                "192.0.2.7:5433",
                PortReason::ForeignAddress,
            ),
        ];
        for (said, at, reason) in cases {
            let read = PortRefusal::read(said).expect(said);
            assert_eq!(
                (read.at.to_string().as_str(), read.reason),
                (at, reason),
                "{said}"
            );
        }
    }

    #[test]
    fn other_failures_are_not_about_ports() {
        for said in [
            "OCI runtime create failed: exec: \"nope\": permission denied: unknown",
            "error while creating mount source path '/x': mkdir /x: permission denied",
            "network backend_default not found",
            "Conflict. The container name \"/x\" is already in use by container \"f00\"",
        ] {
            assert_eq!(PortRefusal::read(said), None, "{said}");
        }
    }
}
