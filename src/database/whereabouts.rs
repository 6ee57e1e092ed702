//! What the engine knows of where a service's container and this process stand, as
//! [`host`] reads it.
//!
//! `host` knows no engine and `docker` knows no vantage; here the words of one become the
//! words of the other.

use crate::docker::engine::Reach;
use crate::docker::observed::{self, Container, State};
use crate::docker::{Engine, Error};
use crate::host::{
    self, Attachment, Evidence, Network, OwnContainer, Published, Server, Service, Standing,
};
use crate::ident::ServiceName;

/// Adds to `evidence` what the engine says about a service, about its container if it has one,
/// and about the container this process is in.
///
/// On a machine this asks the engine nothing; in a container it is one question. What the
/// engine does not answer stays unknown.
pub async fn gather(
    mut evidence: Evidence,
    engine: &Engine,
    service: &ServiceName,
    port: u16,
    container: Option<&Container>,
) -> Evidence {
    evidence.engine = match engine.reach() {
        Reach::Local => host::Engine::Local,
        Reach::Remote { host } => host::Engine::on(&host),
    };
    evidence.server = Server::Container(match container {
        Some(container) => {
            let owner = owner_of_network(engine, container).await;
            describe(service, port, container, owner.as_ref())
        }
        None => absent(service, port),
    });
    if let Some(id) = evidence.surroundings.own_container_id() {
        evidence.own = match engine.container(&id).await {
            Ok(own) => {
                let own = owner_of_network(engine, &own).await.unwrap_or(own);
                OwnContainer::Known {
                    network: network(&own),
                    id: own.id,
                }
            }
            Err(Error::NoContainer { .. }) => OwnContainer::Elsewhere,
            Err(_) => OwnContainer::Unknown,
        };
    }
    evidence
}

/// The container whose network this one joined, with `network_mode: service:…`.
async fn owner_of_network(engine: &Engine, container: &Container) -> Option<Container> {
    let name = container.network_mode.strip_prefix("container:")?;
    engine.container(name).await.ok()
}

fn describe(
    service: &ServiceName,
    port: u16,
    container: &Container,
    owner: Option<&Container>,
) -> Service {
    // Who joins another's network is published where that one is.
    let seen = owner.unwrap_or(container);
    Service {
        name: service.clone(),
        container: container.name.clone(),
        id: seen.id.clone(),
        standing: match container.state {
            State::Running | State::Paused => Standing::Running,
            State::Created | State::Restarting | State::Removing | State::Exited | State::Dead => {
                Standing::Stopped
            }
        },
        port,
        published: seen.published_at(port).map(published).collect(),
        network: network(seen),
    }
}

/// A service that has no container yet: its name is still its own.
fn absent(service: &ServiceName, port: u16) -> Service {
    Service {
        name: service.clone(),
        container: service.to_string(),
        id: String::new(),
        standing: Standing::Stopped,
        port,
        published: Vec::new(),
        network: Network::Attached(Vec::new()),
    }
}

fn published(published: observed::Published) -> Published {
    Published {
        host_ip: published.host_ip.to_string(),
        host_port: published.host_port,
    }
}

fn network(container: &Container) -> Network {
    if container.network_mode == "host" {
        return Network::Host;
    }
    if container.network_mode == "none" {
        return Network::None;
    }
    if let Some(id) = container.network_mode.strip_prefix("container:") {
        return Network::Container(id.to_owned());
    }
    let attached = container.networks.iter().map(|it| Attachment {
        network: it.network.clone(),
        id: it.network_id.clone(),
        addresses: it.addresses.clone(),
        aliases: it.aliases.clone(),
    });
    Network::Attached(attached.collect())
}
