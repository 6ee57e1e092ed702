//! `dev migrate import`: proved on the project's own database server, which is started for it.

use crate::support::{Town, docker};

#[test]
fn the_project_s_own_server_proves_it() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new()
        .write(
            "db/migrations/20260105083000_a.sql",
            "-- migrate:up\ncreate table a ();\n-- migrate:down\ndrop table a;\n",
        )
        .write("townpass.toml", "migrations = \"history\"\n");
    let output = town.run("dev migrate import dbmate").success();
    let output = output.shows("1 revision up and 1 of them down");
    assert!(
        output
            .stdout
            .contains("wrote 1 revision of dbmate's to `[DIR]/history`"),
        "{output}"
    );
    assert!(
        !output.stdout.contains("migrations ="),
        "the folder is named already: {output}"
    );
    town.run("dev migrate")
        .success()
        .shows("upgraded 1 revision");
}
