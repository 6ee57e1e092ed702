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
use crate::url::{DatabaseUrl, Endpoint};

/// How long a name may take to resolve. A resolver without a network takes seconds.
const RESOLUTION: Duration = Duration::from_millis(800);

/// How long a name without a dot may take, as a service's is: a hosts file and an engine's DNS
/// answer at once, while Windows asks the whole neighbourhood for seconds.
const SHORT_RESOLUTION: Duration = Duration::from_millis(300);

/// How long a server may take to answer the first eight bytes.
const HANDSHAKE: Duration = Duration::from_millis(1500);

/// PostgreSQL's `SSLRequest`: length 8, then the number 80877103.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

/// Reads what this machine looks like. The variables come from `environment`; nothing else is
/// asked of it.
pub fn surroundings(environment: &BTreeMap<String, String>) -> Surroundings {
    let read = |path: &str| {
        let text = cfg!(unix).then(|| fs::read_to_string(path).ok());
        text.flatten().unwrap_or_default()
    };
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
    resolve_all(evidence, rewrite::names_to_resolve(evidence, url)).await;
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
    let patience = if name.contains('.') {
        RESOLUTION
    } else {
        SHORT_RESOLUTION
    };
    match timeout(patience, receive).await {
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
/// to an `SSLRequest` does.
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

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::{SSL_REQUEST, look, probe, resolve, surroundings};
    use crate::host::evidence::{
        Answer, Engine, Evidence, Network, Published, Server, Service, Standing,
    };
    use crate::host::rewrite::decide;
    use crate::ident::ServiceName;
    use crate::url::{DatabaseUrl, Endpoint};

    /// Listens on a free port and answers every `SSLRequest` with `answer`.
    async fn listener(answer: &'static [u8]) -> Endpoint {
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 8];
                if stream.read_exact(&mut request).await.is_ok() && request == SSL_REQUEST {
                    let _ = stream.write_all(answer).await;
                }
            }
        });
        Endpoint::new("127.0.0.1", port)
    }

    /// A port on which nobody listens.
    async fn deserted() -> Endpoint {
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .expect("a free port");
        Endpoint::new(
            "127.0.0.1",
            listener.local_addr().expect("an address").port(),
        )
    }

    #[tokio::test]
    async fn only_the_protocol_proves_a_postgresql() {
        for (answer, expected) in [
            (&b"S"[..], Answer::PostgreSql),
            (b"N", Answer::PostgreSql),
            (b"E\0\0\0\x0fSFATAL\0", Answer::PostgreSql),
            (b"HTTP/1.1 400 Bad Request\r\n", Answer::Other),
            (b"", Answer::Nothing("it closes the connection".to_owned())),
        ] {
            assert_eq!(probe(&listener(answer).await).await, expected);
        }
        assert!(matches!(probe(&deserted().await).await, Answer::Nothing(_)));
        assert!(matches!(
            probe(&Endpoint::new("no-such-name.invalid", 5432)).await,
            Answer::Nothing(because) if because.contains("resolve")
        ));
    }

    #[tokio::test]
    async fn names_resolve_or_do_not_in_time() {
        assert!(!resolve("localhost").await.is_empty());
        let start = Instant::now();
        assert!(resolve("no-such-name.invalid").await.is_empty());
        assert!(start.elapsed() < 2 * super::RESOLUTION);
    }

    fn published(name: &str, port: u16) -> Evidence {
        Evidence {
            engine: Engine::Local,
            server: Server::Container(Service {
                name: ServiceName::new(name),
                container: name.to_owned(),
                id: "1".repeat(64),
                standing: Standing::Running,
                port: 5432,
                published: vec![Published {
                    host_ip: "0.0.0.0".to_owned(),
                    host_port: port,
                }],
                network: Network::Attached(Vec::new()),
            }),
            ..Evidence::default()
        }
    }

    #[tokio::test]
    async fn looking_finds_what_answers() {
        let server = listener(b"N").await;
        let mut evidence = published("no-such-name.invalid", server.port);
        let url = DatabaseUrl::parse("postgres://a@no-such-name.invalid/d").expect("a URL");
        look(&mut evidence, &url).await;
        let decision = decide(&evidence, &url).expect("published");
        assert_eq!(decision.url.reveal(), format!("postgres://a@{server}/d"));

        let mut evidence = published("db", deserted().await.port);
        let url = DatabaseUrl::parse(&format!("postgres://a@{server}/d")).expect("a URL");
        look(&mut evidence, &url).await;
        let decision = decide(&evidence, &url).expect("published");
        assert_eq!(decision.url, url);
        assert!(
            decision.warnings[0].contains("another server"),
            "{:?}",
            decision.warnings
        );
        assert_eq!(
            evidence.answers.len(),
            1,
            "what lies behind an answer is not asked"
        );
    }

    #[tokio::test]
    async fn nobody_knocks_at_another_s_door() {
        let server = listener(b"N").await;
        let mut evidence = published("db", server.port);
        let url = DatabaseUrl::parse("postgres://a@192.0.2.1/d").expect("a URL");
        look(&mut evidence, &url).await;
        assert_eq!(evidence.answers, []);
    }

    #[test]
    fn only_named_variables_are_kept() {
        let environment = [("CODESPACES", "true"), ("PASSWORD", "hunter2")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        let found = surroundings(&environment);
        assert_eq!(found.variables.len(), 1);
        assert!(!format!("{found:?}").contains("hunter2"));
    }
}
