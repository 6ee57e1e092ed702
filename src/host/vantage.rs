//! Where this process stands relative to the database's service.

use std::fmt;

use super::evidence::{Attachment, Engine, Evidence, Network, OwnContainer, Server};
use super::surroundings::{Place, Sort};

/// Where this process stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Vantage {
    /// On the machine whose loopback has the published ports.
    Host,
    /// In a WSL distribution, which shares that loopback.
    Wsl {
        /// Its name.
        distribution: String,
    },
    /// In a container that shares that loopback: `network_mode: host`, or the engine runs in
    /// this very container.
    HostNetwork(Sort),
    /// Away from the engine, which is on another machine.
    RemoteClient {
        /// That machine.
        engine: String,
    },
    /// In a container on one of the service's networks.
    ServiceNetwork {
        /// That network.
        network: String,
    },
    /// In a container that shares the service's own network namespace.
    ServiceNamespace,
    /// In a container on none of the service's networks, or on networks unknown.
    Container(Sort),
}

impl Vantage {
    /// Reads the vantage from the evidence.
    pub fn of(evidence: &Evidence) -> Self {
        let place = evidence.surroundings.place();
        if let (Place::Container(sort), OwnContainer::Known { id, network }) =
            (&place, &evidence.own)
        {
            return Self::in_container(*sort, id, network, evidence);
        }
        match (&evidence.engine, place) {
            (Engine::Remote { host }, _) => Self::RemoteClient {
                engine: host.clone(),
            },
            (_, Place::Machine) => Self::Host,
            (_, Place::Wsl { distribution }) => Self::Wsl { distribution },
            (Engine::Local, Place::Container(sort)) if evidence.own == OwnContainer::Elsewhere => {
                Self::HostNetwork(sort)
            }
            (Engine::Local | Engine::None, Place::Container(sort)) => Self::Container(sort),
        }
    }

    fn in_container(sort: Sort, id: &str, network: &Network, evidence: &Evidence) -> Self {
        let Server::Container(service) = &evidence.server else {
            return match network {
                Network::Host => Self::HostNetwork(sort),
                Network::Attached(_) | Network::Container(_) | Network::None => {
                    Self::Container(sort)
                }
            };
        };
        let joined = |network: &Network, id: &str| matches!(network, Network::Container(other) if other == id);
        // A container that joins another's network gets that one's `/etc/hostname` as well, so
        // that it takes itself for the other.
        if id == service.id || joined(network, &service.id) || joined(&service.network, id) {
            return Self::ServiceNamespace;
        }
        match (network, &service.network) {
            (Network::Host, _) => Self::HostNetwork(sort),
            (Network::Attached(own), Network::Attached(theirs)) => {
                match shared(own, theirs).next() {
                    Some(attachment) => Self::ServiceNetwork {
                        network: attachment.network.clone(),
                    },
                    None => Self::Container(sort),
                }
            }
            _ => Self::Container(sort),
        }
    }
}

/// The service's places on networks that this container is on as well.
pub(in crate::host) fn shared<'a>(
    own: &'a [Attachment],
    theirs: &'a [Attachment],
) -> impl Iterator<Item = &'a Attachment> {
    theirs
        .iter()
        .filter(|it| own.iter().any(|mine| mine.id == it.id))
}

impl fmt::Display for Vantage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host => f.write_str("the host"),
            Self::Wsl { distribution } => write!(f, "WSL ({distribution})"),
            Self::HostNetwork(sort) => write!(f, "{sort} that shares the engine's network"),
            Self::RemoteClient { engine } => write!(f, "a client of the engine on `{engine}`"),
            Self::ServiceNetwork { network } => write!(f, "a container on the network `{network}`"),
            Self::ServiceNamespace => f.write_str("a container in the database's own network"),
            Self::Container(sort) => write!(f, "{sort}"),
        }
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plain => "a container",
            Self::Podman => "a Podman container",
            Self::DevContainer => "a dev container",
            Self::Codespaces => "a codespace",
            Self::Kubernetes => "a Kubernetes pod",
        })
    }
}
