//! The harness keeps its promises: nothing of a town survives it, and no two towns meet.

use std::{
    panic, thread,
    time::{Duration, Instant},
};

use crate::support::{Town, docker};

#[test]
fn towns_share_no_name_and_no_port() {
    let (one, other) = (Town::new(), Town::new());
    assert_ne!(one.project(), other.project());
    assert_ne!(one.port(), other.port());
    let text = std::fs::read_to_string(one.path().join("docker-compose.yml")).expect("the file");
    assert!(text.contains(&one.container()), "{text}");
    assert!(text.contains(&format!("\"{}:5432\"", one.port())), "{text}");
}

#[test]
fn the_environment_is_cleared_and_runs_are_redacted() {
    let town = Town::bare();
    let output = town.run("--version").success();
    assert_eq!(
        output.stdout,
        concat!("townpass ", env!("CARGO_PKG_VERSION"), "\n")
    );
    assert_eq!(output.stderr, "");
    assert_eq!(
        town.run("--no-such-flag")
            .expect(2)
            .says("--no-such-flag")
            .stdout,
        ""
    );
}

#[test]
fn a_town_leaves_nothing_behind_even_when_the_test_panics() {
    if !docker::demanded() {
        return;
    }
    let project = std::sync::Mutex::new(String::new());
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let ended = panic::catch_unwind(|| {
        let town = Town::new();
        town.project()
            .clone_into(&mut project.lock().expect("one thread"));
        let label = format!("com.docker.compose.project={}", town.project());
        docker::docker(&["volume", "create", "--label", &label]).expect("a volume");
        docker::docker(&["network", "create", "--label", &label, town.project()])
            .expect("a network");
        assert_ne!(docker::left(town.project()), "");
        panic!("as a failing test does");
    });
    panic::set_hook(hook);
    assert!(ended.is_err());
    assert_eq!(docker::left(&project.lock().expect("one thread")), "");
}

#[test]
fn the_reference_project_works_with_the_real_plugin() {
    if !docker::compose_demanded() {
        return;
    }
    let town = Town::new();
    town.compose("up -d --wait --wait-timeout 120")
        .expect("the Compose file is sound");
    // "Healthy" comes in the middle of the initialisation, when only the socket answers: TCP says
    // when it is over.
    let container = town.container();
    let over_tcp = ["exec", &container, "pg_isready", "-h", "127.0.0.1"];
    let deadline = Instant::now() + Duration::from_mins(1);
    while let Err(error) = docker::docker(&over_tcp) {
        assert!(Instant::now() < deadline, "{error}");
        thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(
        town.sql("SELECT current_user, current_database()"),
        "admin|townpass_db"
    );
}
