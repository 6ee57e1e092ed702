//! Networks: how they are made, and how a container is attached to them.
//!
//! On each network a container answers to its own name, its service's, and the aliases of the
//! Compose file, in this order. An engine before API 1.44 takes one network at creation; the
//! others are attached before the start.

use std::collections::HashMap;

use bollard::models::{
    EndpointIpamConfig, EndpointSettings, Ipam, IpamConfig, NetworkCreateRequest,
    VolumeCreateRequest,
};

use super::Circumstances;
use super::peers::namespace;
use crate::compose::{Attachment, Network, Service, Volume};
use crate::docker::engine::ApiVersion;
use crate::docker::labels;

/// The first API that takes several networks, and a MAC address on each, at creation.
const SEVERAL: ApiVersion = ApiVersion {
    major: 1,
    minor: 44,
};

/// The network mode: what the file says, or the network that is attached first.
pub(super) fn mode(service: &Service, around: &Circumstances<'_>) -> String {
    match (&service.network_mode, keys(service).first()) {
        (Some(mode), _) => namespace(mode, around.peers),
        (None, Some(key)) => real_name(key, around).to_owned(),
        (None, None) => "none".to_owned(),
    }
}

/// The endpoints that the request for a container holds.
pub(super) fn at_creation(
    service: &Service,
    around: &Circumstances<'_>,
) -> Option<HashMap<String, EndpointSettings>> {
    let taken = if around.api >= SEVERAL { usize::MAX } else { 1 };
    let endpoints: HashMap<_, _> = attached(service)
        .into_iter()
        .take(taken)
        .map(|key| {
            (
                real_name(key, around).to_owned(),
                endpoint(service, key, around),
            )
        })
        .collect();
    (!endpoints.is_empty()).then_some(endpoints)
}

/// The keys of the networks that are attached after creation.
pub(in crate::docker) fn further_networks(service: &Service, api: ApiVersion) -> Vec<&str> {
    let at_once = if api >= SEVERAL { usize::MAX } else { 1 };
    attached(service).into_iter().skip(at_once).collect()
}

/// A service's place on one of its networks.
pub(in crate::docker) fn endpoint(
    service: &Service,
    key: &str,
    around: &Circumstances<'_>,
) -> EndpointSettings {
    let attachment = service
        .networks
        .get(key)
        .cloned()
        .flatten()
        .unwrap_or_default();
    let mut aliases = vec![around.name.to_owned(), service.name.to_string()];
    aliases.extend(attachment.aliases.iter().cloned());
    let links = links(service, around);
    EndpointSettings {
        aliases: Some(aliases),
        links: (!links.is_empty()).then_some(links),
        ipam_config: addresses(&attachment),
        mac_address: attachment
            .mac_address
            .or_else(|| service.mac_address.clone()),
        driver_opts: (!attachment.driver_opts.is_empty())
            .then(|| attachment.driver_opts.into_iter().collect()),
        gw_priority: attachment.gw_priority,
        ..EndpointSettings::default()
    }
}

fn addresses(attachment: &Attachment) -> Option<EndpointIpamConfig> {
    let fixed = attachment.ipv4_address.is_some()
        || attachment.ipv6_address.is_some()
        || !attachment.link_local_ips.is_empty();
    fixed.then(|| EndpointIpamConfig {
        ipv4_address: attachment.ipv4_address.clone(),
        ipv6_address: attachment.ipv6_address.clone(),
        link_local_ips: (!attachment.link_local_ips.is_empty())
            .then(|| attachment.link_local_ips.clone()),
    })
}

/// `links` to services by each name that Compose gives them, then `external_links`.
fn links(service: &Service, around: &Circumstances<'_>) -> Vec<String> {
    let mut links = Vec::new();
    for line in &service.links {
        let (name, alias) = line.split_once(':').unwrap_or((line, line));
        let Some(container) = around.peers.get(name).map(|it| &it.name) else {
            continue;
        };
        links.push(format!("{container}:{alias}"));
        links.push(format!("{container}:{name}-1"));
        links.push(format!("{container}:{}-{name}-1", around.project.name));
    }
    for line in &service.external_links {
        let (name, alias) = line.split_once(':').unwrap_or((line, line));
        links.push(format!("{name}:{alias}"));
    }
    links
}

/// The networks of a service, unless its mode stands in their place.
fn attached(service: &Service) -> Vec<&str> {
    if service.network_mode.is_some() {
        Vec::new()
    } else {
        keys(service)
    }
}

/// The keys of a service's networks: higher priority first, then by name.
fn keys(service: &Service) -> Vec<&str> {
    let priority = |it: &Option<Attachment>| it.as_ref().and_then(|it| it.priority).unwrap_or(0);
    let mut keys: Vec<_> = service
        .networks
        .iter()
        .map(|(key, it)| (-priority(it), key.as_str()))
        .collect();
    keys.sort_unstable();
    keys.into_iter().map(|(_, key)| key).collect()
}

fn real_name<'a>(key: &'a str, around: &Circumstances<'a>) -> &'a str {
    around.project.networks.get(key).map_or(key, |it| &it.name)
}

/// The request that creates a network.
pub(in crate::docker) fn network(
    project: &str,
    key: &str,
    network: &Network,
) -> NetworkCreateRequest {
    let pools = network.ipam.config.iter().map(|pool| IpamConfig {
        subnet: pool.subnet.clone(),
        gateway: pool.gateway.clone(),
        ip_range: pool.ip_range.clone(),
        auxiliary_addresses: (!pool.aux_addresses.is_empty())
            .then(|| pool.aux_addresses.clone().into_iter().collect()),
    });
    let pools: Vec<_> = pools.collect();
    NetworkCreateRequest {
        name: network.name.clone(),
        driver: network.driver.clone().or_else(|| Some("bridge".to_owned())),
        internal: Some(network.internal),
        attachable: Some(network.attachable),
        ipam: (network.ipam.driver.is_some() || !pools.is_empty()).then(|| Ipam {
            driver: network.ipam.driver.clone(),
            config: (!pools.is_empty()).then_some(pools),
            options: None,
        }),
        enable_ipv4: network.enable_ipv4,
        enable_ipv6: network.enable_ipv6,
        options: (!network.driver_opts.is_empty())
            .then(|| network.driver_opts.clone().into_iter().collect()),
        labels: Some(
            labels::of_network(project, key, &network.labels)
                .into_iter()
                .collect(),
        ),
        ..NetworkCreateRequest::default()
    }
}

/// The request that creates a volume.
pub(in crate::docker) fn volume(project: &str, key: &str, volume: &Volume) -> VolumeCreateRequest {
    VolumeCreateRequest {
        name: Some(volume.name.clone()),
        driver: Some(volume.driver.clone().unwrap_or_else(|| "local".to_owned())),
        driver_opts: (!volume.driver_opts.is_empty())
            .then(|| volume.driver_opts.clone().into_iter().collect()),
        labels: Some(
            labels::of_volume(project, key, &volume.labels)
                .into_iter()
                .collect(),
        ),
        ..VolumeCreateRequest::default()
    }
}
