//! From a vantage to the server: which endpoints there are, and which one to take.
//!
//! Several may be right. They are ordered by how certain they are, and a PostgreSQL that answers
//! makes one more certain than all others.

use std::net::IpAddr;

use super::error::Error;
use super::evidence::{
    Answer, Attachment, Evidence, Network, OwnContainer, Published, Server, Service, Standing,
};
use super::names;
use super::surroundings::Place;
use super::vantage::{self, Vantage};
use crate::url::Endpoint;

/// The way to the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Where it is reached.
    pub endpoint: Endpoint,
    /// Why there, as a sentence without a full stop.
    pub why: String,
    /// What may be wrong with it, a sentence each.
    pub warnings: Vec<String>,
}

impl Route {
    fn new(endpoint: Endpoint, why: impl Into<String>) -> Self {
        Self {
            endpoint,
            why: why.into(),
            warnings: Vec::new(),
        }
    }
}

/// Where the server is reached from here.
pub fn reach(evidence: &Evidence) -> Result<Route, Error> {
    reach_preferring(evidence, None)
}

/// The same, taking the published port `preferred` where there are several.
pub(in crate::host) fn reach_preferring(
    evidence: &Evidence,
    preferred: Option<u16>,
) -> Result<Route, Error> {
    let candidates = candidates(evidence, preferred)?;
    let tried: Vec<&Route> = candidates
        .iter()
        .filter(|it| evidence.answer(&it.endpoint).is_some())
        .collect();
    if let Some(found) = tried
        .iter()
        .find(|it| evidence.answers_at(&it.endpoint))
        .copied()
    {
        return Ok(found.clone());
    }
    let mut best = candidates
        .iter()
        .find(|it| evidence.answer(&it.endpoint).is_none())
        .or(candidates.first())
        .cloned()
        .ok_or(Error::Unknown)?;
    if tried.len() == candidates.len() && candidates.len() > 1 {
        let list: Vec<String> = tried
            .iter()
            .map(|it| match evidence.answer(&it.endpoint) {
                Some(Answer::Nothing(because)) => format!("`{}` ({because})", it.endpoint),
                Some(Answer::Other) => format!("`{}` (not a PostgreSQL)", it.endpoint),
                Some(Answer::PostgreSql) | None => format!("`{}`", it.endpoint),
            })
            .collect();
        best.warnings.push(format!(
            "no PostgreSQL answers yet at any of {}{}",
            list.join(", "),
            advice(evidence).map_or_else(String::new, |it| format!("; {it}")),
        ));
    }
    Ok(best)
}

/// How a container that guesses could stop guessing.
fn advice(evidence: &Evidence) -> Option<String> {
    let (network, container) = joinable(evidence)?;
    Some(format!(
        "`docker network connect {network} {}` puts this container on the service's network",
        &container[..container.len().min(12)],
    ))
}

/// The service's network and this container's id, where one could join the other.
fn joinable(evidence: &Evidence) -> Option<(&str, &str)> {
    let OwnContainer::Known {
        id,
        network: Network::Attached(_),
    } = &evidence.own
    else {
        return None;
    };
    let Server::Container(Service {
        network: Network::Attached(theirs),
        ..
    }) = &evidence.server
    else {
        return None;
    };
    let theirs = theirs.iter().find(|it| has_dns(it))?;
    Some((&theirs.network, id))
}

/// Every endpoint at which the server may be reached, the most certain first.
pub(in crate::host) fn candidates(
    evidence: &Evidence,
    preferred: Option<u16>,
) -> Result<Vec<Route>, Error> {
    if let Some(explicit) = &evidence.explicit {
        let port = explicit
            .port
            .or_else(|| known_port(evidence, preferred))
            .or(preferred)
            .unwrap_or(Endpoint::DEFAULT_PORT);
        return Ok(vec![Route::new(
            Endpoint::new(&explicit.host, port),
            format!("`{}` says so", explicit.source),
        )]);
    }
    match &evidence.server {
        Server::Unknown => Err(Error::Unknown),
        Server::Process { endpoint, .. } => Ok(vec![Route::new(
            endpoint.clone(),
            "the server runs on this machine",
        )]),
        Server::Container(service) => to_container(evidence, service, preferred),
    }
}

fn known_port(evidence: &Evidence, preferred: Option<u16>) -> Option<u16> {
    match &evidence.server {
        Server::Unknown => None,
        Server::Process { endpoint, .. } => Some(endpoint.port),
        Server::Container(service) => in_order(&service.published, preferred)
            .first()
            .map(|it| it.host_port),
    }
}

