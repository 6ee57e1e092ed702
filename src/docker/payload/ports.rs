//! Ports that are exposed, and ports that are published.

use std::collections::{BTreeSet, HashMap};

use bollard::models::{PortBinding, PortMap};

use crate::compose::{Port, Service};
use crate::docker::decide::refusal::Refusal;

/// The ports of a container, as `5432/tcp`: those published and those of `expose`.
pub(super) fn exposed(service: &Service) -> Result<Vec<String>, Refusal> {
    let mut all: BTreeSet<String> = service.ports.iter().map(key).collect();
    for line in &service.expose {
        let (ports, protocol) = line.split_once('/').unwrap_or((line, "tcp"));
        let (first, last) = ports.split_once('-').unwrap_or((ports, ports));
        let (Ok(first), Ok(last)) = (first.parse::<u16>(), last.parse::<u16>()) else {
            return Err(Refusal::Unsupported {
                service: service.name.to_string(),
                key: "expose".to_owned(),
                because: format!(": `{line}` is no port"),
            });
        };
        all.extend((first..=last).map(|port| format!("{port}/{protocol}")));
    }
    Ok(all.into_iter().collect())
}

/// Which host ports lead to which of the container's.
pub(super) fn bindings(service: &Service) -> PortMap {
    let mut all: HashMap<String, Option<Vec<PortBinding>>> = HashMap::new();
    for port in &service.ports {
        all.entry(key(port))
            .or_default()
            .get_or_insert_default()
            .push(PortBinding {
                host_ip: port.host_ip.clone(),
                host_port: Some(port.published.clone().unwrap_or_default()),
            });
    }
    all
}

fn key(port: &Port) -> String {
    format!(
        "{}/{}",
        port.target,
        port.protocol.as_deref().unwrap_or("tcp")
    )
}
