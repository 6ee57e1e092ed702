//! Finds who has a port of the host, and one that is free.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};

use crate::compose::Service;
use crate::docker::Engine;
use crate::docker::engine::Reach;
use crate::docker::observed::{Listed, Protocol};
use crate::docker::port::refusal::{PortReason, PortRefusal};
use crate::docker::port::taken::{PortHolder, PortTaken};

impl Engine {
    /// The ports of this machine that `service` asks for and somebody else has, while its own
    /// container does not run. A container that publishes the port is found on any machine, a
    /// process only on this one. `file` is the Compose file, for the advice.
    pub async fn ports_taken(&self, service: &Service, file: &str) -> Vec<PortTaken> {
        let listed = self.all_containers().await.unwrap_or_default();
        let local = self.reach() == Reach::Local;
        let mut found = Vec::new();
        for at in wanted(service) {
            let reason = match container_on(&listed, at.port()) {
                Some(_) => Some(PortReason::Taken),
                None if local => refused(at),
                None => None,
            };
            if let Some(reason) = reason {
                let refusal = PortRefusal { at, reason };
                let taken = PortTaken::new(&refusal, service, file.to_owned());
                found.push(self.explained(taken).await);
            }
        }
        found
    }

    /// Completes what the engine did not say: who has the port, and a free one. Whatever cannot
    /// be found out is left open.
    pub(in crate::docker) async fn explained(&self, mut taken: PortTaken) -> PortTaken {
        let listed = self.all_containers().await.unwrap_or_default();
        let port = taken.at.port();
        let local = self.reach() == Reach::Local;
        taken.holder = container_on(&listed, port).or_else(|| process_on(port).filter(|_| local));
        taken.free = (port.max(1024)..=u16::MAX)
            .skip(1)
            .take(200)
            .find(|candidate| {
                container_on(&listed, *candidate).is_none()
                    && (!local || can_be_bound(SocketAddr::new(taken.at.ip(), *candidate)))
            });
        taken
    }
}

fn container_on(listed: &[Listed], port: u16) -> Option<PortHolder> {
    let publishes = |it: &&Listed| {
        it.published
            .iter()
            .any(|it| it.host_port == port && it.protocol == Protocol::Tcp)
    };
    listed
        .iter()
        .find(publishes)
        .cloned()
        .map(PortHolder::Container)
}

/// The process that listens on a port, if we may see it.
fn process_on(port: u16) -> Option<PortHolder> {
    let process = listeners::get_process_by_port(port, listeners::Protocol::TCP).ok()?;
    Some(PortHolder::Process {
        name: process.name,
        pid: process.pid,
    })
}

fn can_be_bound(at: SocketAddr) -> bool {
    let everywhere: IpAddr = if at.is_ipv6() {
        [0; 16].into()
    } else {
        [0; 4].into()
    };
    [at.ip(), everywhere]
        .into_iter()
        .all(|ip| TcpListener::bind((ip, at.port())).is_ok())
}

/// The TCP ports of the host that a service asks for by number.
pub fn wanted(service: &Service) -> Vec<SocketAddr> {
    let tcp = service.ports.iter().filter(|it| {
        let protocol = it.protocol.as_deref();
        protocol.is_none_or(|protocol| protocol == "tcp")
    });
    tcp.filter_map(|it| {
        let ip = it.host_ip.as_deref().and_then(|ip| ip.parse().ok());
        let ip = ip.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
        Some(SocketAddr::new(ip, it.published.as_deref()?.parse().ok()?))
    })
    .collect()
}

/// Why we could not listen at `at`. What only the engine may do is no refusal.
fn refused(at: SocketAddr) -> Option<PortReason> {
    match TcpListener::bind(at).err()?.kind() {
        ErrorKind::AddrInUse => Some(PortReason::Taken),
        ErrorKind::AddrNotAvailable => Some(PortReason::ForeignAddress),
        ErrorKind::PermissionDenied if cfg!(windows) => Some(PortReason::Reserved),
        _ => None,
    }
}

/// The first port from `first` on that nobody listens on; `first` itself where there is none.
pub fn free_from(first: u16) -> u16 {
    let mut ports = (first..=u16::MAX).take(200);
    let everywhere = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    let free = ports.find(|port| can_be_bound(SocketAddr::new(everywhere, *port)));
    free.unwrap_or(first)
}
