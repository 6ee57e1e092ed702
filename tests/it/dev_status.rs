//! `townpass dev status`: how the database stands, without changing it.

use crate::support::{Town, docker};

#[test]
fn from_absent_to_migrated_to_stopped() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new().with_example_migrations();
    let absent = town.run("dev status").success();
    assert!(absent.stdout.contains("not created"), "{absent}");
    town.run("dev status --check").expect(1);
    assert!(docker::docker(&["inspect", &town.container()]).is_err());

    town.run("dev up").success();
    let up = town.run("dev status").success();
    for fact in [
        "db of project [PROJECT]",
        "docker, container [CONTAINER]",
        "postgres:16",
        "volume `[PROJECT]_pgdata`",
        "127.0.0.1:[PORT]",
        "postgresql://admin:****@127.0.0.1:[PORT]/townpass_db",
        "none applied, 4 revisions pending",
    ] {
        assert!(up.stdout.contains(fact), "{fact} in\n{up}");
    }
    town.run("dev migrate").success();
    let status = town.run("--output json dev status --check").success();
    let json = status.json();
    assert_eq!(json["state"], "running");
    assert_eq!(json["answer"]["pending"], 0);
    assert_eq!(json["answer"]["revisions"][0], "20260217091000");
    assert_eq!(json["endpoint"], format!("127.0.0.1:{}", town.port()));

    docker::docker(&["pause", &town.container()]).expect("it runs");
    let paused = town.run("dev status --check").expect(1);
    assert!(paused.stdout.contains("paused"), "{paused}");
    docker::docker(&["unpause", &town.container()]).expect("it is paused");
    docker::docker(&["stop", "-t", "0", &town.container()]).expect("it runs");
    let stopped = town.run("dev status").success();
    assert!(stopped.stdout.contains("stopped"), "{stopped}");
}

/// A volume of long ago: the server runs, and it lets nobody in who has today's password.
#[test]
fn trouble_is_told_and_not_mistaken_for_an_answer() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    town.run("dev up").success();
    town.sql("alter role admin password 'of long ago'");
    let status = town.run("dev status --check").expect(1);
    assert!(status.stdout.contains("running"), "{status}");
    assert!(status.stdout.contains("password"), "{status}");
}
