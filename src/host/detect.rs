//! The one file that looks at the world: marker files, names, and who answers where.
//!
//! Each look has a deadline. What cannot be found out is left unknown, which is never an error.

use std::collections::BTreeMap;
use std::fs;
use std::net::{IpAddr, ToSocketAddrs as _};
use std::path::Path;
use std::thread;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream::FuturesOrdered;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::evidence::{Answer, Evidence};
use super::rewrite;
use super::route;
use super::surroundings::{Platform, Surroundings, VARIABLES};
use crate::url::{Address, DatabaseUrl, Endpoint};

/// How long a name may take to resolve. A resolver without a network takes seconds.
const RESOLUTION: Duration = Duration::from_millis(800);

/// How long a server may take to answer the first eight bytes.
const HANDSHAKE: Duration = Duration::from_millis(1500);

/// PostgreSQL's SSLRequest: length 8, then the number 80877103.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// Reads what this machine looks like. The variables come from `environment`; nothing else is
/// asked of it.
pub fn surroundings(environment: &BTreeMap<String, String>) -> Surroundings {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    Surroundings {
        platform: if cfg!(target_os = "linux") {
            Platform::Linux
        } else if cfg!(target_os = "macos") {
            Platform::MacOs
        } else if cfg!(windows) {
            Platform::Windows
        } else {
            Platform::Other
        },
        variables: VARIABLES
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), environment.get(*name)?.clone())))
            .collect(),
        markers: ["/.dockerenv", "/run/.containerenv"]
            .into_iter()
            .filter(|path| cfg!(unix) && Path::new(path).exists())
            .map(str::to_owned)
            .collect(),
        cgroup: read("/proc/1/cgroup"),
        mountinfo: read("/proc/self/mountinfo"),
        kernel: read("/proc/version"),
        routes: read("/proc/net/route"),
        hostname: environment
            .get(if cfg!(windows) {
                "COMPUTERNAME"
            } else {
                "HOSTNAME"
            })
            .cloned()
            .unwrap_or_else(|| read("/proc/sys/kernel/hostname").trim().to_owned()),
    }
}

/// Resolves and knocks wherever an answer could change the decision about `url`, and adds what
/// was found to the evidence.
pub async fn look(evidence: &mut Evidence, url: &DatabaseUrl) {
    let mut names = route::names_to_resolve(evidence);
    for address in url.addresses() {
        if let Address::Tcp(endpoint) = address {
            names.push(endpoint.host);
        }
    }
    resolve_all(evidence, names).await;
    let endpoints = rewrite::worth_a_knock(evidence, url);
    knock(evidence, endpoints).await;
}

/// The same where there is no URL yet: for [`reach`](super::reach).
///
/// Where the way is certain, as on the host itself, nothing is looked at.
pub async fn look_for_server(evidence: &mut Evidence) {
    let names = route::names_to_resolve(evidence);
    resolve_all(evidence, names).await;
    let endpoints = route::worth_a_knock(evidence, None);
    if endpoints.len() > 1 {
        knock(evidence, endpoints).await;
    }
}

async fn resolve_all(evidence: &mut Evidence, mut names: Vec<String>) {
    names.retain(|name| name.parse::<IpAddr>().is_err() && !evidence.resolved.contains_key(name));
    names.sort();
    names.dedup();
    let found = join_all(names.iter().map(|name| resolve(name))).await;
    evidence.resolved.extend(names.into_iter().zip(found));
}

/// What `name` resolves to here; empty when it does not, or not in time.
pub async fn resolve(name: &str) -> Vec<IpAddr> {
    let (send, receive) = oneshot::channel();
    let question = (name.to_owned(), 0);
    // A thread of its own: the system's resolver cannot be interrupted, and a runtime would wait
    // for it at the end. This one dies with the process.
    let started = thread::Builder::new()
        .name("resolve".to_owned())
        .spawn(move || {
            let found = question.to_socket_addrs().map_or_else(
                |_| Vec::new(),
                |addresses| addresses.map(|it| it.ip()).collect(),
            );
            let _ = send.send(found);
        });
    if started.is_err() {
        return Vec::new();
    }
    match timeout(RESOLUTION, receive).await {
        Ok(Ok(addresses)) => addresses,
        Ok(Err(_)) | Err(_) => Vec::new(),
    }
}

/// Knocks at all at once, and listens in order: what lies behind the first PostgreSQL that
/// answers can change nothing any more.
async fn knock(evidence: &mut Evidence, endpoints: Vec<Endpoint>) {
    let mut waiting = FuturesOrdered::new();
    let mut asked: Vec<Endpoint> = Vec::new();
    for endpoint in endpoints {
        if evidence.answer(&endpoint).is_some() || asked.contains(&endpoint) {
            continue;
        }
        asked.push(endpoint.clone());
        let addresses = match endpoint.host.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => match evidence.resolved.get(&endpoint.host) {
                Some(addresses) => addresses.clone(),
                None => resolve(&endpoint.host).await,
            },
        };
        waiting.push_back(async move {
            let answer = probe_addresses(&addresses, endpoint.port).await;
            (endpoint, answer)
        });
    }
    while let Some((endpoint, answer)) = waiting.next().await {
        let found = answer == Answer::PostgreSql;
        evidence.answers.push((endpoint, answer));
        if found {
            break;
        }
    }
}

/// Asks whether a PostgreSQL answers at `endpoint`.
///
/// A connection proves nothing: an engine's proxy accepts before the server listens. The answer
/// to an SSLRequest does.
pub async fn probe(endpoint: &Endpoint) -> Answer {
    let addresses = match endpoint.host.parse::<IpAddr>() {
        Ok(address) => vec![address],
        Err(_) => resolve(&endpoint.host).await,
    };
    probe_addresses(&addresses, endpoint.port).await
}

async fn probe_addresses(addresses: &[IpAddr], port: u16) -> Answer {
    let mut last = Answer::Nothing("the name does not resolve".to_owned());
    for address in addresses {
        last = match timeout(HANDSHAKE, handshake(*address, port)).await {
            Ok(answer) => answer,
            Err(_) => Answer::Nothing("no answer in time".to_owned()),
        };
        if last == Answer::PostgreSql {
            break;
        }
    }
    last
}

async fn handshake(address: IpAddr, port: u16) -> Answer {
    let mut stream = match TcpStream::connect((address, port)).await {
        Ok(stream) => stream,
        Err(error) => return Answer::Nothing(error.kind().to_string()),
    };
    if let Err(error) = stream.write_all(&SSL_REQUEST).await {
        return Answer::Nothing(error.kind().to_string());
    }
    let mut first = [0];
    match stream.read(&mut first).await {
        Ok(0) => Answer::Nothing("it closes the connection".to_owned()),
        // `S`: TLS, `N`: no TLS, `E`: an error of a server that is too busy to say either.
        Ok(_) if b"SNE".contains(&first[0]) => Answer::PostgreSql,
        Ok(_) => Answer::Other,
        Err(error) => Answer::Nothing(error.kind().to_string()),
    }
}
