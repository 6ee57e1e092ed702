//! `townpass dev snapshot`: save, list, restore, delete, on both providers alike.

use crate::support::{Town, docker};

/// The whole life of a snapshot, whoever runs the server.
fn life(town: &Town, sql: &dyn Fn(&str) -> String) {
    let empty = town.run("dev snapshot list").success();
    assert!(
        empty.stdout.contains("townpass dev snapshot save"),
        "{empty}"
    );
    assert_eq!(
        town.run("--output json dev snapshot list").success().json(),
        serde_json::json!({ "snapshots": [] })
    );
    town.run("dev up").success();
    sql("create table kept (id int)");
    let saved = town.run("dev snapshot save with-kept").success();
    assert_eq!(saved.stdout, "saved snapshot with-kept\n");
    town.run("dev snapshot save with-kept")
        .expect(2)
        .says("already");
    town.run("dev snapshot save before-lunch").expect(2);
    town.run("dev snapshot save Upper").expect(2);
    sql("drop table kept");
    let restored = town.run("dev snapshot restore with-kept").success();
    assert_eq!(restored.stdout, "restored snapshot with-kept\n");
    assert_eq!(sql("select to_regclass('kept') is not null"), "t");

    let list = town.run("--output json dev snapshot list").success().json();
    let names: Vec<&str> = list["snapshots"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| it["name"].as_str())
        .collect();
    assert!(
        matches!(names[..], [safety, "with-kept"] if safety.starts_with("before-restore-")),
        "the newest first: {names:?}"
    );
    town.run("dev snapshot delete with-kept")
        .expect(4)
        .says("--yes");
    town.run("dev snapshot delete with-kept --yes").success();
    town.run("dev snapshot restore with-kept")
        .expect(2)
        .says("no snapshot `with-kept`");
    // Without a name, the newest: what was there before the restore.
    town.run("dev snapshot restore").success();
    assert_eq!(sql("select to_regclass('kept') is not null"), "f");
}

#[test]
fn on_docker() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    life(&town, &|sql| town.sql(sql));
}

#[cfg(unix)]
#[test]
fn embedded() {
    let town = Town::new().write("townpass.toml", "provider = \"embedded\"\n");
    life(&town, &|sql| town.psql(sql));
}
