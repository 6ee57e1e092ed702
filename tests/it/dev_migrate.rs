//! `townpass dev migrate`: up if needed, then along the history; and what stops it.

use crate::support::{Town, docker};

#[test]
fn the_working_example_there_and_back() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new().with_example_migrations();
    let nothing_started = || docker::docker(&["inspect", &town.container()]).is_err();
    let history = town.run("dev migrate history").success();
    assert_eq!(
        history.stdout,
        "20260203064500 -> 20260217091000 (head), create favorites\n\
         20260112021500 -> 20260203064500, create construction notices\n\
         20260105083000 -> 20260112021500, create test records\n\
         <base> -> 20260105083000, create users\n"
    );
    assert!(nothing_started(), "a listing needs no database");

    let first = town
        .run("dev migrate")
        .success()
        .says("created container `[CONTAINER]`")
        .says("upgrade 20260105083000, create users");
    assert!(
        first.stdout.starts_with("upgraded 4 revisions in "),
        "{first}"
    );
    assert_eq!(
        town.sql("select count(*) from favorites, users, test_records, construction_notices"),
        "0"
    );
    let again = town.run("dev migrate").success();
    assert_eq!(again.stdout, "nothing to upgrade\n");
    town.run("dev migrate current --check-heads").success();

    let planned = town.run("dev migrate downgrade -1 --dry-run").success();
    assert_eq!(
        planned.stdout,
        "would downgrade 20260217091000, create favorites\n"
    );
    assert_eq!(town.sql("select count(*) from _sqlx_migrations"), "4");
    town.run("dev migrate downgrade -1")
        .success()
        .says("downgrade 20260217091000");
    let current = town.run("dev migrate current").success();
    assert_eq!(current.stdout, "20260203064500\n");
    town.run("dev migrate current --check-heads").expect(1);
    let status = town.run("dev status --check").expect(1);
    assert!(status.stdout.contains("1 revision pending"), "{status}");
    town.run("dev migrate upgrade +2").expect(2).says("+2");
    let marked = town.run("dev migrate history --indicate-current").success();
    assert!(
        marked.stdout.contains("20260203064500 (current), "),
        "{marked}"
    );
    town.run("dev migrate upgrade +1").success();
    town.run("dev migrate downgrade base").success();
    assert_eq!(town.run("dev migrate current").success().stdout, "");
    assert_eq!(town.sql("select to_regclass('users') is null"), "t");
    town.run("dev migrate upgrade 20260112").success();
    assert_eq!(
        town.run("dev migrate current").success().stdout,
        "20260112021500\n"
    );
    let moved = town.run("--output json dev migrate").success();
    assert_eq!(moved.json()["revisions"][1]["revision"], "20260217091000");
    assert_eq!(
        moved.event_names(),
        [
            "ready",
            "revision-begins",
            "revision-done",
            "revision-begins",
            "revision-done"
        ]
    );
}

#[test]
fn each_bad_day_has_its_code_and_loses_nothing() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    town.run("dev migrate").expect(2).says("migrations");
    let town = town.write("alembic.ini", "");
    town.run("dev migrate").expect(2).says("alembic.ini");
    assert!(docker::docker(&["inspect", &town.container()]).is_err());

    let town = town
        .migration(
            20_260_101_000_000,
            "create_towns",
            "create table towns (id int primary key);\n",
            "drop table towns;\n",
        )
        .migration(
            20_260_102_000_000,
            "fill_towns",
            "insert into towns values (1);\ninsert into town values (2);\n",
            "delete from towns;\n",
        );
    town.run("dev migrate")
        .expect(6)
        .says("20260102000000_fill_towns.up.sql:2")
        .says("relation \"town\" does not exist");
    assert_eq!(
        town.sql("select count(*) from towns"),
        "0",
        "the first stands, the second was rolled back"
    );
    assert_eq!(
        town.run("dev migrate current").success().stdout,
        "20260101000000\n"
    );
    let town = town.migration(
        20_260_102_000_000,
        "fill_towns",
        "insert into towns values (1);\n",
        "delete from towns;\n",
    );
    town.run("dev migrate").success();
    let town = town.migration(
        20_260_101_000_000,
        "create_towns",
        "create table towns (id bigint primary key);\n",
        "drop table towns;\n",
    );
    town.run("dev migrate").expect(5).says("edited");
    assert_eq!(town.sql("select count(*) from towns"), "1");

    // Whoever has another database in the environment may mean that one.
    let elsewhere = "postgresql://admin:hidden-word@db.example.com:5432/production";
    for command in [&["dev", "migrate"][..], &["dev", "reset-db", "--yes"]] {
        town.townpass(command)
            .env("DATABASE_URL", elsewhere)
            .run()
            .expect(4)
            .says("db.example.com:5432")
            .hides("hidden-word");
    }
}
