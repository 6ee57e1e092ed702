//! The evidence gathered for real: from the host, and from inside containers that stand in
//! every relation to the database's.
//!
//! A container runs this very test executable, with the engine's socket mounted as dev containers
//! have it: it looks around, asks the engine, decides, and knocks where the decision points.

use std::{
    env,
    io::Write as _,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use townpass::{
    database::whereabouts::gather,
    host::{Answer, Evidence, decide, detect},
    ident::ServiceName,
    url::{Address, DatabaseUrl},
};

use crate::engine::sandbox::engine;
use crate::support::docker;

/// What the process in the container is asked: a database's container or nothing, and a URL.
/// Unset on the host.
const QUESTION: &str = "TOWNPASS_TEST_VANTAGE";

/// What stands before the answer, among what the test runner prints.
const ANSWER: &str = "the vantage is seen as ";

#[test]
fn the_database_is_found_from_wherever_the_process_stands() {
    if let Ok(question) = env::var(QUESTION) {
        let question = Question::read(&question);
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
    let seen = answer(&Question::new(Some(&db), &container_url));
    expect(&seen, &host_url, "the host");
    let seen = answer(&Question::new(Some(&db), &host_url));
    expect(&seen, &host_url, "the host");

    // On the service's network, with the container's URL and with the host's.
    let neighbour = village.resident(&["--network", &village.network("own")]);
    let network = format!("a container on the network `{}`", village.network("own"));
    let seen = neighbour.ask(Some(&db), &container_url);
    expect(&seen, &container_url, &network);
    assert!(
        text(&seen, "why").contains("a PostgreSQL answers at `db:5432`"),
        "{seen}"
    );
    expect(
        &neighbour.ask(Some(&db), &host_url),
        &container_url,
        &network,
    );

    // On another network: by the gateway, or by the host's name where the container knows it.
    let stranger = village.resident(&["--network", &village.network("other")]);
    let gateway = at(&format!(
        "{}:{port}",
        Village::gateway_of(&village.network("other"))
    ));
    expect(
        &stranger.ask(Some(&db), &container_url),
        &gateway,
        "a container",
    );
    expect(&stranger.ask(Some(&db), &host_url), &gateway, "a container");
    // Without an engine to ask, the host's port is still found by knocking.
    expect(&stranger.ask(None, &host_url), &gateway, "a container");
    let stranger = village.resident(&[
        "--network",
        &village.network("other"),
        "--add-host",
        "host.docker.internal:host-gateway",
    ]);
    expect(
        &stranger.ask(Some(&db), &container_url),
        &at(&format!("host.docker.internal:{port}")),
        "a container",
    );

    // On the host's network, and in the database's own, as dev containers like to be.
    let guest = village.resident(&["--network", "host"]);
    expect(
        &guest.ask(Some(&db), &container_url),
        &host_url,
        "a container that shares the engine's network",
    );
    let twin = village.resident(&["--network", &format!("container:{db}")]);
    let own_network = "a container in the database's own network";
    expect(
        &twin.ask(Some(&db), &host_url),
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
    let seen = answer(&Question::new(Some(&unpublished), url));
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
    let seen = answer(&Question::new(Some(&db), url));
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
    let seen = stranger.ask(Some(&db), url);
    let warning = seen["warnings"][0].as_str().unwrap_or_default();
    let mend = format!("docker network connect {}", village.network("own"));
    assert!(warning.contains("no PostgreSQL answers"), "{seen}");
    assert!(warning.contains(&mend), "{seen}");
    let (before, after) = warning.split_once(&mend).expect("just seen");
    assert!(!before.is_empty());
    let own = after.trim_start().split('`').next().unwrap_or_default();
    docker::docker(&["network", "connect", &village.network("own"), own])
        .expect("the advice works");
    let seen = stranger.ask(Some(&db), url);
    assert_eq!(text(&seen, "url"), url, "{seen}");
    assert_eq!(seen["answer"], "PostgreSql", "{seen}");
}

/// What is seen, decided and found from where this process stands.
fn answer(question: &Question) -> Value {
    let environment = env::vars().collect();
    let mut evidence = Evidence {
        surroundings: detect::surroundings(&environment),
        ..Evidence::default()
    };
    let url = DatabaseUrl::parse(&question.url).expect("a URL");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        if let Some(db) = &question.db {
            let engine = engine().await;
            let container = engine.container(db).await.expect("the engine knows it");
            let service = ServiceName::new("db");
            evidence = gather(evidence, &engine, &service, 5432, Some(&container)).await;
        }
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

/// What a process is asked.
struct Question {
    /// The database's container; none where no engine is to be asked.
    db: Option<String>,
    url: String,
}

impl Question {
    fn new(db: Option<&str>, url: &str) -> Self {
        Self {
            db: db.map(str::to_owned),
            url: url.to_owned(),
        }
    }

    fn read(text: &str) -> Self {
        let (db, url) = text.split_once(' ').expect("a container and a URL");
        Self::new(Some(db).filter(|it| *it != "-"), url)
    }
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
    fn gateway_of(network: &str) -> String {
        let format = "{{range .IPAM.Config}}{{.Gateway}}{{end}}";
        docker::docker(&["network", "inspect", "--format", format, network]).expect("a gateway")
    }

    /// The id of a running database, once it answers.
    fn database(&self, options: &[&str]) -> String {
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
        id
    }

    /// A container that stays, with this test executable in it.
    fn resident(&self, options: &[&str]) -> Resident {
        let executable = env::current_exe().expect("this executable");
        let mount = format!("{}:/it:ro", executable.display());
        let label = self.label();
        let socket = "/var/run/docker.sock:/var/run/docker.sock";
        let mut arguments = vec!["run", "-d", "--label", &label, "-v", &mount, "-v", socket];
        arguments.extend(options);
        arguments.extend(["--entrypoint", "sleep", "postgres:16", "3600"]);
        Resident {
            id: docker::docker(&arguments).expect("a container"),
        }
    }
}

/// The port of the host at which a database is published, by the engine's own client.
fn published_port(container: &str) -> u16 {
    let format = "{{(index (index .NetworkSettings.Ports \"5432/tcp\") 0).HostPort}}";
    let port =
        docker::docker(&["inspect", "--format", format, container]).expect("it is published");
    port.parse().expect("a port")
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
    fn ask(&self, db: Option<&str>, url: &str) -> Value {
        let variable = format!("{QUESTION}={} {url}", db.unwrap_or("-"));
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

fn text(value: &Value, key: &str) -> String {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("no `{key}` in {value}"))
        .to_owned()
}
