//! `townpass dev url`: the address for the tool that asks, and nothing else on stdout.

use crate::support::{Town, docker};

#[test]
fn for_this_machine_and_for_containers_in_any_dialect() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    town.run("dev up").success();
    let url = |words: &str| {
        let output = town.run(&format!("dev url {words}")).success();
        assert_eq!(output.stderr, "", "{output}");
        output.stdout.trim_end().to_owned()
    };
    assert_eq!(
        url(""),
        "postgresql://admin:password@127.0.0.1:[PORT]/townpass_db"
    );
    assert_eq!(
        url("--for container --dialect postgresql+asyncpg"),
        "postgresql+asyncpg://admin:password@db:5432/townpass_db"
    );
    assert_eq!(
        url("--dialect postgresql+psycopg"),
        "postgresql+psycopg://admin:password@127.0.0.1:[PORT]/townpass_db"
    );
    town.run("dev url --dialect mysql").expect(2).says("mysql");
    let json = town.run("--output json dev url").success().json();
    assert_eq!(json["port"], town.port());
    let usable = format!(
        "postgresql://admin:password@127.0.0.1:{}/townpass_db",
        town.port()
    );
    assert_eq!(json["url"], usable);
    let up = town.run("--output json dev up").success();
    assert_eq!(up.json()["url"], usable.replace(":password@", ":****@"));

    // A database of someone else's is left alone, aloud.
    let elsewhere = town
        .townpass(["dev", "url"])
        .env(
            "DATABASE_URL",
            "postgresql://u:hidden-word@db.example.com/production",
        )
        .run()
        .success()
        .says("db.example.com")
        .says("left alone")
        .hides("hidden-word");
    assert!(
        elsewhere
            .stdout
            .ends_with("@127.0.0.1:[PORT]/townpass_db\n"),
        "{elsewhere}"
    );
    town.townpass(["dev", "url"])
        .env("DATABASE_URL", "mysql://root:hidden-word@db/x")
        .run()
        .expect(2)
        .hides("hidden-word");
}

#[test]
fn without_a_running_database() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    let output = town.run("dev url");
    assert_ne!(output.status, 0, "{output}");
    assert_eq!(output.stdout, "", "{output}");
    let output = output.says("townpass dev up");
    assert_eq!(output.status, 3, "{output}");
    let inner = town.run("dev url --for container").success();
    assert_eq!(
        inner.stdout,
        "postgresql://admin:password@db:5432/townpass_db\n"
    );
}
