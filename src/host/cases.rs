//! The table of what is decided from which evidence.

use std::collections::BTreeMap;

use super::evidence::{
    Answer, Attachment, Engine, Evidence, Network, Override, OwnContainer, Published, Server,
    Service, Standing,
};
use super::rewrite::{Outcome, decide};
use super::surroundings::{Platform, Surroundings};
use super::{Endpoint, reach};
use crate::ident::ServiceName;
use crate::url::DatabaseUrl;

const REFERENCE: &str = "postgresql+psycopg://admin:password@db:5432/townpass_db";
const OWN_ID: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";
const DB_ID: &str = "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90";

/// One row: evidence, URL, and what is expected.
struct Case {
    what: &'static str,
    evidence: Evidence,
    url: &'static str,
    expected: Expected,
}

enum Expected {
    /// The URL stays; the reason holds this text.
    Kept(&'static str),
    /// The URL stays, since it is another's; the reason holds this text.
    Foreign(&'static str),
    /// The URL becomes this; the reason holds this text.
    Changed(&'static str, &'static str),
    /// The URL stays, and a warning holds this text.
    Suspect(&'static str),
    /// The URL becomes this, and a warning holds this text.
    Doubtful(&'static str, &'static str),
    /// The error's message holds the first text, its help the second.
    Refused(&'static str, &'static str),
}
use Expected::{Changed, Doubtful, Foreign, Kept, Refused, Suspect};

fn case(what: &'static str, evidence: Evidence, url: &'static str, expected: Expected) -> Case {
    Case {
        what,
        evidence,
        url,
        expected,
    }
}

// What a case is made of.

fn host() -> Evidence {
    Evidence {
        engine: Engine::Local,
        server: Server::Container(service(&[("0.0.0.0", 5433), ("::", 5433)])),
        ..Evidence::default()
    }
}

fn service(published: &[(&str, u16)]) -> Service {
    Service {
        name: ServiceName::new("db"),
        container: "townpass_db".to_owned(),
        id: DB_ID.to_owned(),
        standing: Standing::Running,
        port: 5432,
        published: published
            .iter()
            .map(|(host_ip, host_port)| Published {
                host_ip: (*host_ip).to_owned(),
                host_port: *host_port,
            })
            .collect(),
        network: Network::Attached(vec![attachment("backend_default", "172.18.0.2")]),
    }
}

fn attachment(network: &str, address: &str) -> Attachment {
    Attachment {
        network: network.to_owned(),
        id: format!("id of {network}"),
        addresses: address.parse().ok().into_iter().collect(),
        aliases: vec!["townpass_db".to_owned(), "db".to_owned()],
    }
}

fn on(network: &str) -> Network {
    Network::Attached(vec![attachment(network, "172.18.0.9")])
}

fn container() -> Evidence {
    Evidence {
        surroundings: inside(),
        ..host()
    }
}

fn inside() -> Surroundings {
    Surroundings {
        markers: vec!["/.dockerenv".to_owned()],
        routes:
            "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n\
                 eth0\t00000000\tGATEWAY\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
                .replace(
                    "GATEWAY",
                    &format!("{:08X}", u32::from_ne_bytes([172, 17, 0, 1])),
                ),
        ..Surroundings::default()
    }
}

fn wsl() -> Surroundings {
    Surroundings {
        kernel: "Linux version 5.15.167.4-microsoft-standard-WSL2".to_owned(),
        variables: BTreeMap::from([("WSL_DISTRO_NAME".to_owned(), "Ubuntu".to_owned())]),
        ..Surroundings::default()
    }
}

impl Evidence {
    fn published(self, published: &[(&str, u16)]) -> Self {
        self.service(service(published))
    }

    fn service(self, service: Service) -> Self {
        Self {
            server: Server::Container(service),
            ..self
        }
    }

    fn engine(self, endpoint: &str) -> Self {
        Self {
            engine: Engine::at(endpoint),
            ..self
        }
    }

    fn own(self, network: Network) -> Self {
        Self {
            own: OwnContainer::Known {
                id: OWN_ID.to_owned(),
                network,
            },
            ..self
        }
    }

    fn elsewhere(self) -> Self {
        Self {
            own: OwnContainer::Elsewhere,
            ..self
        }
    }

    fn seen_in(self, surroundings: Surroundings) -> Self {
        Self {
            surroundings,
            ..self
        }
    }

    fn resolving(mut self, name: &str, address: &str) -> Self {
        let addresses = address.parse().ok().into_iter().collect();
        self.resolved.insert(name.to_owned(), addresses);
        self
    }

    fn answer_at(self, host: &str, port: u16) -> Self {
        self.heard(host, port, Answer::PostgreSql)
    }

    fn silence_at(self, host: &str, port: u16) -> Self {
        self.heard(host, port, Answer::Nothing("connection refused".to_owned()))
    }

    fn heard(mut self, host: &str, port: u16, answer: Answer) -> Self {
        self.answers.push((Endpoint::new(host, port), answer));
        self
    }

    fn told(self, text: &str) -> Self {
        Self {
            explicit: Override::parse(text, "TOWNPASS_DB_HOST"),
            ..self
        }
    }

    fn process(self) -> Self {
        Self {
            server: Server::Process {
                name: ServiceName::new("db"),
                endpoint: Endpoint::new("127.0.0.1", 6001),
            },
            ..self
        }
    }
}

fn check(cases: Vec<Case>) {
    for case in cases {
        let what = case.what;
        let url = DatabaseUrl::parse(case.url).expect(what);
        let found = decide(&case.evidence, &url);
        match (case.expected, found) {
            (Kept(reason), Ok(it)) => {
                assert_eq!(it.outcome, Outcome::Kept, "{what}: {}", it.why);
                assert_eq!(it.url.reveal(), case.url, "{what}");
                assert!(it.why.contains(reason), "{what}: {}", it.why);
                assert_eq!(it.warnings, Vec::<String>::new(), "{what}");
            }
            (Foreign(reason), Ok(it)) => {
                assert_eq!(it.outcome, Outcome::Foreign, "{what}: {}", it.why);
                assert_eq!(it.url.reveal(), case.url, "{what}");
                assert!(it.why.contains(reason), "{what}: {}", it.why);
            }
            (Changed(text, reason), Ok(it)) => {
                assert_eq!(it.url.reveal(), text, "{what}: {}", it.why);
                assert_eq!(it.outcome, Outcome::Changed, "{what}");
                assert!(it.why.contains(reason), "{what}: {}", it.why);
                assert_eq!(it.warnings, Vec::<String>::new(), "{what}");
                assert_eq!(it.address, it.url.address(), "{what}");
            }
            (Suspect(warning), Ok(it)) => {
                assert_eq!(it.outcome, Outcome::Suspect, "{what}: {}", it.why);
                assert_eq!(it.url.reveal(), case.url, "{what}");
                assert_eq!(it.warnings.len(), 1, "{what}: {}", it.why);
                assert!(
                    it.warnings[0].contains(warning),
                    "{what}: {}",
                    it.warnings[0]
                );
            }
            (Doubtful(text, warning), Ok(it)) => {
                assert_eq!(it.url.reveal(), text, "{what}: {}", it.why);
                assert_eq!(it.warnings.len(), 1, "{what}: {}", it.why);
                assert!(
                    it.warnings[0].contains(warning),
                    "{what}: {}",
                    it.warnings[0]
                );
            }
            (Refused(message, help), Err(error)) => {
                assert!(error.to_string().contains(message), "{what}: {error}");
                let said =
                    miette::Diagnostic::help(&error).map_or(String::new(), |it| it.to_string());
                assert!(said.contains(help), "{what}: {said}");
            }
            (_, found) => panic!("{what}: {found:?}"),
        }
    }
}

#[test]
#[rustfmt::skip]
fn on_the_host() {
    check(vec![
        case("the reference project", host(), REFERENCE,
            Changed("postgresql+psycopg://admin:password@127.0.0.1:5433/townpass_db", "changed `db:5432` to `127.0.0.1:5433` as seen from the host: `townpass_db` publishes its port 5432 as 5433 on this machine")),
        case("the container's name is the service too", host(), "postgres://a@townpass_db/d",
            Changed("postgres://a@127.0.0.1:5433/d", "townpass_db")),
        case("so is its address on its network", host(), "postgres://a@172.18.0.2/d",
            Changed("postgres://a@127.0.0.1:5433/d", "172.18.0.2:5432")),
        case("so is its short id, in any case of letters", host(), "postgres://a@A1B2C3D4E5F6/d",
            Changed("postgres://a@127.0.0.1:5433/d", "5433")),
        case("so is an alias with the network's name and a last dot", host(), "postgres://a@db.backend_default./d",
            Changed("postgres://a@127.0.0.1:5433/d", "5433")),
        case("asyncpg", host(), "postgresql+asyncpg://a:p%40%2F@db/d?ssl=disable",
            Changed("postgresql+asyncpg://a:p%40%2F@127.0.0.1:5433/d?ssl=disable", "")),
        case("jdbc", host(), "jdbc:postgresql://db:5432/d?user=a&password=b",
            Changed("jdbc:postgresql://127.0.0.1:5433/d?user=a&password=b", "")),
        case("several hosts of which one is ours", host(), "postgres://a@replica,db:5432/d",
            Changed("postgres://a@127.0.0.1:5433/d", "changed `replica:5432,db:5432` to `127.0.0.1:5433`")),
        case("the host stands in the query", host(), "postgres://a:b@/d?host=db&port=5432&x=y",
            Changed("postgres://a:b@127.0.0.1:5433/d?x=y", "")),
        case("no host is named", host(), "postgres:///d",
            Changed("postgres://127.0.0.1:5433/d", "this machine, port 5432")),
        case("localhost, nothing tried", host(), "postgres://a@localhost:5433/d",
            Changed("postgres://a@127.0.0.1:5433/d", "")),
        case("right as it stands", host(), "postgres://a@127.0.0.1:5433/d",
            Kept("`127.0.0.1:5433` is right as it stands")),
        case("right as it stands and answering", host().answer_at("127.0.0.1", 5433), "postgres://a@127.0.0.1:5433/d",
            Kept("a PostgreSQL answers at `127.0.0.1:5433`")),
        case("localhost answers", host().answer_at("localhost", 5433), "postgres://a@localhost:5433/d",
            Kept("a PostgreSQL answers at `localhost:5433`")),
        case("the URL of a container, on the host", host(), "postgres://a@host.docker.internal:5433/d",
            Changed("postgres://a@127.0.0.1:5433/d", "")),
        case("an unspecified address", host(), "postgres://a@0.0.0.0:5433/d",
            Changed("postgres://a@127.0.0.1:5433/d", "")),
        case("IPv6 loopback that nothing answers", host().silence_at("::1", 5433), "postgres://a@[::1]:5433/d",
            Changed("postgres://a@127.0.0.1:5433/d", "changed `[::1]:5433`")),
        case("another server on the port", host().answer_at("localhost", 5432), "postgres://a@localhost:5432/d",
            Suspect("`townpass_db` is at `127.0.0.1:5433`, so another server answers at `localhost:5432`")),
        case("a hosts file names the service", host().resolving("db", "127.0.0.1").answer_at("db", 5433), "postgres://a@db:5433/d",
            Kept("a PostgreSQL answers at `db:5433`")),
        case("a search domain names another", host().resolving("db", "10.9.8.7").answer_at("db", 5432), "postgres://a@db/d",
            Suspect("`db` resolves to 10.9.8.7 here, which is not `townpass_db`")),
        case("Windows and localhost", { let mut evidence = host().answer_at("localhost", 5433); evidence.surroundings.platform = Platform::Windows; evidence }, "postgres://a@localhost:5433/d",
            Changed("postgres://a@127.0.0.1:5433/d", "Windows tries `localhost`")),
        case("WSL", host().seen_in(wsl()), REFERENCE,
            Changed("postgresql+psycopg://admin:password@127.0.0.1:5433/townpass_db", "as seen from WSL (Ubuntu)")),
        case("a WSL distribution imported from an image", host().seen_in(Surroundings { markers: vec!["/.dockerenv".to_owned()], ..wsl() }), "postgres://a@db/d",
            Changed("postgres://a@127.0.0.1:5433/d", "WSL (Ubuntu)")),
    ]);
}

#[test]
#[rustfmt::skip]
fn by_what_is_published() {
    check(vec![
        case("an ephemeral port", host().published(&[("0.0.0.0", 49153)]), "postgres://a@db/d",
            Changed("postgres://a@127.0.0.1:49153/d", "as 49153")),
        case("IPv4 and IPv6 differ", host().published(&[("::", 49154), ("0.0.0.0", 49153)]), "postgres://a@db/d",
            Changed("postgres://a@127.0.0.1:49153/d", "")),
        case("only an IPv6 wildcard", host().published(&[("::", 5433)]), "postgres://a@db/d",
            Changed("postgres://a@127.0.0.1:5433/d", "")),
        case("IPv6 loopback is kept", host().published(&[("::1", 5433)]), "postgres://a@db/d",
            Changed("postgres://a@[::1]:5433/d", "as [::1]:5433")),
        case("Podman leaves the address empty", host().published(&[("", 5433)]), "postgres://a@db/d",
            Changed("postgres://a@127.0.0.1:5433/d", "")),
        case("loopback", host().published(&[("127.0.0.1", 5433)]), "postgres://a@db/d",
            Changed("postgres://a@127.0.0.1:5433/d", "as 127.0.0.1:5433 on this machine")),
        case("another loopback address", host().published(&[("127.0.0.2", 5433)]), "postgres://a@db/d",
            Changed("postgres://a@127.0.0.2:5433/d", "")),
        case("an address of its own is kept", host().published(&[("192.168.1.5", 5433)]), "postgres://a@db/d",
            Changed("postgres://a@192.168.1.5:5433/d", "")),
        case("which the URL already names", host().published(&[("192.168.1.5", 5433)]), "postgres://a@192.168.1.5:5433/d",
            Kept("right as it stands")),
        case("several ports: the first that is easy to reach", host().published(&[("192.168.1.5", 5434), ("0.0.0.0", 5435)]), "postgres://a@db/d",
            Changed("postgres://a@127.0.0.1:5435/d", "")),
        case("several ports: the one the URL names", host().published(&[("0.0.0.0", 5433), ("0.0.0.0", 5434)]), "postgres://a@localhost:5434/d",
            Changed("postgres://a@127.0.0.1:5434/d", "")),
        case("several ports: the one that answers", host().published(&[("0.0.0.0", 5433), ("::1", 5434)]).silence_at("127.0.0.1", 5433).answer_at("::1", 5434), "postgres://a@db/d",
            Changed("postgres://a@[::1]:5434/d", "")),
        case("a port out of a range", host().published(&[("0.0.0.0", 7003), ("::", 7003)]), "postgres://a@db:7000/d",
            Changed("postgres://a@127.0.0.1:7003/d", "")),
        case("nothing is published", host().published(&[]), REFERENCE,
            Refused("the service `db` does not publish port 5432, so the host cannot reach it", "under `services: db:` in the Compose file, then run `townpass dev up`:\n\n    ports:\n      - \"127.0.0.1:5432:5432\"")),
        case("nothing is published, and something answers", host().published(&[]).answer_at("127.0.0.1", 5432), "postgres://a@127.0.0.1/d",
            Suspect("`townpass_db` publishes no port here, so another server answers at `127.0.0.1:5432`")),
        case("it is stopped, and something answers", host().service(Service { standing: Standing::Stopped, ..service(&[]) }).answer_at("127.0.0.1", 5433), "postgres://a@127.0.0.1:5433/d",
            Suspect("`townpass_db` does not run, so another server answers at `127.0.0.1:5433`")),
        case("another port inside", host().service(Service { port: 6543, ..service(&[]) }), "postgres://a@db:6543/d",
            Refused("does not publish port 6543", "127.0.0.1:6543:6543")),
        case("it is stopped", host().service(Service { standing: Standing::Stopped, ..service(&[]) }), REFERENCE,
            Refused("the service `db` is not running", "townpass dev up")),
        case("it is stopped, and its ports are known", host().service(Service { standing: Standing::Stopped, ..service(&[("", 5433)]) }), "postgres://a@db/d",
            Changed("postgres://a@127.0.0.1:5433/d", "")),
        case("it uses the host's network", host().service(Service { network: Network::Host, ..service(&[]) }), "postgres://a@db/d",
            Changed("postgres://a@127.0.0.1:5432/d", "`townpass_db` uses the host's own network")),
    ]);
}

#[test]
#[rustfmt::skip]
fn what_is_not_ours_is_left_alone() {
    check(vec![
        case("another machine", host(), "postgres://a@prod.example.org/d",
            Foreign("`prod.example.org:5432` is neither the service `db` nor this machine: another's database")),
        case("another machine by address", host(), "postgres://a@[2001:db8::1]:6000/d", Foreign("another's database")),
        case("another machine, no engine", Evidence::default(), "postgres://a@prod.example.org/d",
            Foreign("is not this machine: another's database")),
        case("another service", host(), "postgres://a@pgbouncer/d", Foreign("another's database")),
        case("several other machines", host(), "postgres://a@h1,h2:6/d", Foreign("`h1:5432`, `h2:6`")),
        case("a socket in the query", host(), "postgres://a:b@/d?host=/cloudsql/p:r:i",
            Foreign("`/cloudsql/p:r:i/.s.PGSQL.5432` is a socket, which no container publishes")),
        case("a socket, percent-encoded", host(), "postgres://a:b@%2Fvar%2Frun%2Fpostgresql/d", Foreign("is a socket")),
        case("pg8000's socket", host(), "postgresql+pg8000://a:b@/d?unix_sock=/cloudsql/x/.s.PGSQL.5432",
            Foreign("is a socket")),
        case("no engine, and the service's usual name", Evidence::default(), REFERENCE, Foreign("another's database")),
        case("no engine, this machine", Evidence::default(), "postgres://a@localhost/d",
            Kept("no engine is known that could say more")),
        case("a process stands in: another machine still stays", host().process(), "postgres://a@prod.example.org/d",
            Foreign("another's database")),
    ]);
}

#[test]
#[rustfmt::skip]
fn a_process_that_stands_in() {
    check(vec![
        case("for the service", host().process(), REFERENCE,
            Changed("postgresql+psycopg://admin:password@127.0.0.1:6001/townpass_db", "the server runs on this machine")),
        case("for this machine, whatever answers at the old port", host().process().answer_at("localhost", 5433), "postgres://a@localhost:5433/d",
            Changed("postgres://a@127.0.0.1:6001/d", "")),
        case("inside a container", container().process(), "postgres://a@db/d",
            Changed("postgres://a@127.0.0.1:6001/d", "")),
    ]);
}

#[test]
#[rustfmt::skip]
fn with_a_remote_engine() {
    let remote = || host().engine("tcp://10.0.0.7:2376");
    check(vec![
        case("by TCP", remote(), REFERENCE,
            Changed("postgresql+psycopg://admin:password@10.0.0.7:5433/townpass_db", "as seen from a client of the engine on `10.0.0.7`: `townpass_db` publishes its port 5432 as 5433 on `10.0.0.7`")),
        case("by ssh", host().engine("ssh://deploy@build.example.org:22"), "postgres://a@db/d",
            Changed("postgres://a@build.example.org:5433/d", "")),
        case("by IPv6", host().engine("tcp://[fd00::7]:2376"), "postgres://a@db/d",
            Changed("postgres://a@[fd00::7]:5433/d", "")),
        case("the URL says localhost", remote(), "postgres://a@localhost:5433/d",
            Changed("postgres://a@10.0.0.7:5433/d", "")),
        case("the URL already names it", remote(), "postgres://a@10.0.0.7:5433/d", Kept("right as it stands")),
        case("the URL names it with the inner port", remote(), "postgres://a@10.0.0.7:5432/d",
            Changed("postgres://a@10.0.0.7:5433/d", "")),
        case("a tunnel answers here", remote().answer_at("127.0.0.1", 5433), "postgres://a@127.0.0.1:5433/d",
            Kept("a PostgreSQL answers at `127.0.0.1:5433`")),
        case("published on its loopback only", remote().published(&[("127.0.0.1", 5433)]), "postgres://a@db/d",
            Refused("only on the loopback of `10.0.0.7`", "ssh -N -L 5433:127.0.0.1:5433 10.0.0.7")),
        case("published on another of its addresses", remote().published(&[("192.168.1.5", 5433)]).silence_at("10.0.0.7", 5433).answer_at("192.168.1.5", 5433), "postgres://a@db/d",
            Changed("postgres://a@192.168.1.5:5433/d", "")),
        case("unpublished there", remote().published(&[]), "postgres://a@db/d",
            Refused("so a client of the engine on `10.0.0.7` cannot reach it", "ports:")),
        case("on that machine's own network", remote().service(Service { network: Network::Host, ..service(&[]) }), "postgres://a@db/d",
            Changed("postgres://a@10.0.0.7:5432/d", "")),
        case("its socket is only forwarded to loopback", host().engine("tcp://127.0.0.1:2375"), "postgres://a@db/d",
            Changed("postgres://a@127.0.0.1:5433/d", "the host")),
        case("a build job beside its engine", container().engine("tcp://docker:2375"), "postgres://a@db/d",
            Changed("postgres://a@docker:5433/d", "")),
        case("from WSL", remote().seen_in(wsl()), "postgres://a@db/d", Changed("postgres://a@10.0.0.7:5433/d", "")),
    ]);
}

#[test]
#[rustfmt::skip]
fn inside_a_container() {
    let gateway = || container().own(on("bridge"));
    check(vec![
        case("on the service's network, and the name answers", container().own(on("backend_default")).answer_at("db", 5432), REFERENCE,
            Kept("a PostgreSQL answers at `db:5432`")),
        case("on the service's network, nothing tried", container().own(on("backend_default")), REFERENCE,
            Kept("this container and `townpass_db` are both on the network `backend_default`")),
        case("on the service's network, the host's URL", container().own(on("backend_default")), "postgres://a:b@127.0.0.1:5433/d",
            Changed("postgres://a:b@db:5432/d", "as seen from a container on the network `backend_default`")),
        case("on the service's network, unpublished", container().published(&[]).own(on("backend_default")), "postgres://a@localhost/d",
            Changed("postgres://a@db:5432/d", "")),
        case("on the service's network, the name does not resolve", container().own(on("backend_default")).resolving("db", ""), "postgres://a@localhost/d",
            Changed("postgres://a@172.18.0.2:5432/d", "")),
        case("on the service's network, by a proxy to its engine", container().engine("tcp://socket-proxy:2375").own(on("backend_default")), "postgres://a@localhost/d",
            Changed("postgres://a@db:5432/d", "")),
        case("on the engine's built-in network, which has no names", container().service(Service { network: Network::Attached(vec![attachment("bridge", "172.17.0.2")]), ..service(&[]) }).own(on("bridge")), "postgres://a@localhost/d",
            Changed("postgres://a@172.17.0.2:5432/d", "")),
        case("in the service's own network namespace", container().own(Network::Container(DB_ID.to_owned())), "postgres://a@db/d",
            Changed("postgres://a@127.0.0.1:5432/d", "shares the network of `townpass_db`")),
        case("in the service's own network namespace, taken for the service", Evidence {
                own: OwnContainer::Known { id: DB_ID.to_owned(), network: on("backend_default") }, ..container()
            }, "postgres://a@localhost:5433/d", Changed("postgres://a@127.0.0.1:5432/d", "shares the network of `townpass_db`")),
        case("the service joined ours", container().service(Service { network: Network::Container(OWN_ID.to_owned()), ..service(&[]) }).own(on("bridge")), "postgres://a@db/d",
            Changed("postgres://a@127.0.0.1:5432/d", "")),
        case("with the host's network", container().own(Network::Host), "postgres://a@db/d",
            Changed("postgres://a@127.0.0.1:5433/d", "a container that shares the engine's network")),
        case("which runs the engine itself", container().elsewhere(), "postgres://a@db/d",
            Changed("postgres://a@127.0.0.1:5433/d", "")),
        case("on another network, Docker Desktop", gateway().resolving("host.docker.internal", "192.168.65.254").answer_at("host.docker.internal", 5433), "postgres://a@db/d",
            Changed("postgres://a@host.docker.internal:5433/d", "on `host.docker.internal`")),
        case("on another network, nothing tried", gateway(), "postgres://a@db/d",
            Changed("postgres://a@172.17.0.1:5433/d", "on the gateway of this container")),
        case("on another network, the name leads nowhere", gateway().resolving("host.docker.internal", "192.168.65.254").silence_at("host.docker.internal", 5433).answer_at("172.17.0.1", 5433), "postgres://a@localhost:5433/d",
            Changed("postgres://a@172.17.0.1:5433/d", "")),
        case("on another network, an address of its own", gateway().published(&[("192.168.1.5", 5433)]), "postgres://a@db/d",
            Changed("postgres://a@192.168.1.5:5433/d", "")),
        case("on another network, loopback only", gateway().published(&[("127.0.0.1", 5433)]).resolving("host.docker.internal", "172.17.0.1").silence_at("host.docker.internal", 5433).silence_at("172.17.0.1", 5433), "postgres://a@db/d",
            Doubtful("postgres://a@host.docker.internal:5433/d", "no PostgreSQL answers yet at any of `host.docker.internal:5433` (connection refused), `172.17.0.1:5433` (connection refused); `docker network connect backend_default 0f1e2d3c4b5a` puts this container")),
        case("on another network, unpublished", gateway().published(&[]), "postgres://a@db/d",
            Refused("so a container cannot reach it", "docker network connect backend_default 0f1e2d3c4b5a`, or add this")),
        case("on another network, the service on the host's", gateway().service(Service { network: Network::Host, ..service(&[]) }), "postgres://a@db/d",
            Changed("postgres://a@172.17.0.1:5432/d", "")),
        case("Podman without root", container().published(&[("", 5433)]).seen_in(Surroundings { markers: vec!["/run/.containerenv".to_owned()], ..Surroundings::default() }).own(on("other")).resolving("host.containers.internal", "10.0.2.2"), "postgres://a@db/d",
            Changed("postgres://a@host.containers.internal:5433/d", "as seen from a Podman container")),
        case("of unknown kin, the service's name answers", container().resolving("db", "172.18.0.2").answer_at("db", 5432), "postgres://a@localhost:5433/d",
            Changed("postgres://a@db:5432/d", "")),
        case("of unknown kin, its own loopback answers", container().silence_at("172.17.0.1", 5433).answer_at("127.0.0.1", 5433), "postgres://a@db/d",
            Changed("postgres://a@127.0.0.1:5433/d", "on this machine")),
        case("without an engine, the name answers", Evidence::default().seen_in(inside()).answer_at("localhost", 5433), "postgres://a@localhost:5433/d",
            Kept("a PostgreSQL answers")),
        case("without an engine, the host answers", Evidence::default().seen_in(inside()).resolving("host.docker.internal", "192.168.65.254").answer_at("host.docker.internal", 5433), "postgres://a@localhost:5433/d",
            Changed("postgres://a@host.docker.internal:5433/d", "outside this container")),
        case("without an engine, nothing answers", Evidence::default().seen_in(inside()), "postgres://a@localhost:5433/d",
            Kept("no engine is known")),
        case("a pod with another's database", Evidence::default().seen_in(Surroundings { variables: BTreeMap::from([("KUBERNETES_SERVICE_HOST".to_owned(), "10.96.0.1".to_owned())]), ..Surroundings::default() }), "postgres://a@pg.prod.svc/d",
            Foreign("another's database")),
        case("a pod with an engine beside it", host().engine("tcp://localhost:2375").elsewhere().seen_in(Surroundings { variables: BTreeMap::from([("KUBERNETES_SERVICE_HOST".to_owned(), "10.96.0.1".to_owned())]), ..Surroundings::default() }), "postgres://a@db/d",
            Changed("postgres://a@127.0.0.1:5433/d", "a Kubernetes pod that shares")),
    ]);
}

#[test]
#[rustfmt::skip]
fn what_the_user_says_ends_all_reasoning() {
    check(vec![
        case("a host, with the published port", host().told("box.local"), REFERENCE,
            Changed("postgresql+psycopg://admin:password@box.local:5433/townpass_db", "`TOWNPASS_DB_HOST` says so")),
        case("a host and a port", host().told("10.1.1.1:7"), "postgres://a@db/d",
            Changed("postgres://a@10.1.1.1:7/d", "")),
        case("an IPv6 address", host().told("[fd00::1]:7"), "postgres://a@db/d",
            Changed("postgres://a@[fd00::1]:7/d", "")),
        case("a host, nothing known: the URL's port", Evidence::default().told("h"), "postgres://a@db:6/d",
            Changed("postgres://a@h:6/d", "")),
        case("although the URL answers", host().answer_at("db", 5432).told("h:1"), "postgres://a@db/d",
            Changed("postgres://a@h:1/d", "")),
        case("although the URL is another's", host().told("h:1"), "postgres://a@prod.example.org/d",
            Changed("postgres://a@h:1/d", "")),
        case("what the URL says anyway", host().told("h:1"), "postgres://a@h:1/d", Kept("`TOWNPASS_DB_HOST` says so")),
        case("although nothing is published", host().published(&[]).told("172.18.0.2"), "postgres://a@db/d",
            Changed("postgres://a@172.18.0.2:5432/d", "")),
    ]);
}

#[test]
fn a_server_is_reached_without_a_url() {
    let found = reach(&host()).expect("published");
    assert_eq!(found.endpoint, Endpoint::new("127.0.0.1", 5433));
    let found = reach(&container().own(on("backend_default"))).expect("shared");
    assert_eq!(found.endpoint, Endpoint::new("db", 5432));
    assert!(reach(&Evidence::default()).is_err());
}
