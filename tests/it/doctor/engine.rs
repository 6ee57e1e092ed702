//! What breaks between the engine and a server that runs.

use std::net::TcpListener;

use super::{doctor, doctor_with};
use crate::support::{Town, docker, reference};

#[test]
fn an_engine_that_was_named_must_answer() {
    let town = Town::new();
    let nowhere = [("DOCKER_HOST", "unix:///nowhere/docker.sock")];
    let found = doctor_with(&town, &[], &nowhere)
        .fails(&["engine"])
        .says("engine", "failure", "no container engine answers")
        .says("compose-file", "ok", "docker-compose.yml")
        .says("container", "skipped", "engine failed")
        .says("journal", "skipped", "engine failed");
    let tried = found.row("engine")["details"].to_string();
    assert!(
        tried.contains("/nowhere/docker.sock (DOCKER_HOST)"),
        "{tried}"
    );
    let output = town
        .townpass(["doctor"])
        .env("DOCKER_HOST", "unix:///nowhere/docker.sock")
        .run()
        .expect(1);
    output
        .shows("✗ engine            no container engine answers; tried:")
        .shows("- container         skipped, since engine failed")
        .shows("1 failure, 0 warnings");
}

#[test]
fn the_embedded_provider_is_looked_at_as_well() {
    let town = Town::new().with_example_migrations();
    let embedded = ["--provider", "embedded"];
    doctor_with(&town, &embedded, &[])
        .fails(&["container"])
        .says("engine", "not-applicable", "asked for")
        .mended_by("container", "townpass dev up");
    town.run("--provider embedded dev up --migrate").success();
    doctor_with(&town, &embedded, &[])
        .well()
        .says("image", "not-applicable", "no image")
        .says("volume", "ok", "initialised with the configured password")
        .says("journal", "ok", "nothing is pending");
}

#[test]
fn a_container_that_does_not_run_is_started_by_the_command() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    let name = town.container();
    town.run("dev up").success();
    let all = doctor(&town).well();
    all.says("container", "ok", "runs")
        .says("port", "ok", &town.port().to_string());
    docker::docker(&["stop", &name]).expect("it runs");
    doctor(&town)
        .fails(&["container"])
        .says("container", "failure", "does not run")
        .says("volume", "ok", "its password was not compared")
        .says("address", "skipped", "container failed")
        .mended_by("container", "townpass dev up")
        .mend("container", &town)
        .success();
    doctor(&town).well();
    docker::docker(&["kill", &name]).expect("it runs");
    doctor(&town)
        .fails(&["container"])
        .says("container", "failure", "exited with code 137")
        .mend("container", &town)
        .success();
    doctor(&town).well();
    docker::docker(&["pause", &name]).expect("it runs");
    doctor(&town)
        .fails(&["container"])
        .says("container", "failure", "is paused")
        .mend("container", &town)
        .success();
    doctor(&town).well();
}

#[test]
fn a_name_that_somebody_else_has() {
    if !docker::demanded() {
        return;
    }
    let (town, other) = (Town::new(), Town::bare());
    let label = format!("com.docker.compose.project={}", other.project());
    let name = town.container();
    docker::docker(&["create", "--name", &name, "--label", &label, "postgres:16"])
        .expect("it is made");
    let found = doctor(&town).fails(&["container"]).says(
        "container",
        "failure",
        "cannot be started: the name of container",
    );
    drop(found);
}

#[test]
fn an_image_that_is_not_here_or_is_another() {
    if !docker::demanded() {
        return;
    }
    let absent = reference().replace("postgres:16", "localhost:1/postgres:16");
    let town = Town::with(&absent);
    doctor(&town)
        .fails(&["container"])
        .says("image", "warning", "is not here yet")
        .mended_by("image", "docker pull localhost:1/postgres:16");
    let town = Town::new();
    town.run("dev up").success();
    let newer = reference().replace("postgres:16", "postgres:17");
    let town = town.write("docker-compose.yml", &newer);
    doctor(&town)
        .well()
        .says(
            "image",
            "warning",
            "the container was made from `postgres:16`",
        )
        .mended_by("image", "townpass dev reset-db --volume")
        .mend("image", &town)
        .success();
    doctor(&town).well();
}

#[test]
fn data_of_another_major() {
    if !docker::compose_demanded() {
        return;
    }
    let town = Town::new();
    town.run("dev up").success();
    town.run("dev down").success();
    let newer = reference().replace("postgres:16", "postgres:17");
    let town = town.write("docker-compose.yml", &newer);
    doctor(&town)
        .fails(&["volume", "container"])
        .says("volume", "failure", "holds the data of PostgreSQL 16")
        .says("container", "failure", "cannot be started: volume failed")
        .mended_by("container", "townpass dev reset-db --volume");
    // Nothing is left of looking at it.
    let using = format!("volume={}_pgdata", town.project());
    let all = docker::docker(&["ps", "-aq", "--filter", &using]);
    assert_eq!(all, Ok(String::new()));
    // Compose lets the server loose on it, which ends.
    town.compose("up -d --wait").expect_err("it ends");
    let found = doctor(&town)
        .fails(&["volume", "container"])
        .says(
            "container",
            "failure",
            "its data was written by PostgreSQL 16",
        )
        .says("volume", "failure", "holds the data of PostgreSQL 16")
        .mended_by("container", "townpass dev reset-db --volume");
    found.mend("volume", &town).success();
    doctor(&town).well();
}

#[test]
fn a_port_that_somebody_else_has() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    let holder = TcpListener::bind(("0.0.0.0", town.port())).expect("it is free");
    let found = doctor(&town)
        .fails(&["port", "container"])
        .says("port", "failure", "cannot be published for service `db`")
        .says("container", "failure", "cannot be started: port failed");
    // The file is where another port is chosen; nobody is stopped unasked.
    for check in ["port", "container"] {
        let row = found.row(check);
        assert_eq!(row["edit"], "docker-compose.yml:10:9", "{}", found.output);
        assert!(row["command"].is_null(), "{}", found.output);
    }
    let pid = format!("(pid {})", std::process::id());
    let said = found.row("port")["evidence"].as_str().expect("evidence");
    assert!(said.contains(&pid), "{said}");
    drop(holder);
    doctor(&town).fails(&["container"]);
    // The container is older than the line of the Compose file.
    town.run("dev up").success();
    let compose = reference().replace("\"{port}:5432\"", "\"59999:5432\"");
    let town = town.write("docker-compose.yml", &compose);
    doctor(&town)
        .well()
        .says("port", "warning", "asks for port 59999")
        .mended_by("port", "townpass dev down");
}

#[test]
fn a_disk_that_is_almost_full() {
    if !docker::demanded() {
        return;
    }
    let volume = "volumes:\n  pgdata:\n    driver: local\n    driver_opts: \
                  { type: tmpfs, device: tmpfs, o: \"size=120m\" }\n";
    let compose = reference().replace("volumes:\n  pgdata:\n", volume);
    let town = Town::with(&compose);
    town.run("dev up").success();
    doctor(&town)
        .fails(&["disk"])
        .says("disk", "failure", "MB are free for volume")
        .mended_by("disk", "docker system prune");
}
