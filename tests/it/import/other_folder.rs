//! A folder of another tool's is not run as one of ours: every verb that would read it says whose it
//! is, and what takes it over.

use super::project::Project;
use crate::migration::folder::ask;

/// What reads a history.
const VERBS: &[&str] = &[
    "migrate upgrade",
    "migrate upgrade --sql",
    "migrate downgrade -1",
    "migrate plan",
    "migrate lint",
    "migrate history",
    "migrate heads",
    "migrate current",
    "migrate stamp head",
    "migrate verify",
    "migrate repair",
    "migrate revision -m more",
    "dev migrate",
    "dev migrate history",
    "dev up --migrate",
];

const COMPOSE: &str = "services:\n  db:\n    image: postgres:16\n    environment:\n      \
                       POSTGRES_PASSWORD: secret\n    ports: [\"5432\"]\n";

#[tokio::test]
async fn a_file_that_goes_both_ways_is_run_by_nobody() {
    for (tool, up, down) in [
        ("dbmate", "-- migrate:up", "-- migrate:down"),
        ("goose", "-- +goose Up", "-- +goose Down"),
    ] {
        let text = format!("{up}\ncreate table a ();\n{down}\ndrop table a;\n");
        let ours = ("migrations/1_ours.sql", "create table b ();\n");
        let theirs = ("migrations/2_theirs.sql", text.as_str());
        let compose = ("docker-compose.yml", COMPOSE);
        let project = Project::with(&[ours, theirs, compose]).await;
        for verb in VERBS {
            let refused = project.run(verb).expect(5).says(&format!(
                "`[DIR]/migrations/2_theirs.sql:1:1`: this file is {tool}'s: run as plain SQL it would \
                 go there and back at once"
            ));
            assert!(
                refused.stderr.contains(&format!(
                    "migrate import {tool} [DIR]/migrations --to history`"
                )),
                "{verb}: {refused}"
            );
        }
        let reset = project.town.townpass(["dev", "reset-db", "--yes"]);
        let reset = reset.env("DOCKER_HOST", "tcp://127.0.0.1:1").run();
        reset.expect(5).says(&format!("this file is {tool}'s"));
        let checked = project.run("migrate check").expect(5);
        checked.shows(&format!(
            "[DIR]/migrations/2_theirs.sql:1:1: error: this file is {tool}'s: run as plain SQL it would \
             go there and back at once [other-tool]"
        ));
        let mut connection = project.database.connect().await;
        let tables =
            "select count(*) from pg_class where relname in ('a', 'b', '_sqlx_migrations')";
        assert_eq!(ask(&mut connection, tables).await, "0");
    }
}

#[tokio::test]
async fn a_name_of_another_tool_s_is_told_with_what_takes_it_over() {
    for (tool, called, file) in [
        ("flyway", "Flyway or refinery", "V1__a.sql"),
        ("diesel", "Diesel", "2026-01-05-083000_a/up.sql"),
        ("prisma", "Prisma", "20260105083000_a/migration.sql"),
    ] {
        let path = format!("migrations/{file}");
        let compose = ("docker-compose.yml", COMPOSE);
        let project = Project::with(&[(&path, "create table a ();\n"), compose]).await;
        for verb in VERBS {
            let refused = project.run(verb).expect(5);
            let refused = refused.says(&format!("`[DIR]/{path}` is a file of {called}"));
            assert!(
                refused.stderr.contains(&format!(
                    "migrate import {tool} [DIR]/migrations --to history`"
                )),
                "{verb}: {refused}"
            );
        }
        let folder = project.town.path().join("migrations");
        let words = format!("migrate import {tool} {} --to history", folder.display());
        let taken = project.run(&words).success();
        taken.shows("1 revision up and 0 of them down");
        let up = project
            .run("--migrations history migrate upgrade")
            .success();
        up.shows("upgraded 1 revision");
    }
}

#[tokio::test]
async fn what_sqlx_runs_beside_folders_of_others_stays_ours() {
    let project = Project::with(&[
        ("migrations/1_a.sql", "create table a ();\n"),
        ("migrations/old/up.sql", "create table b ();\n"),
    ])
    .await;
    project.run("migrate upgrade").success();
    assert!(
        project
            .sqlx(&project.database, "migrate info")
            .contains("1/installed")
    );
}

#[tokio::test]
async fn a_history_elsewhere_is_told_where_ours_is_missing() {
    let project = Project::with(&[
        (
            "prisma/migrations/0_init/migration.sql",
            "create table a ();\n",
        ),
        ("docker-compose.yml", COMPOSE),
    ])
    .await;
    for verb in [
        "migrate upgrade",
        "migrate history",
        "dev up --migrate",
        "dev migrate",
    ] {
        let refused = project.run(verb).expect(2);
        let refused =
            refused.says("there is no folder `[DIR]/migrations`, and histories of other tools:");
        for part in [
            "Prisma: prisma/migrations",
            "migrate import prisma prisma/migrations` takes over the first",
        ] {
            assert!(refused.stderr.contains(part), "{verb}: {refused}");
        }
    }
    project
        .run("migrate import prisma prisma/migrations")
        .success();
    project
        .run("migrate upgrade")
        .success()
        .shows("upgraded 1 revision");
}
