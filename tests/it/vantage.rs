//! The evidence gathered for real: from the host, and from inside containers that stand in
//! every relation to the database's.
//!
//! A container runs this very test executable: once to find out its own id, which the engine is
//! then asked about, and once to look around, decide and knock where the decision points.

use std::{
    env,
    io::Write as _,
    net::IpAddr,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use townpass::{
    host::{
        Answer, Attachment, Engine, Evidence, Network, OwnContainer, Place, Published, Server,
        Service, Standing, decide, detect,
    },
    ident::ServiceName,
    url::{Address, DatabaseUrl},
};

use crate::support::docker;

/// What the process in the container is asked, as JSON. Unset on the host.
const QUESTION: &str = "TOWNPASS_TEST_VANTAGE";

/// What stands before the answer, among what the test runner prints.
const ANSWER: &str = "the vantage is seen as ";

#[test]
fn the_database_is_found_from_wherever_the_process_stands() {
    if let Ok(question) = env::var(QUESTION) {
        let question = serde_json::from_str(&question).expect("the question is JSON");
        // By the stream itself, past the test runner's capture.
        std::io::stdout()
            .write_all(format!("\n{ANSWER}{}\n", answer(&question)).as_bytes())
            .expect("the container's stdout is a pipe");
        return;
    }
    if !docker::demanded() {
        return;
    }
    let village = Village::new();
    let db = village.database(&["-p", "5432"]);
    let port = published_port(&db);
    let container_url = "postgresql+psycopg://admin:p%40ss@db:5432/townpass_db".to_owned();
    let host_url = format!("postgresql+psycopg://admin:p%40ss@127.0.0.1:{port}/townpass_db");
    let at = |address: &str| format!("postgresql+psycopg://admin:p%40ss@{address}/townpass_db");

    // On the host, which knows no `db`.
    let seen = answer(&json!({ "db": db, "url": container_url }));
    expect(&seen, &host_url, "the host");
    let seen = answer(&json!({ "db": db, "url": host_url }));
    expect(&seen, &host_url, "the host");

    // On the service's network, with the container's URL and with the host's.
    let neighbour = village.resident(&["--network", &village.network("own")]);
    let network = format!("a container on the network `{}`", village.network("own"));
    let seen = neighbour.ask(&db, &container_url);
    expect(&seen, &container_url, &network);
    assert!(
        text(&seen, "why").contains("a PostgreSQL answers at `db:5432`"),
        "{seen}"
    );
    expect(&neighbour.ask(&db, &host_url), &container_url, &network);

    // On another network: by the gateway, or by the host's name where the container knows it.
    let stranger = village.resident(&["--network", &village.network("other")]);
    let gateway = at(&format!(
        "{}:{port}",
        village.gateway(&village.network("other"))
    ));
    expect(&stranger.ask(&db, &container_url), &gateway, "a container");
    expect(&stranger.ask(&db, &host_url), &gateway, "a container");
    // Without an engine to ask, the host's port is still found by knocking.
    expect(
        &stranger.ask(&Value::Null, &host_url),
        &gateway,
        "a container",
    );
    let stranger = village.resident(&[
        "--network",
        &village.network("other"),
        "--add-host",
        "host.docker.internal:host-gateway",
    ]);
    expect(
        &stranger.ask(&db, &container_url),
        &at(&format!("host.docker.internal:{port}")),
        "a container",
    );

    // On the host's network, and in the database's own, as dev containers like to be.
    let guest = village.resident(&["--network", "host"]);
    expect(
        &guest.ask(&db, &container_url),
        &host_url,
        "a container that shares the engine's network",
    );
    let name = text(&db, "Name").trim_start_matches('/').to_owned();
    let twin = village.resident(&["--network", &format!("container:{name}")]);
    let own_network = "a container in the database's own network";
    expect(
        &twin.ask(&db, &host_url),
        &at("127.0.0.1:5432"),
        own_network,
    );
}

#[test]
fn what_is_out_of_reach_says_how_to_reach_it() {
    if !docker::demanded() {
        return;
    }
    let village = Village::new();
    let url = "postgres://admin@db:5432/townpass_db";

    let unpublished = village.database(&[]);
    let seen = answer(&json!({ "db": unpublished, "url": url }));
    assert!(
        text(&seen, "error").contains("`db` does not publish port 5432"),
        "{seen}"
    );
    assert!(
        text(&seen, "help").contains("\"127.0.0.1:5432:5432\""),
        "{seen}"
    );
}

#[test]
fn a_port_on_the_hosts_loopback_is_no_way_out_of_a_container() {
    if !docker::demanded() {
        return;
    }
    let village = Village::new();
    let db = village.database(&["-p", "127.0.0.1::5432"]);
    let url = "postgres://admin@db:5432/townpass_db";
    let seen = answer(&json!({ "db": db, "url": url }));
    assert_eq!(
        text(&seen, "url"),
        format!(
            "postgres://admin@127.0.0.1:{}/townpass_db",
            published_port(&db)
        )
    );

    let stranger = village.resident(&[
        "--network",
        &village.network("other"),
        "--add-host",
        "host.docker.internal:host-gateway",
    ]);
    let seen = stranger.ask(&db, url);
    let warning = seen["warnings"][0].as_str().unwrap_or_default();
    let mend = format!("docker network connect {}", village.network("own"));
    assert!(warning.contains("no PostgreSQL answers"), "{seen}");
    assert!(warning.contains(&mend), "{seen}");
    let (before, after) = warning.split_once(&mend).expect("just seen");
    assert!(!before.is_empty());
    let own = after.trim_start().split('`').next().unwrap_or_default();
    docker::docker(&["network", "connect", &village.network("own"), own])
        .expect("the advice works");
    let seen = stranger.ask(&db, url);
    assert_eq!(text(&seen, "url"), url, "{seen}");
    assert_eq!(seen["answer"], "PostgreSql", "{seen}");
}

/// What is seen, decided and found from where this process stands.
fn answer(question: &Value) -> Value {
    let environment = env::vars().collect();
    let mut evidence = Evidence {
        surroundings: detect::surroundings(&environment),
        engine: Engine::at("unix:///var/run/docker.sock"),
        ..Evidence::default()
    };
    let Some(url) = question["url"].as_str() else {
        return json!({ "id": evidence.surroundings.own_container_id() });
    };
    if question["db"].is_null() {
        evidence.engine = Engine::None;
    } else {
        evidence.server = Server::Container(service(&question["db"]));
    }
    if question["own"].is_object() {
        evidence.own = OwnContainer::Known {
            id: text(&question["own"], "Id"),
            network: network(&question["own"]),
        };
    } else {
        assert_eq!(evidence.surroundings.place(), Place::Machine);
    }
    let url = DatabaseUrl::parse(url).expect("a URL");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        detect::look(&mut evidence, &url).await;
        match decide(&evidence, &url) {
            Ok(decision) => {
                let answer = match &decision.address {
                    Address::Tcp(endpoint) => detect::probe(endpoint).await,
                    Address::Socket { .. } | Address::Unnamed { .. } => Answer::Other,
                };
                json!({
                    "url": decision.url.reveal(),
                    "why": decision.why,
                    "vantage": decision.vantage.to_string(),
                    "warnings": decision.warnings,
                    "answer": format!("{answer:?}"),
                })
            }
            Err(error) => json!({
                "error": error.to_string(),
                "help": miette::Diagnostic::help(&error).map(|it| it.to_string()),
            }),
        }
    })
}

