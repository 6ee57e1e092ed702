//! What cannot be taken over is said before anything is written.

use super::project::Project;
use crate::migration::folder::{ask, run};
use crate::support::cluster::Database;

const GOLANG: &[(&str, &str)] = &[
    ("db/migrations/1_a.up.sql", "create table a ();"),
    ("db/migrations/1_a.down.sql", "drop table a;"),
    ("db/migrations/2_b.up.sql", "create table b ();"),
    ("db/migrations/2_b.down.sql", "drop table b;"),
];

#[tokio::test]
async fn nothing_is_overwritten_and_nothing_is_guessed() {
    let project = Project::with(GOLANG).await;
    // Files that sqlx would name so as well.
    let several = project.run("migrate import").expect(2);
    let several = several.says("this may be the history of several tools");
    assert!(
        several.stderr.contains("golang-migrate: db/migrations"),
        "{several}"
    );
    assert!(several.stderr.contains("sqlx: db/migrations"), "{several}");
    let words = "migrate import golang-migrate";
    project
        .run(&format!("{words} nowhere"))
        .expect(2)
        .says("there is no folder `[DIR]/nowhere`");
    project
        .run(&format!("{words} --to db/migrations"))
        .expect(2)
        .says("is the folder of golang-migrate's own files");
    project
        .run("migrate import goose db/migrations")
        .expect(5)
        .says("has no line `-- +goose Up`");
    project
        .run("migrate import prisma")
        .expect(2)
        .says("no history of another tool is found here; looked at `prisma/migrations`");
    project
        .run(words)
        .success()
        .shows("2 revisions up and 2 of them down");
    let again = project.run(words).expect(4);
    let again = again.says("`[DIR]/migrations` has migrations already");
    assert!(again.stderr.contains("add `--stamp`"), "{again}");
    project
        .run("migrate import")
        .expect(4)
        .says("has migrations already");
    // Where somebody else's are.
    let project = Project::with(GOLANG).await;
    let project = Project {
        town: project.town.write("migrations/5_x.sql", "select 1;"),
        ..project
    };
    let taken = project.run(words).expect(4);
    assert!(!taken.stderr.contains("--stamp"), "{taken}");
    project
        .run("migrate import --stamp")
        .expect(2)
        .says("no file in `[DIR]/migrations` says what it was before");
}

#[tokio::test]
async fn a_table_that_does_not_fit_is_not_believed() {
    let project = Project::with(GOLANG).await;
    project.run("migrate import golang-migrate").success();
    let mut connection = project.database.connect().await;
    let stamp = "migrate import --stamp";
    run(
        &mut connection,
        "create table schema_migrations (version varchar(128))",
    )
    .await;
    project.run(stamp).expect(2).says(
        "`schema_migrations` is no table of golang-migrate's: column \"dirty\" does not exist",
    );
    run(
        &mut connection,
        "drop table schema_migrations; create table schema_migrations (version bigint, dirty boolean);
         insert into schema_migrations values (2, true)",
    )
    .await;
    project
        .run(stamp)
        .expect(8)
        .says("`schema_migrations` says that `2` did not come to its end");
    project
        .run("migrate upgrade head")
        .expect(4)
        .says("our journal is empty");
    run(
        &mut connection,
        "update schema_migrations set version = 3, dirty = false",
    )
    .await;
    project
        .run(stamp)
        .expect(5)
        .says("`schema_migrations` has `3`, which no file here says it was");
    let journal = "select to_regclass('_sqlx_migrations') is null";
    assert_eq!(ask(&mut connection, journal).await, "true");
    // A table of another name, in a schema of its own.
    run(
        &mut connection,
        "create schema ops; alter table schema_migrations set schema ops;
         alter table ops.schema_migrations rename to moves; update ops.moves set version = 1",
    )
    .await;
    let stamped = project.run(&format!("{stamp} --table ops.moves")).success();
    stamped.shows("1 revision now applied, as `ops.moves` says; the last is 1");
    project.run("migrate current").success().prints("1\n");
}

#[tokio::test]
async fn what_fails_on_an_empty_database_is_not_proved() {
    let project = Project::with(&[
        ("db/migrations/1_a.up.sql", "create table a (id int);"),
        ("db/migrations/1_a.down.sql", "drop table a;"),
        ("db/migrations/2_b.up.sql", "alter table nowhere add b int;"),
    ])
    .await;
    let words = "migrate import golang-migrate";
    let output = project.run(words).expect(1);
    assert_eq!(
        output.stdout.lines().collect::<Vec<_>>(),
        [
            "2 (2): golang-migrate's own way there fails on an empty database",
            "    relation \"nowhere\" does not exist (42P01)",
            "nothing was written: 1 of 2 revisions are proved, and this one is not the same",
            "to have the files nevertheless, and mend them by hand, add `--no-verify`",
        ],
        "{output}"
    );
    assert!(project.names("migrations").is_empty());
    project.run(&format!("{words} --no-verify")).success();
    assert_eq!(project.names("migrations").len(), 4);
    let mut connection = project.database.connect().await;
    let left = "select count(*) from pg_database where datname like 'townpass_scratch%'";
    assert_eq!(ask(&mut connection, left).await, "0");
}

