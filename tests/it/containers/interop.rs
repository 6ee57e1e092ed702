//! What we make is Compose's own to the real Compose plugin, and the other way round.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use super::fixture::Fixture;
use crate::support::docker;

/// The reference service, and further shapes beside it. None needs more than the image's shell.
const SHAPES: &str = r#"
services:
  db:
    image: postgres:16
    environment: { POSTGRES_USER: admin, POSTGRES_PASSWORD: password, POSTGRES_DB: townpass_db }
    ports: ["127.0.0.1::5432"]
    healthcheck: { test: ["CMD-SHELL", "pg_isready -U admin -d townpass_db"], interval: 1s, timeout: 3s, retries: 100 }
    volumes: ["pgdata:/var/lib/postgresql/data"]
  dependent:
    image: postgres:16
    entrypoint: [sleep, "600"]
    environment: ["DATABASE_URL=postgresql+psycopg://admin:p<a>ss&@db:5432/townpass_db", "EMPTY=", "UNSET"]
    depends_on: { db: { condition: service_healthy } }
    stop_grace_period: 1s
  terminal:
    image: postgres:16
    entrypoint: ["sh"]
    command: -c "sleep 600"
    tty: true
    stdin_open: true
    init: true
    stop_signal: SIGKILL
  mounts:
    image: postgres:16
    command: ["sleep", "600"]
    volumes:
      - ./data:/data:ro
      - /anonymous
      - { type: tmpfs, target: /memory, tmpfs: { size: 1m } }
      - { type: volume, source: more, target: /more, read_only: true }
    tmpfs: ["/scratch:size=64k"]
    stop_signal: SIGKILL
  networks:
    image: postgres:16
    command: sleep 600
    stop_signal: SIGKILL
    networks:
      back: { ipv4_address: 10.213.77.5, aliases: [other, names] }
      front: { priority: 10 }
  ports:
    image: postgres:16
    command: sleep 600
    stop_signal: SIGKILL
    expose: ["9000", "9001-9003/udp"]
    ports:
      - "127.0.0.1:0:7000"
      - { target: 7001, host_ip: 127.0.0.1, protocol: udp }
  files:
    image: postgres:16
    command: sleep 600
    stop_signal: SIGKILL
    env_file: [a.env]
    secrets: [password]
    configs: [{ source: settings, target: /etc/settings.ini }]
  limits:
    image: postgres:16
    command: sleep 600
    stop_signal: SIGKILL
    ulimits: { nproc: 65535, nofile: { soft: 1024, hard: 2048 } }
    sysctls: { net.core.somaxconn: 1024 }
    cap_add: [SYS_NICE]
    cap_drop: [MKNOD]
    shm_size: 128mb
    mem_limit: 256m
    cpus: 0.5
    pids_limit: 100
    security_opt: ["no-new-privileges:true"]
  host:
    image: postgres:16
    command: sleep 600
    hostname: somewhere
    user: postgres
    working_dir: /tmp
    extra_hosts: ["elsewhere:10.0.0.1", "host.docker.internal:host-gateway"]
    dns: [10.0.0.53]
    dns_search: [example.org]
    labels: { team: a, "with space": "b c" }
    read_only: true
    stop_signal: SIGKILL
  rules:
    image: postgres:16
    command: sleep 600
    stop_signal: SIGKILL
    restart: unless-stopped
    logging: { driver: json-file, options: { max-size: 1m } }
    deploy: { resources: { limits: { cpus: "0.25", memory: 200m }, reservations: { memory: 20m } } }
  alone:
    image: postgres:16
    command: sleep 600
    stop_signal: SIGKILL
    network_mode: none
  sidecar:
    image: postgres:16
    command: sleep 600
    stop_signal: SIGKILL
    network_mode: "service:db"
networks:
  front:
  back: { ipam: { config: [{ subnet: 10.213.77.0/24 }] } }
volumes: { pgdata: , more: }
secrets: { password: { file: ./password.txt } }
configs: { settings: { file: ./settings.ini } }
"#;