#[track_caller]
fn expect(seen: &Value, url: &str, vantage: &str) {
    assert_eq!(text(seen, "url"), url, "{seen}");
    assert_eq!(text(seen, "vantage"), vantage, "{seen}");
    assert_eq!(seen["answer"], "PostgreSql", "{seen}");
    assert_eq!(seen["warnings"], json!([]), "{seen}");
}

/// Two networks and the containers on them, gone when dropped.
struct Village {
    project: String,
}

impl Village {
    fn new() -> Self {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let village = Self {
            project: format!(
                "townpass-vantage-{}-{}",
                std::process::id(),
                COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
            ),
        };
        for which in ["own", "other"] {
            let network = village.network(which);
            docker::docker(&["network", "create", "--label", &village.label(), &network])
                .expect("a network");
        }
        village
    }

    fn label(&self) -> String {
        format!("com.docker.compose.project={}", self.project)
    }

    fn network(&self, which: &str) -> String {
        format!("{}_{which}", self.project)
    }

    /// The address by which a network's containers reach the host.
    fn gateway(&self, network: &str) -> String {
        let format = "{{range .IPAM.Config}}{{.Gateway}}{{end}}";
        docker::docker(&["network", "inspect", "--format", format, network]).expect("a gateway")
    }

    /// A running database, as inspect shows it once it answers.
    fn database(&self, options: &[&str]) -> Value {
        let (label, network) = (self.label(), self.network("own"));
        let mut arguments = vec!["run", "-d", "--label", &label, "--network", &network];
        arguments.extend(["--network-alias", "db", "-e", "POSTGRES_PASSWORD=password"]);
        arguments.extend(options);
        arguments.push("postgres:16");
        let id = docker::docker(&arguments).expect("a database");
        let deadline = Instant::now() + Duration::from_mins(1);
        let ready = ["exec", &id, "pg_isready", "-h", "127.0.0.1"];
        while docker::docker(&ready).is_err() {
            assert!(Instant::now() < deadline, "the database does not come up");
            thread::sleep(Duration::from_millis(200));
        }
        inspect(&id)
    }

