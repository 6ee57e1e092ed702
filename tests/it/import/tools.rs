//! Every other tool: its files as it writes them, its table as it keeps it, and a database that it
//! has moved half the way.

use super::project::Project;
use crate::migration::folder::{ask, run};
use crate::support::cluster::Database;

/// A history of three revisions, of which a database has two, and what the tool's table says then,
/// with the checksums that it keeps of these files.
struct Case {
    tool: &'static str,
    folder: &'static str,
    files: &'static [(&'static str, &'static str)],
    journal: &'static str,
    /// Where the database stands once our journal is told.
    current: &'static str,
    /// Whether each has a way back.
    down: usize,
}

const TABLE: &str = "create table t (a int primary key, b text);\n";
const FUNCTION: &str = "create function f() returns trigger language plpgsql as $$\nbegin\n  \
                        new.b := 'x; y';\n  return new;\nend;\n$$;\n";

const CASES: &[Case] = &[
    Case {
        tool: "golang-migrate",
        folder: "db/migrations",
        files: &[
            ("000001_create_t.up.sql", "BEGIN;\ncreate table t (a int primary key, b text);\nCOMMIT;\n"),
            ("000001_create_t.down.sql", "drop table t;\n"),
            (
                "000002_create_f.up.sql",
                "create function f() returns trigger language plpgsql as $$\nbegin\n  new.b := 'x; y';\n  return new;\nend;\n$$;\ncreate trigger tr before insert on t for each row execute function f();\n",
            ),
            ("000002_create_f.down.sql", "drop function f() cascade;\n"),
            ("000003_index.up.sql", "create index concurrently i on t (b);\n"),
            ("000003_index.down.sql", "drop index concurrently i;\n"),
        ],
        journal: "create table schema_migrations (version bigint not null primary key, dirty boolean not null);
                  insert into schema_migrations values (2, false)",
        current: "2\n",
        down: 3,
    },
    Case {
        tool: "dbmate",
        folder: "db/migrations",
        files: &[
            (
                "20260105083000_create_t.sql",
                "-- migrate:up\ncreate table t (a int primary key, b text);\n\n-- migrate:down\ndrop table t;\n",
            ),
            (
                "20260106083000_create_f.sql",
                "-- migrate:up\ncreate function f() returns int language sql as $$ select 1; $$;\n-- migrate:down\ndrop function f();\n",
            ),
            (
                "20260107083000_index.sql",
                "-- migrate:up transaction:false\ncreate index concurrently i on t (b);\n\n-- migrate:down transaction:false\ndrop index concurrently i;\n",
            ),
        ],
        journal: "create table schema_migrations (version varchar(128) primary key);
                  insert into schema_migrations values ('20260105083000'), ('20260106083000')",
        current: "20260106083000\n",
        down: 3,
    },
    Case {
        tool: "goose",
        folder: "migrations-of-goose",
        files: &[
            (
                "00001_create_t.sql",
                "-- +goose Up\ncreate table t (a int primary key, b text);\n\n-- +goose Down\ndrop table t;\n",
            ),
            (
                "00002_create_f.sql",
                "-- +goose Up\n-- +goose StatementBegin\ncreate function f() returns trigger language plpgsql as $$\nbegin\n  return new;\nend;\n$$\n-- +goose StatementEnd\ncreate trigger tr before insert on t for each row execute function f();\n\n-- +goose Down\ndrop function f() cascade;\n",
            ),
            (
                "20260107083000_index.sql",
                "-- +goose NO TRANSACTION\n-- +goose Up\ncreate index concurrently i on t (b);\n-- +goose Down\ndrop index concurrently i;\n",
            ),
        ],
        journal: "create table goose_db_version (id serial not null, version_id bigint not null, is_applied boolean not null, tstamp timestamp null default now(), primary key (id));
                  insert into goose_db_version (version_id, is_applied) values (0, true), (1, true), (2, true), (20260107083000, true), (20260107083000, false)",
        current: "2\n",
        down: 3,
    },
    Case {
        tool: "flyway",
        folder: "src/main/resources/db/migration",
        files: &[
            ("V1__create_t.sql", TABLE),
            ("U1__create_t.sql", "drop table t;\n"),
            ("V1.1__create_f.sql", FUNCTION),
            ("R__view.sql", "create or replace view v as select a from t;\n"),
        ],
        journal: "create table flyway_schema_history (installed_rank int not null, version varchar(50), description varchar(200) not null, type varchar(20) not null, script varchar(1000) not null, checksum int, installed_by varchar(100) not null, installed_on timestamp not null default now(), execution_time int not null, success boolean not null, constraint flyway_schema_history_pk primary key (installed_rank));
                  insert into flyway_schema_history values
                      (0, null, '<< Flyway Schema Creation >>', 'SCHEMA', '\"app\"', null, 'admin', now(), 0, true),
                      (1, '1', 'create t', 'SQL', 'V1__create_t.sql', 837393256, 'admin', now(), 5, true),
                      (2, '1.1', 'create f', 'SQL', 'V1.1__create_f.sql', 1764132570, 'admin', now(), 5, true)",
        current: "2\n",
        down: 1,
    },
    Case {
        tool: "refinery",
        folder: "migrations-of-refinery",
        files: &[
            ("V1__create_t.sql", TABLE),
            ("V2__create_f.sql", FUNCTION),
            ("U3__index.sql", "create index i on t (b);\n"),
        ],
        journal: "create table refinery_schema_history (version int4 primary key, name varchar(255), applied_on varchar(255), checksum varchar(255));
                  insert into refinery_schema_history values (1, 'create_t', '2026-01-05T08:30:00Z', '4648210155580852031'), (2, 'create_f', '2026-01-05T08:30:00Z', '17157890579034516499')",
        current: "2\n",
        down: 0,
    },
    Case {
        tool: "diesel",
        folder: "migrations-of-diesel",
        files: &[
            ("00000000000000_diesel_initial_setup/up.sql", FUNCTION),
            ("00000000000000_diesel_initial_setup/down.sql", "drop function f();\n"),
            ("2026-01-05-083000_create_t/up.sql", TABLE),
            ("2026-01-05-083000_create_t/down.sql", "drop table t;\n"),
            ("2026-01-06-083000_index/up.sql", "create index concurrently i on t (b);\n"),
            ("2026-01-06-083000_index/down.sql", "drop index concurrently i;\n"),
            ("2026-01-06-083000_index/metadata.toml", "run_in_transaction = false\n"),
        ],
        journal: "create table __diesel_schema_migrations (version varchar(50) primary key not null, run_on timestamp not null default current_timestamp);
                  insert into __diesel_schema_migrations values ('00000000000000'), ('20260105083000')",
        current: "20260105083000\n",
        down: 3,
    },
    Case {
        tool: "prisma",
        folder: "prisma/migrations",
        files: &[
            ("0_init/migration.sql", TABLE),
            ("20260105083000_f/migration.sql", FUNCTION),
            ("20260106083000_index/migration.sql", "-- CreateIndex\ncreate index i on t (b);\n"),
            ("migration_lock.toml", "provider = \"postgresql\"\n"),
        ],
        journal: "create table _prisma_migrations (id varchar(36) primary key not null, checksum varchar(64) not null, finished_at timestamptz, migration_name varchar(255) not null, logs text, rolled_back_at timestamptz, started_at timestamptz not null default now(), applied_steps_count integer not null default 0);
                  insert into _prisma_migrations values
                      ('1', 'f573c62cb26b71af68086730a161fa2385cb65f00e0f0cf4517cdffc62fe764b', now(), '0_init', null, null, now(), 1),
                      ('2', '2c0111b6b2886bf79da6bb4ef3f651d96221fb07763e686b60f901549674ebd7', null, '20260105083000_f', 'boom', now(), now(), 0),
                      ('3', '2c0111b6b2886bf79da6bb4ef3f651d96221fb07763e686b60f901549674ebd7', now(), '20260105083000_f', null, null, now(), 1)",
        current: "20260105083000\n",
        down: 0,
    },
];