/// A directory with the file and what it names. Networks must not overlap, so each test has one.
fn directory(subnet: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let write = |name: &str, text: &str| {
        fs::write(directory.path().join(name), text).expect("it fits");
    };
    write("docker-compose.yml", &SHAPES.replace("10.213.77.", subnet));
    write("a.env", "FROM_FILE=yes\nQUOTED='a b'\n");
    write("password.txt", "secret");
    write("settings.ini", "[x]\n");
    fs::create_dir(directory.path().join("data")).expect("it is new");
    directory
}

/// Runs the real plugin on the project.
fn compose(fixture: &Fixture, arguments: &[&str]) -> String {
    let output = Command::new("docker")
        .args(["compose", "-p", fixture.project.name.as_str()])
        .args(arguments)
        .current_dir(&fixture.project.directory)
        .output()
        .expect("docker is there");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "docker compose {arguments:?}: {errors}"
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The id and the time of the start of each service's container.
fn containers(fixture: &Fixture) -> BTreeMap<String, String> {
    let one = |service: String| {
        let it = fixture.inspect(&service, "{{.Id}} {{.State.StartedAt}}");
        (service, it)
    };
    fixture.all().into_iter().map(one).collect()
}

#[tokio::test]
async fn compose_takes_what_we_made_for_its_own() {
    if !docker::compose_demanded() {
        return;
    }
    let directory = directory("10.213.77.");
    let fixture = Fixture::load("ours", directory.path()).await;
    let services = fixture.all();
    let services: Vec<&str> = services.iter().map(String::as_str).collect();
    fixture.up(&services).await.expect("all comes up");
    let ours = containers(&fixture);
    compose(&fixture, &["up", "-d"]);
    assert_eq!(
        containers(&fixture),
        ours,
        "nothing is recreated or restarted"
    );

    let listed = compose(&fixture, &["ps", "--services"]);
    let mut listed: Vec<_> = listed.lines().collect();
    listed.sort_unstable();
    let mut expected = services.clone();
    expected.sort_unstable();
    assert_eq!(listed, expected);
    assert!(compose(&fixture, &["logs", "db"]).contains("database system is ready"));
    assert_eq!(
        compose(&fixture, &["exec", "-T", "db", "printenv", "POSTGRES_DB"]),
        "townpass_db\n"
    );
    compose(&fixture, &["stop", "db", "sidecar"]);
    assert_eq!(fixture.inspect("db", "{{.State.Status}}"), "exited");
    compose(&fixture, &["down", "-v"]);
    let label = format!("label=com.docker.compose.project={}", fixture.project.name);
    for list in [
        &["ps", "-aq"][..],
        &["network", "ls", "-q"],
        &["volume", "ls", "-q"],
    ] {
        let arguments = [list, &["--filter", &label]].concat();
        assert_eq!(
            docker::docker(&arguments).expect("the engine answers"),
            "",
            "{list:?}"
        );
    }
}

#[tokio::test]
async fn we_take_what_compose_made_for_our_own() {
    if !docker::compose_demanded() {
        return;
    }
    let directory = directory("10.213.78.");
    let fixture = Fixture::load("theirs", directory.path()).await;
    compose(&fixture, &["up", "-d"]);
    let theirs = containers(&fixture);
    let services = fixture.all();
    let services: Vec<&str> = services.iter().map(String::as_str).collect();
    assert_eq!(
        fixture
            .plan(&services)
            .await
            .expect("nothing is in the way"),
        [""; 0]
    );
    let told = fixture.up(&services).await.expect("all is up");
    assert_eq!(told, [""; 0], "no note, since nothing differs");
    assert_eq!(containers(&fixture), theirs);

    compose(&fixture, &["stop"]);
    fixture.up(&services).await.expect("all is started again");
    let ids = |all: &BTreeMap<String, String>| -> Vec<String> {
        all.values()
            .map(|it| it.split(' ').next().unwrap_or_default().to_owned())
            .collect()
    };
    assert_eq!(ids(&containers(&fixture)), ids(&theirs));
}
