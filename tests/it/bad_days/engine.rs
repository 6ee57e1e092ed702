//! The engine is not there, does not let us in, goes away, or has no room.

use std::os::unix::fs::MetadataExt as _;

use insta::assert_snapshot;

use super::relay::{Mishap, Relay};
use crate::support::{Output, Town, docker};

/// `dev up` by this way to the engine.
#[track_caller]
fn up(town: &Town, relay: &Relay) -> Output {
    town.townpass(["dev", "up", "--provider", "docker"])
        .env("DOCKER_HOST", relay.address())
        .run()
}

#[test]
fn there_is_none() {
    let town = Town::new();
    let nowhere = format!("unix://{}", town.home().join("docker.sock").display());
    let output = town
        .townpass(["dev", "up", "--provider", "docker"])
        .env("DOCKER_HOST", &nowhere)
        .run();
    assert_snapshot!(output, @r#"
    status: 3
    --- stdout
    --- stderr
    error: no container engine answers; tried:
      │   unix://[ROOT]/home/docker.sock (DOCKER_HOST): not there
      help: nothing is at the address that DOCKER_HOST names: start that engine, or unset it
            without an engine, `--provider embedded` runs a private PostgreSQL
    "#);
    let output = town
        .townpass(["dev", "up", "--provider", "docker", "--output", "json"])
        .env("DOCKER_HOST", &nowhere)
        .run();
    assert_snapshot!(output, @r#"
    status: 3
    --- stdout
    --- stderr
    {"event":"error","exit-code":3,"message":"no container engine answers; tried:\n  unix://[ROOT]/home/docker.sock (DOCKER_HOST): not there","help":"nothing is at the address that DOCKER_HOST names: start that engine, or unset it\nwithout an engine, `--provider embedded` runs a private PostgreSQL"}
    "#);
    assert_snapshot!(town.run("dev up --provider docker --context office"), @r#"
    status: 2
    --- stdout
    --- stderr
    error: there is no Docker context `office` (named by --context office)
      help: no context is defined; use `--context default` or unset it
    "#);
}

#[test]
fn its_socket_is_not_for_us() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    if std::fs::metadata(town.path()).expect("it was made").uid() != 0 {
        docker::skip("only root can become somebody else");
        return;
    }
    let output = town
        .townpass(["dev", "up", "--provider", "docker"])
        .without("DOCKER_HOST")
        .by(65534)
        .run();
    assert_snapshot!(output, @r#"
    status: 3
    --- stdout
    --- stderr
    error: no container engine answers; tried:
      │   unix:///var/run/docker.sock (Docker Engine): permission denied
      │   unix:///run/user/65534/docker.sock (rootless Docker): not there
      │   unix://[ROOT]/home/.docker/run/docker.sock (rootless Docker): not there
      │   unix://[ROOT]/home/.docker/desktop/docker.sock (Docker Desktop): not there
      │   unix://[ROOT]/home/.colima/default/docker.sock (Colima): not there
      │   unix://[ROOT]/home/.rd/docker.sock (Rancher Desktop): not there
      │   unix:///run/user/65534/podman/podman.sock (rootless Podman): not there
      │   unix:///run/podman/podman.sock (Podman): not there
      help: join the group: `sudo usermod -aG docker $USER`, then `newgrp docker` or log in again
            without an engine, `--provider embedded` runs a private PostgreSQL
    "#);
}

#[test]
fn it_dies_at_each_step_and_the_next_run_ends_well() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    for (word, was_about_to) in [
        ("POST /networks/create", "create network"),
        ("POST /volumes/create", "create volume"),
        ("POST /containers/create", "create container"),
        ("/start ", "start container"),
    ] {
        let relay = Relay::start(&town, word, Mishap::Dies);
        up(&town, &relay)
            .expect(3)
            .says("the engine went away")
            .says(was_about_to)
            .says("run this again");
    }
    // While it is waited for, and before it can answer.
    let relay = Relay::start(&town, "never said", Mishap::Dies);
    let mut running = town
        .townpass(["dev", "up", "--provider", "docker"])
        .env("DOCKER_HOST", relay.address())
        .start();
    running.until_says("started container");
    relay.die();
    let _ = running.end();
    let _ = town.run("dev up").success();
    assert_eq!(town.sql("select 1"), "1");

    // From then on its data is there, and no other database takes its place unasked.
    let relay = Relay::start(&town, "never said", Mishap::Dies);
    relay.die();
    let output = town
        .townpass(["dev", "up"])
        .env("DOCKER_HOST", relay.address())
        .run();
    assert_snapshot!(output, @r#"
    status: 3
    --- stdout
    --- stderr
    error: this project's data is in Docker, which cannot be used now
      ╰─▶ no container engine answers; tried:
            unix://[ROOT]/home/engine.sock (DOCKER_HOST): not there
      help: nothing is at the address that DOCKER_HOST names: start that engine, or unset it
            or, for an empty database beside the one in Docker, add `--provider embedded`
    "#);
    let _ = town.townpass(["dev", "down"]).run().success();
}

#[test]
fn its_disk_is_full() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    let full = "create vol: mkdir /var/lib/docker/volumes: no space left on device";
    let relay = Relay::start(&town, "/volumes/create", Mishap::Fails(full));
    assert_snapshot!(up(&town, &relay), @r#"
    status: 3
    --- stdout
    --- stderr
    • created network `[PROJECT]_default`
    error: the engine's disk is full: it could not create volume `[PROJECT]_pgdata`
      help: see what takes the space with `docker system df`, make room with `docker system prune`, then run this again
    "#);
    let said = Relay::start(&town, "/containers/create", Mishap::Fails(full));
    up(&town, &said).expect(3).says("the engine's disk is full");
}
