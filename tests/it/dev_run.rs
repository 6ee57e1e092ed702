//! `townpass dev run`: a command in a container of its own, of an image or of a service.

use crate::support::{Town, docker};

/// The reference with a second service, whose own command would never end.
const WITH_API: &str = r#"
services:
  db:
    image: postgres:16
    container_name: {container}
    environment: { POSTGRES_USER: admin, POSTGRES_PASSWORD: password, POSTGRES_DB: townpass_db }
    ports: ["{port}:5432"]
  api:
    image: postgres:16
    entrypoint: []
    command: ["sleep", "infinity"]
    user: postgres
    working_dir: /var
    environment: { MODE: web, PORT: "8000" }
    ports: ["8000"]
    restart: always
    volumes: ["state:/state"]
    depends_on: { db: { condition: service_started } }
volumes: { state: }
"#;

#[test]
fn a_service_lends_its_container() {
    if !docker::demanded() {
        return;
    }
    let town = Town::with(WITH_API).write("townpass.toml", "service = \"db\"\n");
    let script = "echo $(id -un) $(pwd) $MODE $PORT $DATABASE_URL; test -d /state && exit 7";
    let ours = town
        .townpass([
            "dev",
            "run",
            "-T",
            "-e",
            "MODE=test",
            "api",
            "--",
            "sh",
            "-c",
            script,
        ])
        .run()
        .expect(7);
    assert_eq!(
        ours.stdout,
        "postgres /var test 8000 postgresql://admin:password@db:5432/townpass_db\n"
    );
    // As Compose has it: without the dashes too, and nothing of it stays.
    let short = town
        .townpass(["dev", "run", "-T", "-w", "/tmp", "api", "pwd"])
        .run()
        .success();
    assert_eq!(short.stdout, "/tmp\n");
    let filter = format!("label=com.docker.compose.project={}", town.project());
    let left = docker::docker(&["ps", "--all", "--format", "{{.Names}}", "--filter", &filter]);
    assert_eq!(left, Ok(town.container()));
}

#[test]
fn the_database_lends_its_image_only_and_a_wrong_name_starts_nothing() {
    if !docker::demanded() {
        return;
    }
    let town = Town::with(WITH_API).write("townpass.toml", "service = \"db\"\n");
    town.run("dev run apu -- true")
        .expect(2)
        .says("`apu`")
        .says("`api`");
    assert_eq!(docker::left(town.project()), "");
    let query = "psql $DATABASE_URL -Atc 'select current_user'; ls /app";
    let output = town
        .townpass(["dev", "run", "-T", "db", "--", "sh", "-c", query])
        .run()
        .success();
    assert_eq!(output.stdout, "admin\ndocker-compose.yml\ntownpass.toml\n");
}