/// What a catalog has that matters here.
const OBJECTS: &str = "select string_agg(name, ' ' order by name) from (
    select relname::text as name from pg_class where relname in ('t', 'i', 'v')
    union all select proname::text from pg_proc where proname = 'f') as it";

async fn changes_over(case: &Case) {
    let tool = case.tool;
    let files: Vec<(String, &str)> = case
        .files
        .iter()
        .map(|(name, text)| (format!("{}/{name}", case.folder), *text))
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), *text))
        .collect();
    let project = Project::with(&files).await;
    let mut connection = project.database.connect().await;
    run(&mut connection, case.journal).await;
    run(&mut connection, TABLE).await;
    run(&mut connection, FUNCTION).await;

    let words = format!("migrate import {tool} {}", case.folder);
    let would = project.run(&format!("{words} --dry-run")).success();
    assert!(would.stdout.contains("3 revisions of"), "{tool}: {would}");
    assert!(project.names("migrations").is_empty(), "{tool}");
    let json = project
        .run(&format!("--output json {words} --stamp"))
        .success()
        .json();
    assert_eq!(json["tool"], tool);
    assert_eq!(json["proof"]["by"], "files", "{tool}: {json}");
    assert_eq!(json["proof"]["up"], 3, "{tool}: {json}");
    assert_eq!(json["proof"]["down"], case.down, "{tool}: {json}");
    assert_eq!(
        json["stamped"]["added"].as_array().map(Vec::len),
        Some(2),
        "{tool}: {json}"
    );
    assert_eq!(project.names("migrations").len(), 6, "{tool}");
    project.run("migrate check").success();

    let current = project.run("migrate current").success();
    assert_eq!(current.stdout, case.current, "{tool}");
    let up = project.run("migrate upgrade head").success();
    assert!(
        up.stdout.starts_with("upgraded 1 revision "),
        "{tool}: {up}"
    );
    let info = project.sqlx(&project.database, "migrate info");
    assert_eq!(info.matches("/installed").count(), 3, "{tool}: {info}");
    assert!(!info.contains("checksum"), "{tool}: {info}");
    let again = project.run("migrate import --stamp").success();
    assert!(
        again
            .stdout
            .starts_with("nothing to stamp: the journal has all"),
        "{tool}: {again}"
    );

    // An empty database comes to the same by sqlx alone.
    let other = Database::fresh().await;
    project.sqlx(&other, "migrate run");
    let objects = ask(&mut connection, OBJECTS).await;
    assert_eq!(
        ask(&mut other.connect().await, OBJECTS).await,
        objects,
        "{tool}"
    );
    if case.down == 3 {
        project.on(&other, "migrate downgrade base").success();
        assert_eq!(
            ask(&mut other.connect().await, OBJECTS).await,
            "null",
            "{tool}"
        );
    }
}