fn to_container(
    evidence: &Evidence,
    service: &Service,
    preferred: Option<u16>,
) -> Result<Vec<Route>, Error> {
    if service.standing == Standing::Stopped && service.published.is_empty() {
        return Err(Error::NotRunning {
            service: service.name.clone(),
        });
    }
    let vantage = Vantage::of(evidence);
    let routes = match &vantage {
        Vantage::Host | Vantage::Wsl { .. } | Vantage::HostNetwork(_) => {
            on_this_machine(service, preferred)
        }
        Vantage::RemoteClient { engine } => on_another_machine(service, engine, preferred)?,
        Vantage::ServiceNamespace => vec![Route::new(
            Endpoint::new("127.0.0.1", service.port),
            format!(
                "this container shares the network of `{}`",
                service.container
            ),
        )],
        Vantage::ServiceNetwork { .. } => on_shared_networks(evidence, service),
        Vantage::Container(_) => through_the_gateway(evidence, service, preferred),
    };
    if routes.is_empty() {
        return Err(Error::unpublished(
            &service.name,
            service.port,
            &vantage,
            joinable(evidence),
        ));
    }
    Ok(routes)
}

fn on_this_machine(service: &Service, preferred: Option<u16>) -> Vec<Route> {
    if service.network == Network::Host {
        return vec![Route::new(
            Endpoint::new("127.0.0.1", service.port),
            format!("`{}` uses the host's own network", service.container),
        )];
    }
    in_order(&service.published, preferred)
        .into_iter()
        .map(|published| {
            Route::new(
                Endpoint::new(seen_locally(&published.host_ip), published.host_port),
                publishes(service, published, "this machine"),
            )
        })
        .collect()
}

fn on_another_machine(
    service: &Service,
    engine: &str,
    preferred: Option<u16>,
) -> Result<Vec<Route>, Error> {
    if service.network == Network::Host {
        return Ok(vec![Route::new(
            Endpoint::new(engine, service.port),
            format!("`{}` uses the network of `{engine}`", service.container),
        )]);
    }
    let mut routes = Vec::new();
    for published in in_order(&service.published, preferred) {
        let why = publishes(service, published, &format!("`{engine}`"));
        if is_wildcard(&published.host_ip) {
            routes.push(Route::new(Endpoint::new(engine, published.host_port), why));
        } else if !names::is_loopback(&published.host_ip) {
            // The engine's name may lead to another of its addresses, so both are worth a try.
            for host in [engine, &published.host_ip] {
                routes.push(Route::new(
                    Endpoint::new(host, published.host_port),
                    why.clone(),
                ));
            }
        }
    }
    match service.published.first() {
        Some(published) if routes.is_empty() => Err(Error::RemoteLoopback {
            service: service.name.clone(),
            port: published.host_port,
            engine: engine.to_owned(),
        }),
        Some(_) | None => Ok(unique(routes)),
    }
}

fn on_shared_networks(evidence: &Evidence, service: &Service) -> Vec<Route> {
    let (
        OwnContainer::Known {
            network: Network::Attached(own),
            ..
        },
        Network::Attached(theirs),
    ) = (&evidence.own, &service.network)
    else {
        return Vec::new();
    };
    let mut by_name = Vec::new();
    let mut by_address = Vec::new();
    for attachment in vantage::shared(own, theirs) {
        let why = format!(
            "this container and `{}` are both on the network `{}`",
            service.container, attachment.network
        );
        let name = attachment
            .aliases
            .iter()
            .find(|it| *it == service.name.as_str())
            .map_or(service.container.as_str(), String::as_str);
        let known_not_to_resolve = evidence.resolved.contains_key(name) && !evidence.resolves(name);
        if has_dns(attachment) && !known_not_to_resolve {
            by_name.push(Route::new(Endpoint::new(name, service.port), why.clone()));
        }
        for address in &attachment.addresses {
            let endpoint = Endpoint::new(address.to_string(), service.port);
            by_address.push(Route::new(endpoint, why.clone()));
        }
    }
    by_name.append(&mut by_address);
    unique(by_name)
}

