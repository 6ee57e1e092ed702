//! What the project's own files break: Compose file, configuration, history, line ends.

use super::{doctor, doctor_with};
use crate::support::{Town, docker, reference};

#[test]
fn a_broken_compose_file_is_told_with_its_place() {
    if !docker::demanded() {
        return;
    }
    let town = Town::with(&reference().replace("    ports:", "   ports:"));
    let found = doctor(&town)
        .fails(&["compose-file"])
        .says("service", "skipped", "compose-file failed")
        .says("container", "skipped", "compose-file failed")
        .says("engine", "ok", "answers");
    let edit = found.row("compose-file")["edit"].as_str().expect("a place");
    assert!(edit.starts_with("docker-compose.yml:"), "{edit}");
    let bare = Town::bare();
    let found = doctor(&bare).fails(&["compose-file"]);
    found.says("compose-file", "failure", "there is no Compose file");
}

#[test]
fn a_compose_file_without_postgresql_or_password() {
    if !docker::demanded() {
        return;
    }
    let other = Town::with("services:\n  cache:\n    image: redis:7\n");
    doctor(&other)
        .fails(&["service"])
        .says(
            "service",
            "failure",
            "no service of this Compose file runs PostgreSQL",
        )
        .says("image", "skipped", "service failed");
    let open = Town::with(&reference().replace("      POSTGRES_PASSWORD: password\n", ""));
    doctor(&open)
        .fails(&["service"])
        .says("service", "failure", "sets no `POSTGRES_PASSWORD`");
}

#[test]
fn what_is_probably_not_meant_does_not_fail() {
    if !docker::demanded() {
        return;
    }
    let town = Town::with(&format!("version: \"3.9\"\n{}", reference()));
    let found = doctor(&town).says("compose-file", "warning", "`version` is ignored");
    assert_eq!(found.of("failure"), ["container"]);
}

#[test]
fn a_broken_configuration_is_told_with_its_place() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new().write("townpass.toml", "servce = \"db\"\n");
    let found = doctor(&town).fails(&["configuration"]).says(
        "configuration",
        "failure",
        "unknown field `servce`",
    );
    let edit = found.row("configuration")["edit"]
        .as_str()
        .expect("a place");
    assert!(edit.ends_with("townpass.toml:1:1"), "{edit}");
    let town = Town::new().write("townpass.toml", "environment = \"production\"\n");
    doctor(&town).says("configuration", "warning", "production");
}

const UP: &str = "create table t ();\n";
const DOWN: &str = "drop table t;\n";

#[test]
fn two_heads_are_joined_by_the_command() {
    if !docker::demanded() {
        return;
    }
    let first = "-- townpass:revises base\ncreate table a ();\n";
    let second = "-- townpass:revises 20260101000000\ncreate table b ();\n";
    let third = "-- townpass:revises 20260101000000\ncreate table c ();\n";
    let town = Town::new()
        .migration(20_260_101_000_000, "a", first, "drop table a;\n")
        .migration(20_260_102_000_000, "b", second, "drop table b;\n")
        .migration(20_260_103_000_000, "c", third, "drop table c;\n");
    doctor(&town)
        .fails(&["container", "history"])
        .says("history", "failure", "Multiple head revisions are present")
        .mended_by("history", "townpass dev migrate merge heads")
        .mend("history", &town)
        .success();
    doctor(&town).fails(&["container"]);
}

#[test]
fn line_ends_of_windows_are_told() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new().migration(
        20_260_101_000_000,
        "t",
        "create table t ();\r\n",
        "drop table t;\r\n",
    );
    doctor(&town)
        .fails(&["container"])
        .says("history", "ok", "1 revisions")
        .says("line-ends", "warning", "its lines end as on Windows")
        .mended_by("line-ends", "townpass init");
    let compose = reference().replace(
        "    volumes:\n",
        "    volumes:\n      - ./init:/docker-entrypoint-initdb.d\n",
    );
    let town = Town::with(&compose)
        .write("init/seed.sh", "#!/bin/sh\r\necho seed\r\n")
        .migration(20_260_101_000_000, "t", UP, DOWN);
    doctor(&town).fails(&["container", "line-ends"]).says(
        "line-ends",
        "failure",
        "seed.sh` has the line ends of Windows",
    );
}

#[test]
fn nothing_is_changed_by_looking() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new().with_example_migrations();
    doctor(&town).fails(&["container"]);
    assert_eq!(docker::left(town.project()), "", "nothing is made");
    let data = town.path().parent().expect("it has a parent").join("data");
    assert!(!data.exists(), "nothing is remembered");
    town.run("dev up").success();
    doctor_with(&town, &["-v"], &[])
        .well()
        .says("journal", "warning", "nothing is applied, 4 pending")
        .mended_by("journal", "townpass dev migrate");
    let tables = town.sql("select count(*) from pg_tables where schemaname = 'public'");
    assert_eq!(tables, "0", "no journal is made");
}
