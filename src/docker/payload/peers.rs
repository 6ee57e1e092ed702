//! The other services that a service refers to, by the containers that run them.
//!
//! Compose replaces such references before it hashes a service, so the hash holds the ids of the
//! containers, and changes with them.

use std::collections::BTreeMap;

use crate::compose::Service;
use crate::ident::ServiceName;

/// The container of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The engine's id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// The containers of services that are there.
pub type Peers = BTreeMap<ServiceName, Peer>;

/// A service with its references to others replaced, as Compose hashes it.
pub(in crate::docker) fn resolved(service: &Service, peers: &Peers) -> Service {
    let mut service = service.clone();
    for mode in [
        &mut service.network_mode,
        &mut service.ipc,
        &mut service.pid,
    ]
    .into_iter()
    .flatten()
    {
        *mode = namespace(mode, peers);
    }
    for line in &mut service.volumes_from {
        let (name, rest) = line.split_once(':').unwrap_or((line, ""));
        let replaced = match peers.get(name) {
            _ if name == "container" => rest.split(':').next().map(str::to_owned),
            peer => peer.map(|it| it.id.clone()),
        };
        if let Some(replaced) = replaced {
            *line = replaced;
        }
    }
    service
}

/// `service:x` as the engine knows it: by its container.
pub(super) fn namespace(mode: &str, peers: &Peers) -> String {
    match mode.strip_prefix("service:").and_then(|it| peers.get(it)) {
        Some(peer) => format!("container:{}", peer.id),
        None => mode.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Peer, Peers, resolved};
    use crate::compose::Service;
    use crate::ident::ServiceName;

    #[test]
    fn references_become_ids() {
        let peer = Peer {
            id: "f00".to_owned(),
            name: "x-db-1".to_owned(),
        };
        let peers = Peers::from([(ServiceName::new("db"), peer)]);
        let mut service = Service::named(ServiceName::new("sidecar"));
        service.network_mode = Some("service:db".to_owned());
        service.pid = Some("host".to_owned());
        service.volumes_from = ["db:ro", "container:other:ro", "gone"]
            .map(str::to_owned)
            .into();
        let resolved = resolved(&service, &peers);
        assert_eq!(resolved.network_mode.as_deref(), Some("container:f00"));
        assert_eq!(resolved.pid.as_deref(), Some("host"));
        assert_eq!(resolved.volumes_from, ["f00", "other", "gone"]);
    }
}