/// From a container that shares no network with the service: back out to the machine, and in
/// again by the published port. Where even the engine's kin is unknown, this machine's loopback
/// and the service's names are worth a knock as well.
fn through_the_gateway(
    evidence: &Evidence,
    service: &Service,
    preferred: Option<u16>,
) -> Vec<Route> {
    let mut routes = Vec::new();
    let by_host_network = Published {
        host_ip: String::new(),
        host_port: service.port,
    };
    let published = if service.network == Network::Host {
        vec![&by_host_network]
    } else {
        in_order(&service.published, preferred)
    };
    if evidence.own == OwnContainer::Unknown {
        if let Network::Attached(attachments) = &service.network {
            for attachment in attachments {
                for alias in attachment.aliases.iter().filter(|it| evidence.resolves(it)) {
                    if evidence.answers_at(&Endpoint::new(alias, service.port)) {
                        routes.push(Route::new(
                            Endpoint::new(alias, service.port),
                            format!("`{alias}` resolves here"),
                        ));
                    }
                }
            }
        }
        for published in &published {
            let endpoint = Endpoint::new(seen_locally(&published.host_ip), published.host_port);
            if evidence.answers_at(&endpoint) {
                routes.push(Route::new(
                    endpoint,
                    publishes(service, published, "this machine"),
                ));
            }
        }
    }
    for published in published {
        let port = published.host_port;
        if !is_wildcard(&published.host_ip) && !names::is_loopback(&published.host_ip) {
            routes.push(Route::new(
                Endpoint::new(&published.host_ip, port),
                publishes(service, published, "the engine's machine"),
            ));
        }
        for name in names::HOST_NAMES.iter().filter(|it| evidence.resolves(it)) {
            routes.push(Route::new(
                Endpoint::new(*name, port),
                publishes(service, published, &format!("`{name}`")),
            ));
        }
        if let Some(gateway) = evidence.surroundings.default_gateway() {
            routes.push(Route::new(
                Endpoint::new(gateway.to_string(), port),
                publishes(service, published, "the gateway of this container"),
            ));
        }
    }
    unique(routes)
}

/// All that is worth a knock: the candidates, and in a container of unknown kin the service's own
/// names and this machine's loopback.
pub(in crate::host) fn worth_a_knock(evidence: &Evidence, preferred: Option<u16>) -> Vec<Endpoint> {
    let mut endpoints = Vec::new();
    if let (Server::Container(service), Vantage::Container(_), OwnContainer::Unknown) =
        (&evidence.server, Vantage::of(evidence), &evidence.own)
    {
        if let Network::Attached(attachments) = &service.network {
            for attachment in attachments {
                let names = attachment.aliases.iter().filter(|it| evidence.resolves(it));
                endpoints.extend(names.map(|it| Endpoint::new(it, service.port)));
            }
        }
        endpoints.extend(
            in_order(&service.published, preferred)
                .into_iter()
                .map(|it| Endpoint::new(seen_locally(&it.host_ip), it.host_port)),
        );
    }
    if let Ok(routes) = candidates(evidence, preferred) {
        endpoints.extend(routes.into_iter().map(|it| it.endpoint));
    }
    endpoints
}

/// The names that a decision may ask about.
pub(in crate::host) fn names_to_resolve(evidence: &Evidence) -> Vec<String> {
    let mut names = Vec::new();
    if !matches!(evidence.surroundings.place(), Place::Container(_)) {
        return names;
    }
    names.extend(names::HOST_NAMES.iter().map(|it| (*it).to_owned()));
    if let Server::Container(service) = &evidence.server {
        names.push(service.name.as_str().to_owned());
        names.push(service.container.clone());
        if let Network::Attached(attachments) = &service.network {
            names.extend(attachments.iter().flat_map(|it| it.aliases.clone()));
        }
    }
    names.sort();
    names.dedup();
    names
}

fn publishes(service: &Service, published: &Published, whereabouts: &str) -> String {
    let bound = if is_wildcard(&published.host_ip) {
        published.host_port.to_string()
    } else {
        Endpoint::new(&published.host_ip, published.host_port).to_string()
    };
    format!(
        "`{}` publishes its port {} as {bound} on {whereabouts}",
        service.container, service.port
    )
}

/// Published ports, best first: the preferred one, then IPv4 before IPv6, wildcards and loopback
/// before other addresses.
fn in_order(published: &[Published], preferred: Option<u16>) -> Vec<&Published> {
    let mut sorted: Vec<&Published> = published.iter().collect();
    sorted.sort_by_key(|it| {
        let family = usize::from(it.host_ip.contains(':'));
        let reach = usize::from(!names::is_loopback(&it.host_ip) && !it.host_ip.is_empty());
        (Some(it.host_port) != preferred, family, reach)
    });
    sorted
}

/// Where a port bound to `host_ip` on this machine is reached. Never `localhost`, which Windows
/// tries as `::1` first and waits.
fn seen_locally(host_ip: &str) -> &str {
    if is_wildcard(host_ip) {
        "127.0.0.1"
    } else {
        host_ip
    }
}

fn is_wildcard(host_ip: &str) -> bool {
    host_ip.is_empty()
        || host_ip
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_unspecified())
}

/// Whether the network has a DNS for its containers' names; the engines' built-in ones have none.
fn has_dns(attachment: &Attachment) -> bool {
    !matches!(attachment.network.as_str(), "bridge" | "podman")
}

fn unique(routes: Vec<Route>) -> Vec<Route> {
    let mut kept: Vec<Route> = Vec::new();
    for route in routes {
        if !kept.iter().any(|it| it.endpoint == route.endpoint) {
            kept.push(route);
        }
    }
    kept
}