#[tokio::test]
async fn what_would_change_the_server_is_not_tried() {
    let project = Project::with(&[
        ("db/migrations/1_a.up.sql", "create table a ();"),
        (
            "db/migrations/2_b.up.sql",
            "create role townpass_import_it;\ngrant select on a to townpass_import_it;",
        ),
        (
            "hidden/1_a.up.sql",
            "do $$ begin\n  create role townpass_import_it;\nend $$;",
        ),
    ])
    .await;
    let words = "migrate import golang-migrate";
    let refused = project.run(words).expect(4);
    refused.says("2_b.up.sql` changes more than its database: `create role townpass_import_it`");
    let refused = project.run(&format!("{words} hidden")).expect(4);
    refused.says("1_a.up.sql` changes more than its database: `do $$ begin`");
    let mut connection = project.database.connect().await;
    let roles = "select count(*) from pg_roles where rolname = 'townpass_import_it'";
    assert_eq!(ask(&mut connection, roles).await, "0");
    project.run(&format!("{words} --no-verify")).success();
}

#[tokio::test]
async fn without_a_server_it_is_said_what_is_needed() {
    let project = Project::with(GOLANG).await;
    let words = ["migrate", "import", "golang-migrate"];
    project
        .town
        .townpass(words)
        .run()
        .expect(2)
        .says("the proof needs a database server, and `DATABASE_URL` is not set");
    let written = project
        .town
        .townpass(words.into_iter().chain(["--no-verify"]))
        .run()
        .success();
    written.shows("not proved, as `--no-verify` asks");
    project
        .town
        .townpass(["migrate", "import", "--stamp"])
        .run()
        .expect(2)
        .says("`DATABASE_URL` is not set");
}

#[tokio::test]
async fn golang_migrate_s_own_folder_is_ours_once_the_journal_is_told() {
    let files = [
        (
            "migrations/000001_a.up.sql",
            "create table a (); insert into seeds values (1);",
        ),
        ("migrations/000001_a.down.sql", "drop table a;"),
        (
            "migrations/000002_b.up.sql",
            "insert into seeds values (2);",
        ),
        (
            "migrations/000002_b.down.sql",
            "delete from seeds where id = 2;",
        ),
    ];
    let project = Project::with(&files).await;
    let nothing = project.run("migrate import").success();
    let nothing = nothing.shows("nothing to import");
    let stamp = "townpass migrate import golang-migrate --stamp";
    assert!(nothing.stdout.contains(stamp), "{nothing}");

    let named = project.run("migrate import golang-migrate").expect(2);
    let named = named.says("is the folder of golang-migrate's own files");
    assert!(named.stderr.contains(stamp), "{named}");

    // A database that golang-migrate has moved would be seeded twice.
    let mut connection = project.database.connect().await;
    run(
        &mut connection,
        "create table seeds (id int); insert into seeds values (1);
         create table schema_migrations (version bigint not null primary key, dirty boolean not null);
         insert into schema_migrations values (1, false)",
    )
    .await;
    let untold = "`schema_migrations` says that golang-migrate has moved this database, and our journal \
                  is empty";
    let refused = project.run("migrate upgrade head").expect(4).says(untold);
    assert!(refused.stderr.contains(stamp), "{refused}");
    let planned = project.run("migrate plan").success();
    assert!(planned.stderr.contains(untold), "{planned}");
    assert!(planned.stderr.contains(stamp), "{planned}");

    let told = project
        .run("migrate import golang-migrate --stamp")
        .success();
    told.shows("1 revision now applied, as `schema_migrations` says; the last is 1");
    let planned = project.run("migrate plan").success();
    assert!(!planned.stderr.contains("schema_migrations"), "{planned}");
    project
        .run("migrate upgrade head")
        .success()
        .shows("upgraded 1 revision");
    let seeds = "select string_agg(id::text, ' ' order by id) from seeds";
    assert_eq!(ask(&mut connection, seeds).await, "1 2");

    // Others have a table of that name, too, which says nothing of these files: Rails, or an
    // application that golang-migrate moves in the same database.
    for table in [
        "create table schema_migrations (version varchar);
         insert into schema_migrations values ('20260101000000')",
        "create table schema_migrations (version bigint, dirty boolean);
         insert into schema_migrations values (20260101000000, false)",
    ] {
        let other = Database::fresh().await;
        let mut connection = other.connect().await;
        run(&mut connection, "create table seeds (id int)").await;
        run(&mut connection, table).await;
        project.on(&other, "migrate upgrade head").success();
    }
}
