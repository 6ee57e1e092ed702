//! What host names mean: this machine, the engine's host, the service.

use std::net::IpAddr;

use super::evidence::{Engine, Evidence, Network, Server, Service};

/// Names by which a container reaches the machine it runs on, in the order to try.
pub const HOST_NAMES: &[&str] = &["host.docker.internal", "host.containers.internal"];

/// Further names of the same, seen in URLs.
const OTHER_HOST_NAMES: &[&str] = &[
    "gateway.docker.internal",
    "docker.for.mac.localhost",
    "docker.for.mac.host.internal",
    "docker.for.win.localhost",
    "docker.for.win.host.internal",
    "host.lima.internal",
    "host.rancher-desktop.internal",
    "host.minikube.internal",
    "host.orb.internal",
];

/// What a URL means by its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The database's service, by one of its names or addresses.
    Service,
    /// This machine, or the machine this container runs on.
    Machine,
    /// Another machine: somebody else's database.
    Another,
}

/// Whether `host` is this very machine's loopback, by name or address. An unspecified address
/// counts: to connect to it means the same.
pub fn is_loopback(host: &str) -> bool {
    let name = normal(host);
    if name == "localhost" || name.ends_with(".localhost") {
        return true;
    }
    name.parse::<IpAddr>().is_ok_and(|address| {
        let address = address.to_canonical();
        address.is_loopback() || address.is_unspecified()
    })
}

/// What `host` in a URL means here.
pub fn meaning(host: &str, evidence: &Evidence) -> Meaning {
    let name = normal(host);
    let named = match &evidence.server {
        Server::Unknown => false,
        Server::Container(service) => is_service(&name, service),
        Server::Process { name: service, .. } => name == normal(service.as_str()),
    };
    let engine = match &evidence.engine {
        Engine::Remote { host } => normal(host) == name,
        Engine::None | Engine::Local => false,
    };
    if named || engine {
        Meaning::Service
    } else if is_loopback(&name)
        || HOST_NAMES.contains(&name.as_str())
        || OTHER_HOST_NAMES.contains(&name.as_str())
        || (!name.is_empty() && name == normal(&evidence.surroundings.hostname))
    {
        Meaning::Machine
    } else {
        Meaning::Another
    }
}

fn is_service(name: &str, service: &Service) -> bool {
    let mut names = vec![normal(service.name.as_str()), normal(&service.container)];
    if service.id.len() >= 12 {
        names.push(normal(&service.id));
        names.push(normal(&service.id[..12]));
    }
    names.extend(
        service
            .published
            .iter()
            .filter(|it| !is_loopback(&it.host_ip))
            .map(|it| normal(&it.host_ip)),
    );
    if let Network::Attached(attachments) = &service.network {
        for attachment in attachments {
            for alias in &attachment.aliases {
                names.push(normal(alias));
            }
            names.extend(attachment.addresses.iter().map(ToString::to_string));
            // The engine's DNS knows each name with the network's name behind it as well.
            for index in 0..names.len() {
                names.push(format!("{}.{}", names[index], normal(&attachment.network)));
            }
        }
    }
    !name.is_empty() && names.iter().any(|it| it == name)
}

fn normal(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}
