//! A database URL as seen from here: kept, or with another host and port.
//!
//! A pure function over [`Evidence`]. The order is one of trust: what the user said; the URL
//! itself, if a PostgreSQL answers where it points; what the engine says about published ports
//! and shared networks; the gateway. A URL of another machine is another's database and stays.

use super::error::Error;
use super::evidence::{Engine, Evidence, Network, Server, Service};
use super::names::{self, Meaning};
use super::route;
use super::surroundings::{Place, Platform};
use super::vantage::Vantage;
use crate::url::{Address, DatabaseUrl, Endpoint};

/// What was decided about a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The URL to use from here.
    pub url: DatabaseUrl,
    /// Where it points: the first address that is used.
    pub address: Address,
    /// Whether it was changed.
    pub outcome: Outcome,
    /// What was done and why, as a sentence without a full stop.
    pub why: String,
    /// What may be wrong with it, a sentence each.
    pub warnings: Vec<String>,
    /// Where this process stands.
    pub vantage: Vantage,
}

/// What became of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every byte is as it was.
    Kept,
    /// Host and port are others.
    Changed,
    /// It names a database that is not the project's, and every byte is as it was.
    Foreign,
    /// Every byte is as it was; what answers there is probably not the project's, as the warning
    /// says. Only the two servers' own identifiers prove it.
    Suspect,
}

/// Decides how the database of `url` is reached from here.
pub fn decide(evidence: &Evidence, url: &DatabaseUrl) -> Result<Decision, Error> {
    let addresses = url.addresses();
    let preferred = addresses.first().map(Address::port);
    if evidence.explicit.is_some() {
        return through_route(evidence, url, preferred);
    }
    if !addresses.iter().any(|it| is_ours(it, evidence)) {
        return Ok(Decision {
            outcome: Outcome::Foreign,
            ..kept(evidence, url, &not_ours(&addresses, evidence))
        });
    }
    // A server of our own has one address, and whatever answers elsewhere is not it.
    if !matches!(evidence.server, Server::Process { .. })
        && let Some(endpoint) = endpoints(&addresses).find(|it| evidence.answers_at(it))
    {
        return Ok(where_it_points(evidence, url, endpoint));
    }
    match &evidence.server {
        Server::Unknown => Ok(without_an_engine(evidence, url, &addresses)),
        Server::Container(_) | Server::Process { .. } => through_route(evidence, url, preferred),
    }
}

/// Whether the world could change the decision about `url`.
fn is_open(evidence: &Evidence, addresses: &[Address]) -> bool {
    evidence.explicit.is_none()
        && !matches!(evidence.server, Server::Process { .. })
        && addresses.iter().any(|it| is_ours(it, evidence))
}

/// The names whose addresses would change the decision about `url`.
pub(in crate::host) fn names_to_resolve(evidence: &Evidence, url: &DatabaseUrl) -> Vec<String> {
    let addresses = url.addresses();
    if !is_open(evidence, &addresses) {
        return Vec::new();
    }
    let mut names = route::names_to_resolve(evidence);
    names.extend(endpoints(&addresses).map(|it| it.host.clone()));
    names
}

/// The endpoints whose answer would change the decision about `url`, in the order of trust.
pub(in crate::host) fn worth_a_knock(evidence: &Evidence, url: &DatabaseUrl) -> Vec<Endpoint> {
    let addresses = url.addresses();
    if !is_open(evidence, &addresses) {
        return Vec::new();
    }
    let mut worth: Vec<Endpoint> = endpoints(&addresses).cloned().collect();
    worth.extend(route::worth_a_knock(
        evidence,
        addresses.first().map(Address::port),
    ));
    if evidence.server == Server::Unknown {
        worth.extend(outward(evidence, &addresses));
    }
    worth
}

fn endpoints(addresses: &[Address]) -> impl Iterator<Item = &Endpoint> {
    addresses.iter().filter_map(|it| match it {
        Address::Tcp(endpoint) => Some(endpoint),
        Address::Socket { .. } | Address::Unnamed { .. } => None,
    })
}

/// Whether an address may mean the project's own database.
fn is_ours(address: &Address, evidence: &Evidence) -> bool {
    match address {
        Address::Tcp(endpoint) => names::meaning(&endpoint.host, evidence) != Meaning::Another,
        Address::Unnamed { .. } => true,
        Address::Socket { .. } => false,
    }
}

fn through_route(
    evidence: &Evidence,
    url: &DatabaseUrl,
    preferred: Option<u16>,
) -> Result<Decision, Error> {
    let route = route::reach_preferring(evidence, preferred)?;
    let mut decision = if url.addresses() == [Address::Tcp(route.endpoint.clone())] {
        kept(
            evidence,
            url,
            &format!("`{}` is right as it stands: {}", route.endpoint, route.why),
        )
    } else {
        changed(evidence, url, &route.endpoint, &route.why)
    };
    decision.warnings = route.warnings;
    Ok(decision)
}

/// The URL points at a PostgreSQL that answers.
fn where_it_points(evidence: &Evidence, url: &DatabaseUrl, endpoint: &Endpoint) -> Decision {
    let by_name = endpoint.host.eq_ignore_ascii_case("localhost");
    if by_name
        && evidence.surroundings.platform == Platform::Windows
        && let Server::Container(service) = &evidence.server
        && is_published_at(service, endpoint.port)
    {
        return changed(
            evidence,
            url,
            &Endpoint::new("127.0.0.1", endpoint.port),
            "Windows tries `localhost` as `::1` first and waits",
        );
    }
    let mut decision = kept(
        evidence,
        url,
        &format!("a PostgreSQL answers at `{endpoint}`"),
    );
    decision.address = Address::Tcp(endpoint.clone());
    if let Some(suspicion) = suspicion(evidence, endpoint) {
        decision.outcome = Outcome::Suspect;
        decision.warnings.push(suspicion);
    }
    decision
}

