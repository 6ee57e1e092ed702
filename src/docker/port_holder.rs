//! Finds who has a port of the host, and one that is free.

use std::net::{IpAddr, SocketAddr, TcpListener};

use super::Engine;
use crate::docker::engine::Reach;
use crate::docker::observed::{Listed, Protocol};
use crate::docker::port_taken::{PortHolder, PortTaken};

impl Engine {
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
