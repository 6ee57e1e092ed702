//! The image cannot be had.

use std::process::{Command, Stdio};

use insta::assert_snapshot;

use super::relay::{Mishap, Relay};
use crate::{
    engine::registry::{Doors, Registry},
    support::{Town, docker},
};

/// A project whose database is this image.
fn town(image: &str) -> Town {
    Town::with(&format!(
        "services:\n  db:\n    image: {image}\n    environment: {{ POSTGRES_USER: admin, POSTGRES_PASSWORD: \
         password, POSTGRES_DB: townpass_db }}\n    ports: [\"{{port}}:5432\"]\n"
    ))
}

/// A registry of this machine, where its program is installed.
#[track_caller]
fn registry() -> Option<Registry> {
    let version = Command::new("docker-registry")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if version.is_err() {
        docker::skip("no docker-registry");
        return None;
    }
    Some(Registry::start(Doors::Open))
}

#[test]
fn its_registry_does_not_have_it() {
    if !docker::demanded() {
        return;
    }
    let Some(registry) = registry() else { return };
    let town = town(&format!("localhost:{}/postgres:16", registry.port));
    let output = town.run("dev up --provider docker");
    let port = format!("localhost:{}", registry.port);
    assert_snapshot!(output.to_string().replace(&port, "[REGISTRY]"), @r#"
    status: 3
    --- stdout
    --- stderr
    • pulling image `[REGISTRY]/postgres:16`
    error: image `[REGISTRY]/postgres:16` was not found in its registry
      help: check the name and the tag; if the image is private, `docker login` to its registry first
    "#);
    assert_eq!(docker::left(town.project()), "");

    // Where nobody insists on Docker, there is a database all the same, and that is said.
    let output = town
        .townpass(["dev", "up"])
        .env("TOWNPASS_OFFLINE", "1")
        .run()
        .success()
        .says("was not found in its registry")
        .says("so the embedded provider runs the database");
    assert!(output.stdout.contains("[PORT]/townpass_db"), "{output}");
    assert_eq!(docker::left(town.project()), "");
}

#[test]
fn its_registry_is_down() {
    if !docker::demanded() {
        return;
    }
    let Some(registry) = registry() else { return };
    let port = registry.port;
    drop(registry);
    let town = town(&format!("localhost:{port}/postgres:16"));
    town.run("dev up --provider docker")
        .expect(3)
        .says("cannot reach the registry of image")
        .says("check the engine's network and proxy, then run this again");
    assert_eq!(docker::left(town.project()), "");
}

#[test]
fn it_must_not_be_pulled() {
    if !docker::demanded() {
        return;
    }
    let town = town("localhost:1/postgres:16");
    assert_snapshot!(town.run("dev up --provider docker --pull never"), @r#"
    status: 3
    --- stdout
    --- stderr
    error: image `localhost:1/postgres:16` is not on the engine, and its pull policy is `never`
      help: fetch it with `docker pull localhost:1/postgres:16`, or use `--pull missing`
    "#);
    assert_eq!(docker::left(town.project()), "");
}

#[test]
fn its_pull_is_cut_off() {
    if !docker::demanded() {
        return;
    }
    let Some(registry) = registry() else { return };
    let image = format!("localhost:{}/postgres:16", registry.port);
    let script = format!(
        "head -c 2000000 /dev/urandom > layer && tar c layer | docker import - {image} && \
         docker push -q {image} && docker rmi {image}"
    );
    let town = town(&image);
    let pushed = Command::new("sh")
        .args(["-ec", &script])
        .current_dir(town.home())
        .output()
        .expect("sh starts");
    assert!(pushed.status.success(), "{pushed:?}");
    let relay = Relay::start(&town, "Pulling fs layer", Mishap::Dies);
    let output = town
        .townpass(["dev", "up", "--provider", "docker"])
        .env("DOCKER_HOST", relay.address())
        .run()
        .to_string()
        .replace(&format!("localhost:{}", registry.port), "[REGISTRY]")
        // How the end is seen depends on what was on its way.
        .replace(
            "error reading a body from connection",
            "the connection ended in the middle of an answer",
        );
    assert_snapshot!(output, @r#"
    status: 3
    --- stdout
    --- stderr
    • pulling image `[REGISTRY]/postgres:16`
    error: the engine went away: it could not pull image `[REGISTRY]/postgres:16`
      ╰─▶ the connection ended in the middle of an answer
      help: start the engine, then run this again: nothing that was done is lost
    "#);
    assert_eq!(docker::left(town.project()), "");
    // The engine may have gone on by itself.
    let _ = docker::docker(&["rmi", "-f", &image]);
}