/// Why what answers at `endpoint` may not be the service.
fn suspicion(evidence: &Evidence, endpoint: &Endpoint) -> Option<String> {
    let Server::Container(service) = &evidence.server else {
        return None;
    };
    let routes = match route::candidates(evidence, Some(endpoint.port)) {
        Ok(routes) => routes,
        Err(error) => {
            let state = match error {
                Error::NotRunning { .. } => "does not run",
                Error::Unknown | Error::Unpublished { .. } | Error::RemoteLoopback { .. } => {
                    "publishes no port here"
                }
            };
            return (names::is_loopback(&endpoint.host)
                && evidence.engine == Engine::Local
                && evidence.surroundings.place() == Place::Machine)
                .then(|| {
                    format!(
                        "`{}` {state}, so another server answers at `{endpoint}`",
                        service.container
                    )
                });
        }
    };
    if names::is_loopback(&endpoint.host)
        && matches!(
            Vantage::of(evidence),
            Vantage::Host | Vantage::Wsl { .. } | Vantage::HostNetwork(_)
        )
        && routes.iter().all(|it| it.endpoint.port != endpoint.port)
    {
        return routes.first().map(|it| {
            format!(
                "`{}` is at `{}`, so another server answers at `{endpoint}`",
                service.container, it.endpoint
            )
        });
    }
    let stands_on_a_network = matches!(
        Vantage::of(evidence),
        Vantage::ServiceNetwork { .. } | Vantage::ServiceNamespace | Vantage::Container(_)
    );
    let resolved = evidence.resolved.get(&endpoint.host)?;
    let strange = resolved
        .iter()
        .find(|it| !it.is_loopback() && !is_address_of(service, &it.to_string()))?;
    (!stands_on_a_network
        && evidence.engine == Engine::Local
        && names::meaning(&endpoint.host, evidence) == Meaning::Service
        && endpoint.host.parse::<std::net::IpAddr>().is_err())
    .then(|| {
        format!(
            "`{}` resolves to {strange} here, which is not `{}`",
            endpoint.host, service.container
        )
    })
}

fn is_address_of(service: &Service, address: &str) -> bool {
    let attached = match &service.network {
        Network::Attached(attachments) => attachments
            .iter()
            .flat_map(|it| &it.addresses)
            .any(|it| it.to_string() == address),
        Network::Host | Network::Container(_) | Network::None => false,
    };
    attached || service.published.iter().any(|it| it.host_ip == address)
}

fn is_published_at(service: &Service, port: u16) -> bool {
    service
        .published
        .iter()
        .any(|it| it.host_port == port && !it.host_ip.contains(':'))
}

/// No engine says anything: in a container, the machine around it is worth a try.
fn without_an_engine(evidence: &Evidence, url: &DatabaseUrl, addresses: &[Address]) -> Decision {
    if let Some(endpoint) = outward(evidence, addresses)
        .into_iter()
        .find(|it| evidence.answers_at(it))
    {
        let why = "a PostgreSQL answers there, outside this container";
        return changed(evidence, url, &endpoint, why);
    }
    kept(evidence, url, "no engine is known that could say more")
}

/// The same ports on the machine around this container.
fn outward(evidence: &Evidence, addresses: &[Address]) -> Vec<Endpoint> {
    if !matches!(evidence.surroundings.place(), Place::Container(_)) {
        return Vec::new();
    }
    let gateway = evidence.surroundings.default_gateway();
    let hosts: Vec<String> = names::HOST_NAMES
        .iter()
        .filter(|it| evidence.resolves(it))
        .map(|it| (*it).to_owned())
        .chain(gateway.map(|it| it.to_string()))
        .collect();
    addresses
        .iter()
        .filter(|it| match it {
            Address::Tcp(endpoint) => names::meaning(&endpoint.host, evidence) == Meaning::Machine,
            Address::Unnamed { .. } => true,
            Address::Socket { .. } => false,
        })
        .flat_map(|it| hosts.iter().map(|host| Endpoint::new(host, it.port())))
        .collect()
}

fn not_ours(addresses: &[Address], evidence: &Evidence) -> String {
    let named: Vec<String> = addresses.iter().map(|it| format!("`{it}`")).collect();
    let named = named.join(", ");
    if addresses
        .iter()
        .all(|it| matches!(it, Address::Socket { .. }))
    {
        return format!("{named} is a socket, which no container publishes");
    }
    match &evidence.server {
        Server::Container(Service { name, .. }) | Server::Process { name, .. } => {
            format!("{named} is neither the service `{name}` nor this machine: another's database")
        }
        Server::Unknown => format!("{named} is not this machine: another's database"),
    }
}

fn kept(evidence: &Evidence, url: &DatabaseUrl, why: &str) -> Decision {
    Decision {
        address: url.address(),
        url: url.clone(),
        outcome: Outcome::Kept,
        why: format!("kept the URL as it is: {why}"),
        warnings: Vec::new(),
        vantage: Vantage::of(evidence),
    }
}

fn changed(evidence: &Evidence, url: &DatabaseUrl, endpoint: &Endpoint, why: &str) -> Decision {
    let before: Vec<String> = url.addresses().iter().map(ToString::to_string).collect();
    let vantage = Vantage::of(evidence);
    Decision {
        address: Address::Tcp(endpoint.clone()),
        url: url.with_endpoint(endpoint),
        outcome: Outcome::Changed,
        why: format!(
            "changed `{}` to `{endpoint}` as seen from {vantage}: {why}",
            before.join(",")
        ),
        warnings: Vec::new(),
        vantage,
    }
}