    /// A container that stays, with this test executable in it.
    fn resident(&self, options: &[&str]) -> Resident {
        let executable = env::current_exe().expect("this executable");
        let mount = format!("{}:/it:ro", executable.display());
        let label = self.label();
        let mut arguments = vec!["run", "-d", "--label", &label, "-v", &mount];
        arguments.extend(options);
        arguments.extend(["--entrypoint", "sleep", "postgres:16", "3600"]);
        Resident {
            id: docker::docker(&arguments).expect("a container"),
        }
    }
}

impl Drop for Village {
    fn drop(&mut self) {
        docker::remove_project(&self.project);
    }
}

/// A container in which the question is asked.
struct Resident {
    id: String,
}

impl Resident {
    fn ask(&self, db: &Value, url: &str) -> Value {
        let seen = self.run(&json!({}));
        let own = inspect(&text(&seen, "id"));
        self.run(&json!({ "db": db, "own": own, "url": url }))
    }

    fn run(&self, question: &Value) -> Value {
        let variable = format!("{QUESTION}={question}");
        let test = "vantage::the_database_is_found_from_wherever_the_process_stands";
        let said = docker::docker(&[
            "exec",
            "-e",
            &variable,
            &self.id,
            "/it",
            "--exact",
            test,
            "--nocapture",
        ])
        .expect("it runs in the container");
        let line = said
            .lines()
            .find_map(|line| line.strip_prefix(ANSWER))
            .unwrap_or_else(|| panic!("no answer in {said}"));
        serde_json::from_str(line).expect("the answer is JSON")
    }
}

// What the engine says, read from its own client's words.

fn inspect(id: &str) -> Value {
    let said = docker::docker(&["inspect", id]).expect("the engine knows it");
    let mut all: Value = serde_json::from_str(&said).expect("inspect prints JSON");
    all[0].take()
}

fn text(value: &Value, key: &str) -> String {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("no `{key}` in {value}"))
        .to_owned()
}

fn service(inspected: &Value) -> Service {
    let ports = inspected["NetworkSettings"]["Ports"]["5432/tcp"].as_array();
    Service {
        name: ServiceName::new("db"),
        container: text(inspected, "Name").trim_start_matches('/').to_owned(),
        id: text(inspected, "Id"),
        standing: Standing::Running,
        port: 5432,
        published: ports
            .into_iter()
            .flatten()
            .map(|it| Published {
                host_ip: text(it, "HostIp"),
                host_port: text(it, "HostPort").parse().expect("a port"),
            })
            .collect(),
        network: network(inspected),
    }
}

fn published_port(inspected: &Value) -> u16 {
    service(inspected)
        .published
        .iter()
        .find(|it| !it.host_ip.contains(':'))
        .expect("it is published")
        .host_port
}

fn network(inspected: &Value) -> Network {
    let mode = text(&inspected["HostConfig"], "NetworkMode");
    if mode == "host" {
        return Network::Host;
    }
    if let Some(id) = mode.strip_prefix("container:") {
        return Network::Container(id.to_owned());
    }
    let networks = inspected["NetworkSettings"]["Networks"]
        .as_object()
        .expect("it has networks");
    Network::Attached(
        networks
            .iter()
            .map(|(name, it)| Attachment {
                network: name.clone(),
                id: text(it, "NetworkID"),
                address: text(it, "IPAddress").parse::<IpAddr>().ok(),
                aliases: it["Aliases"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|it| it.as_str().map(str::to_owned))
                    .collect(),
            })
            .collect(),
    )
}
