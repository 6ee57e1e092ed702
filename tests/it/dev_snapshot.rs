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
    let undo =
        "restored snapshot with-kept\nto undo: townpass dev snapshot restore before-restore-";
    assert!(restored.stdout.starts_with(undo), "{restored}");
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
    // What is not there is not asked about.
    town.run("dev snapshot delete nope")
        .expect(2)
        .says("no snapshot `nope`");
    // Without a name, the newest: what was there before the restore.
    town.run("dev snapshot restore").success();
    assert_eq!(sql("select to_regclass('kept') is not null"), "f");
    // Those within the data are not seen while nobody serves it.
    town.run("dev snapshot save with-less").success();
    town.run("dev down").success();
    let list = town.run("dev snapshot list").success();
    assert!(!list.stdout.contains("with-less"), "{list}");
    assert!(
        list.stdout.contains("more may be within its data"),
        "{list}"
    );
    let list = town.run("--output json dev snapshot list").success().json();
    assert_eq!(list["more-within-data"], true);
    town.run("dev snapshot delete with-less --yes").success();
}

#[test]
fn on_docker() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    life(&town, &|sql| town.sql(sql));
}

#[test]
fn a_copy_of_the_volume_is_deleted_without_a_server() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    town.run("dev up").success();
    town.sql("create table kept as select 1 as id");
    town.run("dev reset-db --volume --yes").success();
    let down = town.run("dev down --volumes --yes").success();
    down.says("1 snapshot of the data stays");
    let list = town.run("--output json dev snapshot list").success().json();
    let rows = list["snapshots"].as_array().expect("a list");
    assert_eq!(rows.len(), 1, "{list}");
    assert!(list["more-within-data"].is_null(), "{list}");
    let name = rows[0]["name"].as_str().expect("it has a name");
    town.run("dev snapshot delete nope --yes")
        .expect(2)
        .says("no snapshot `nope`");
    town.run(&format!("dev snapshot delete {name} --yes"))
        .success();
    assert_eq!(docker::left(town.project()), "");
}

#[cfg(unix)]
#[test]
fn embedded() {
    let town = Town::new().write("townpass.toml", "provider = \"embedded\"\n");
    life(&town, &|sql| town.psql(sql));
}
