//! The same commands without an engine: a private PostgreSQL stands in, and never silently for
//! data that is elsewhere.

use crate::support::{Town, docker};

const NOWHERE: &str = "tcp://127.0.0.1:1";

#[test]
fn the_three_commands_and_all_the_others() {
    let town = Town::new().with_example_migrations();
    let run = |words: &str| town.run(&format!("--provider embedded {words}"));
    assert!(
        run("dev status").success().stdout.contains("not created"),
        "nothing was made yet"
    );
    let planned = run("dev up --dry-run").success();
    assert!(planned.stdout.starts_with("would "), "{planned}");

    let up = run("dev up")
        .success()
        .says("it is not isolated like a container");
    let url = up.raw_stdout.trim().to_owned();
    assert!(
        url.starts_with("postgresql://admin:password@127.0.0.1:"),
        "{up}"
    );
    // The port of the Compose file, which nobody holds.
    assert!(
        url.ends_with(&format!(":{}/townpass_db", town.port())),
        "{up}"
    );
    let again = run("--output json dev up").success();
    assert_eq!(again.event_names(), ["ready"], "{again}");

    let migrated = run("dev migrate").success();
    assert!(
        migrated.stdout.starts_with("upgraded 4 revisions"),
        "{migrated}"
    );
    assert!(
        run("dev migrate history -i")
            .success()
            .stdout
            .contains("(current)"),
        "it stands at head"
    );
    let insert = "insert into users (subject, display_name) values ('ann', 'Ann')";
    town.psql(insert);
    let reset = run("dev reset-db --yes").success();
    assert!(reset.stdout.contains("4 revisions applied"), "{reset}");
    assert_eq!(town.psql("select count(*) from users"), "0");
    run("dev snapshot restore").success();
    assert_eq!(town.psql("select count(*) from users"), "1");

    run("dev reset-db --password").success();
    let reset = run("dev reset-db --volume --yes").success();
    assert_eq!(town.psql("select count(*) from users"), "0", "{reset}");
    run("dev snapshot restore").success();
    assert_eq!(town.psql("select count(*) from users"), "1");

    assert_eq!(run("dev url").success().raw_stdout.trim(), url);
    let status = run("--output json dev status --check").success().json();
    assert_eq!(status["provider"], "embedded");
    assert_eq!(status["answer"]["pending"], 0);
    let logs = run("dev logs --tail 50").success();
    assert!(
        logs.stdout.contains("ready to accept connections"),
        "{logs}"
    );
    run("dev exec db true").expect(3).says("container engine");

    run("dev down").success();
    assert!(
        run("dev status").success().stdout.contains("stopped"),
        "it is"
    );
    run("dev up").success();
    assert_eq!(town.psql("select count(*) from users"), "1");
    run("dev down --volumes")
        .expect(4)
        .says("this removes database");
    run("dev down --volumes --yes").success();
    assert!(
        run("dev status").success().stdout.contains("not created"),
        "it is gone"
    );
}

#[test]
fn it_stands_in_where_no_engine_answers_and_says_so_once() {
    let town = Town::new();
    let run = |words: &str| {
        town.townpass(words.split(' '))
            .env("DOCKER_HOST", NOWHERE)
            .run()
    };
    let first = run("dev up")
        .success()
        .says("no container engine answers")
        .says("the embedded provider runs the database");
    assert!(first.stdout.contains("@127.0.0.1:"), "{first}");
    let second = run("dev up").success();
    assert!(!second.stderr.contains("engine"), "heard before: {second}");
    run("-v dev up")
        .success()
        .says("no container engine answers");
    run("dev up api").expect(2).says("api");

    if !docker::demanded() {
        return;
    }
    // The data is here, an engine is there: it stays, and says what else could be.
    town.run("dev up")
        .success()
        .says("this project's data is in the embedded provider")
        .says("--provider docker");
    town.psql("create table kept (id int)");
    // Both could not have the port.
    town.run("--provider embedded dev down").success();
    town.run("--provider docker dev up").success();
    assert_eq!(town.sql("select to_regclass('kept') is not null"), "f");
    // The flag was meant for one run.
    town.run("dev up")
        .success()
        .says("this project's data is in the embedded provider");
    assert_eq!(town.psql("select to_regclass('kept') is not null"), "t");
    // Data that is gone is nobody's: the choice is free again.
    town.run("dev down --volumes --yes")
        .success()
        .says("1 container of this project stays in Docker")
        .says("townpass dev down --provider docker");
    let free = town.run("dev up --dry-run").success();
    assert!(!free.stderr.contains("embedded"), "{free}");
}

#[test]
fn data_in_docker_is_not_left_behind_in_silence() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    let run = |words: &str| {
        town.townpass(words.split(' '))
            .env("DOCKER_HOST", NOWHERE)
            .run()
    };
    town.run("dev up").success();
    for words in ["dev up", "dev migrate"] {
        run(words)
            .expect(3)
            .says("this project's data is in Docker")
            .says("--provider embedded");
    }
    run("--provider embedded dev up")
        .success()
        .says("this project's usual database is in Docker");
    run("dev up")
        .expect(3)
        .says("this project's data is in Docker");
}

#[test]
fn it_stands_in_where_the_image_cannot_be_had() {
    if !docker::demanded() {
        return;
    }
    // A registry on a port of this machine that nobody listens on.
    let town = Town::with(
        &crate::support::reference()
            .replace("image: postgres:16", "image: 127.0.0.1:1/postgres:16"),
    );
    town.run("--provider docker dev up")
        .expect(3)
        .says("127.0.0.1:1/postgres:16");
    town.run("dev up")
        .success()
        .says("the embedded provider runs the database");
    let second = town.run("dev up").success();
    assert!(second.stderr.lines().count() >= 1, "{second}");
}