fn case(tool: &str) -> &'static Case {
    CASES.iter().find(|it| it.tool == tool).expect(tool)
}

#[tokio::test]
async fn golang_migrate_changes_over() {
    changes_over(case("golang-migrate")).await;
}

#[tokio::test]
async fn dbmate_changes_over() {
    changes_over(case("dbmate")).await;
}

#[tokio::test]
async fn goose_changes_over() {
    changes_over(case("goose")).await;
}

#[tokio::test]
async fn flyway_changes_over() {
    changes_over(case("flyway")).await;
}

#[tokio::test]
async fn refinery_changes_over() {
    changes_over(case("refinery")).await;
}

#[tokio::test]
async fn diesel_changes_over() {
    changes_over(case("diesel")).await;
}

#[tokio::test]
async fn prisma_changes_over() {
    changes_over(case("prisma")).await;
}

/// A table that keeps another checksum than that of the file: what was applied was edited since.
async fn edited_is_told(tool: &str, edit: &str, id: &str, other: &str) {
    let case = case(tool);
    let mut project = Project::bare().await;
    for (name, text) in case.files {
        project.town = project.town.write(&format!("{}/{name}", case.folder), text);
    }
    let mut connection = project.database.connect().await;
    run(&mut connection, case.journal).await;
    run(&mut connection, edit).await;
    let words = format!("migrate import {tool} {}", case.folder);
    let there = format!("{id}: checksum {other} there");
    let accept = format!("`--accept-edited {id}`");

    // Before anything is written.
    let refused = project.run(&format!("{words} --stamp")).expect(5);
    let refused = refused.says("were edited after they were applied to this database");
    assert!(refused.stderr.contains(&there), "{tool}: {refused}");
    assert!(refused.stderr.contains(&accept), "{tool}: {refused}");
    assert!(project.names("migrations").is_empty(), "{tool}");

    // And of a database that is told later, wherever the tool's own files are by then.
    project.run(&words).success();
    let refused = project.run("migrate import --stamp").expect(5);
    assert!(refused.stderr.contains(&there), "{tool}: {refused}");
    let journal = "select to_regclass('_sqlx_migrations') is null";
    assert_eq!(ask(&mut connection, journal).await, "true", "{tool}");
    let told = format!("migrate import --stamp --accept-edited {id}");
    let told = project.run(&told).success();
    told.shows("2 revisions now applied");
}

#[tokio::test]
async fn what_flyway_has_applied_otherwise_is_told() {
    let edit = "update flyway_schema_history set checksum = -12 where version = '1.1'";
    edited_is_told("flyway", edit, "1.1", "-12").await;
}

#[tokio::test]
async fn what_refinery_has_applied_otherwise_is_told() {
    let edit = "update refinery_schema_history set checksum = '12' where version = 2";
    edited_is_told("refinery", edit, "2", "12").await;
}

#[tokio::test]
async fn what_prisma_has_applied_otherwise_is_told() {
    let edit = "update _prisma_migrations set checksum = repeat('a', 64) where id = '1'";
    edited_is_told("prisma", edit, "0_init", &"a".repeat(64)).await;
}

#[tokio::test]
async fn sqlx_is_ours_as_it_is() {
    let project = Project::with(&[("db/1_a.sql", "create table a ();")]).await;
    let output = project.run("migrate import sqlx db").success();
    let output = output.shows("nothing to import");
    assert!(output.stdout.contains("migrations = \"db\""), "{output}");
    let project = Project::with(&[("migrations/1_a.sql", "create table a ();")]).await;
    let output = project.run("migrate import").success();
    let output = output.shows("nothing to import");
    assert!(!output.stdout.contains("next:"), "{output}");
}
