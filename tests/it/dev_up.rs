//! `townpass dev up`: the reference file with no configuration, again, beside other services, and
//! when one of those fails.

use crate::support::{Town, docker};

/// Who made it, when it was started: a container that was left alone has the same.
fn identity(container: &str) -> String {
    docker::docker(&[
        "inspect",
        "--format",
        "{{.Id}} {{.State.StartedAt}}",
        container,
    ])
    .expect("the container is there")
}

#[test]
fn from_nothing_to_a_database_and_no_further() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    let planned = town.run("dev up --dry-run").success();
    assert_eq!(
        planned.stdout,
        "would create network `[PROJECT]_default`\n\
         would create volume `[PROJECT]_pgdata`\n\
         would create container `[CONTAINER]` from `postgres:16`\n\
         would start container `[CONTAINER]`\n"
    );
    assert!(docker::docker(&["inspect", &town.container()]).is_err());

    let first = town
        .run("dev up")
        .success()
        .says("created network `[PROJECT]_default`")
        .says("created volume `[PROJECT]_pgdata`")
        .says("created container `[CONTAINER]`")
        .says("started container `[CONTAINER]`")
        .says("answers on 127.0.0.1:[PORT]");
    assert_eq!(
        first.stdout,
        "postgresql://admin:password@127.0.0.1:[PORT]/townpass_db\n"
    );
    assert_eq!(town.sql("select current_user"), "admin");

    let before = identity(&town.container());
    assert_eq!(
        town.run("dev up --dry-run").success().stdout,
        "nothing to do\n"
    );
    let second = town.run("--output json dev up").success();
    assert_eq!(second.event_names(), ["ready"], "{second}");
    assert_eq!(identity(&town.container()), before);

    docker::docker(&["stop", "-t", "0", &town.container()]).expect("it runs");
    let third = town.run("dev up").success().says("started container");
    assert!(!third.stderr.contains("created"), "{third}");
    assert_eq!(
        identity(&town.container()).split(' ').next(),
        before.split(' ').next()
    );
}

/// The reference shape with what stands around it: a one-shot that migrates, and an application
/// that waits for it. Both are built from the directory.
const AROUND: &str = r#"services:
  db:
    image: postgres:16
    container_name: {container}
    environment: { POSTGRES_USER: admin, POSTGRES_PASSWORD: password, POSTGRES_DB: townpass_db }
    ports: ["{port}:5432"]
    healthcheck: { test: ["CMD-SHELL", "pg_isready -U admin -d townpass_db"], interval: 1s, timeout: 3s, retries: 100 }
    volumes: ["pgdata:/var/lib/postgresql/data"]
  migrate:
    build: .
    environment: ["PGPASSWORD=password"]
    depends_on: { db: { condition: service_healthy } }
    command: psql -X -h db -U admin -d townpass_db -c "create table if not exists ready (at timestamptz)"
  api:
    build: .
    environment: ["PGPASSWORD=password"]
    depends_on: { db: { condition: service_healthy }, migrate: { condition: service_completed_successfully } }
    command: sh -c "psql -X -h db -U admin -d townpass_db -v ON_ERROR_STOP=1 -c 'insert into ready values (now())' && exec sleep 600"
  broken:
    build: .
    command: sh -c "echo cannot find the town >&2; exit 3"
  after:
    build: .
    depends_on: { broken: { condition: service_completed_successfully } }
    command: sleep 600
volumes: { pgdata: }
"#;

#[test]
fn further_services_start_in_order_after_what_they_wait_for() {
    if !docker::demanded() {
        return;
    }
    let town = Town::with(AROUND)
        .write(
            "Dockerfile",
            "FROM postgres:16\nENTRYPOINT []\nSTOPSIGNAL SIGKILL\n",
        )
        .write(".dockerignore", "*\n");
    let planned = town.run("dev up api db --dry-run").success();
    for step in ["build", "-migrate-1`", "-api-1`"] {
        assert!(planned.stdout.contains(step), "{step} in\n{planned}");
    }
    let up = town.run("dev up api db").success();
    let place = |text: &str| {
        up.stderr
            .find(text)
            .unwrap_or_else(|| panic!("no {text} in\n{up}"))
    };
    assert!(
        place("started container `[CONTAINER]`") < place("started container `[PROJECT]-migrate-1`")
    );
    assert!(
        place("started container `[PROJECT]-migrate-1`")
            < place("started container `[PROJECT]-api-1`")
    );
    let inserted = "select count(*) from ready";
    let api = format!("{}-api-1", town.project());
    // The application's own start is not waited for.
    while town.sql(inserted) != "1" {
        let state = docker::docker(&["inspect", "--format", "{{.State.Status}}", &api]);
        assert_eq!(state.as_deref(), Ok("running"));
    }
    let before = identity(&api);
    town.run("dev up api db").success();
    assert_eq!(identity(&api), before);

    town.run("dev up after")
        .expect(3)
        .says("broken")
        .says("3")
        .says("cannot find the town");
    assert!(docker::docker(&["inspect", &format!("{}-after-1", town.project())]).is_err());
    town.run("dev up ap").expect(2).says("`ap`").says("`api`");

    town.run("dev down --volumes --yes").success();
    for container in [town.container(), api] {
        assert!(docker::docker(&["inspect", &container]).is_err());
    }
}

#[test]
fn the_applications_url_is_rewritten_byte_for_byte() {
    if !docker::demanded() {
        return;
    }
    let town = Town::with(&crate::support::reference().replace(
        "POSTGRES_PASSWORD: password",
        "POSTGRES_PASSWORD: 'p@ss/wörd $$1'",
    ))
    .write(
        ".env",
        "DATABASE_URL=postgresql+psycopg://admin:p%40ss%2fw%C3%B6rd%20%241@db:5432/townpass_db?sslmode=prefer&application_name=api%20one\n",
    );
    let up = town.run("dev up --migrate").expect(2).says("migrations");
    assert_eq!(
        up.stdout, "",
        "a missing history is no reason to start anything"
    );
    let seen = "postgresql+psycopg://admin:p%40ss%2fw%C3%B6rd%20%241@127.0.0.1:[PORT]/townpass_db?sslmode=prefer&application_name=api%20one\n";
    assert_eq!(town.run("dev up").success().stdout, seen);
    town.run("-v dev url")
        .success()
        .says("changed `db:5432` to `127.0.0.1:[PORT]`");
    let kept = std::fs::read_to_string(town.path().join(".env")).expect("it was written");
    assert!(kept.contains("@db:5432/"), "no file is changed: {kept}");

    let wrong = town
        .townpass(["dev", "up"])
        .env(
            "DATABASE_URL",
            "postgresql+psycopg://admin:outdated@db:5432/townpass_db",
        )
        .run()
        .expect(3)
        .hides("outdated");
    assert!(
        wrong.stderr.contains("`DATABASE_URL` of the environment"),
        "{wrong}"
    );
}
