//! A history of Alembic's, proved by Alembic itself in both releases, and taken over with the
//! databases that it moved.

use std::fs;

use super::project::Project;
use crate::alembic_sql::real::{RELEASES, alembic};
use crate::migration::folder::{ask, run as sql};
use crate::support::cluster::Database;

/// A branch with a label, one that depends on it, and what joins both; no way back from one.
const BRANCHED: &[(&str, &str, &str, &str)] = &[
    (
        "a1a1",
        "down_revision = None",
        "op.create_table('t', sa.Column('id', sa.Integer(), primary_key=True))",
        "op.drop_table('t')",
    ),
    (
        "b2b2",
        "down_revision = 'a1a1'\nbranch_labels = ('pay',)",
        "op.add_column('t', sa.Column('b', sa.Text(), server_default='x'))",
        "op.drop_column('t', 'b')",
    ),
    (
        "c3c3",
        "down_revision = 'a1a1'\ndepends_on = 'b2b2'",
        "op.create_index('ix_b', 't', ['b'])",
        "op.drop_index('ix_b', table_name='t')",
    ),
    ("d4d4", "down_revision = ('b2b2', 'c3c3')", "pass", "pass"),
    (
        "e5e5",
        "down_revision = 'd4d4'",
        "op.drop_column('t', 'b')",
        "raise NotImplementedError('the texts are gone')",
    ),
    (
        "f6f6",
        "down_revision = 'e5e5'",
        "op.execute('INSERT INTO t DEFAULT VALUES')",
        "pass",
    ),
    (
        "g7g7",
        "down_revision = None\nbranch_labels = ('other',)",
        "op.create_table('u', sa.Column('mood', sa.Enum('sad', 'ok', name='mood')))",
        "op.drop_table('u')",
    ),
];

#[tokio::test]
async fn both_releases_prove_a_history_with_branches() {
    for release in RELEASES {
        let project = Project::alembic(Some(release), BRANCHED).await;
        let output = project.run("migrate import alembic").success();
        // `d4d4` and `f6f6` change nothing that a catalog holds; `e5e5` has no way back.
        let output = output.shows(
            "proved: the same as what Alembic itself makes of a database, 7 revisions up and 5 of \
             them down",
        );
        assert!(
            output.stdout.contains("wrote 7 revisions of Alembic's"),
            "{output}"
        );
        assert!(
            output
                .stdout
                .contains("there is no way back, and the down file says so: `e5e5`"),
            "{output}"
        );
        let up = project.read("migrations/20260103083000_make_c3c3.up.sql");
        let header = "-- townpass:revises 20260101083000\n-- townpass:depends 20260102083000\n\
                      -- townpass:from alembic c3c3\n-- make c3c3\n";
        assert!(up.starts_with(header), "{up}");
        let up = project.read("migrations/20260102083000_make_b2b2.up.sql");
        assert!(up.contains("\n-- townpass:label pay\n"), "{up}");
        let up = project.read("migrations/20260104083000_make_d4d4.up.sql");
        assert!(
            up.starts_with("-- townpass:revises 20260102083000, 20260103083000\n"),
            "{up}"
        );
        let down = project.read("migrations/20260105083000_make_e5e5.down.sql");
        assert!(down.contains("RAISE EXCEPTION"), "{down}");
        project.run("migrate check").success();

        // Nothing is left on the server, and our database was not touched.
        let mut connection = project.database.connect().await;
        let left = "select count(*) from pg_database where datname like 'townpass_scratch%'";
        assert_eq!(ask(&mut connection, left).await, "0");
        assert_eq!(
            ask(
                &mut connection,
                "select count(*) from pg_class where relname in ('t', 'u', 'alembic_version')"
            )
            .await,
            "0"
        );

        // On an empty database plain sqlx and we make the same of it.
        let other = Database::fresh().await;
        project.sqlx(&other, "migrate run");
        project.run("migrate upgrade heads").success();
        let shown = project.sqlx(&project.database, "migrate info");
        assert_eq!(shown, project.sqlx(&other, "migrate info"));
        assert!(
            shown.lines().all(|line| line.contains("/installed")),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn a_database_in_use_changes_over_and_runs_nothing() {
    let release = RELEASES[1];
    let project = Project::alembic(Some(release), BRANCHED).await;
    let url = project.database.url("postgresql+psycopg");
    let directory = project.town.path();
    alembic(release, &directory, &url, &["upgrade", "c3c3"]);
    project
        .run("migrate import alembic --no-verify")
        .success()
        .shows("not proved");

    // What would run all of it a second time is refused.
    let refused = project.run("migrate upgrade heads").expect(4);
    refused.says("`alembic_version` says that Alembic has moved this database");

    let would = project.run("migrate import --stamp --dry-run").success();
    would.shows("3 revisions would be applied, as `alembic_version` says");
    let mut connection = project.database.connect().await;
    let there = "select to_regclass('_sqlx_migrations') is null";
    assert_eq!(ask(&mut connection, there).await, "true");
    let json = project
        .run("--output json migrate import --stamp")
        .success()
        .json();
    assert_eq!(json["outcome"], "stamped");
    assert_eq!(
        json["added"],
        serde_json::json!(["20260101083000", "20260102083000", "20260103083000"])
    );
    assert_eq!(
        project.run("migrate current").success().stdout,
        "20260103083000\n"
    );
    let again = project.run("migrate import --stamp").success();
    again.shows("nothing to stamp: the journal has all that `alembic_version` says");
    let info = project.sqlx(&project.database, "migrate info");
    assert_eq!(info.matches("/installed").count(), 3, "{info}");
    assert!(!info.contains("checksum"), "{info}");

    // What Alembic does after that is to be told as well.
    alembic(release, &directory, &url, &["upgrade", "d4d4"]);
    let refused = project.run("migrate upgrade heads").expect(4);
    refused.says("Alembic has moved this database, and our journal lacks `d4d4`");
    let planned = project.run("migrate plan heads").success();
    let planned = planned.says("our journal lacks `d4d4`: `upgrade` is refused until it is told");
    assert!(planned.stdout.contains("d4d4"), "{planned}");
    alembic(release, &directory, &url, &["downgrade", "c3c3"]);

    // Alembic's own table is as it was; what is pending is run, and nothing else.
    assert_eq!(
        ask(&mut connection, "select version_num from alembic_version").await,
        "c3c3"
    );
    let up = project.run("migrate upgrade heads").success();
    assert!(up.stdout.starts_with("upgraded 4 revisions"), "{up}");
    project.run("migrate downgrade f6f6-1").success();
    project.run("migrate upgrade f6").success();
    let shown = project.run("migrate show f6f6").success();
    assert!(shown.stdout.contains("From: alembic f6f6"), "{shown}");

    // A new database has nothing to be told, and a job may ask all the same.
    let new = Database::fresh().await;
    let told = project.on(&new, "migrate import --stamp").success();
    told.shows("nothing to stamp: there is no `alembic_version` in this database");
    project.on(&new, "migrate upgrade heads").success();

    // A revision that came after the import.
    sql(
        &mut connection,
        "update alembic_version set version_num = 'h8h8'",
    )
    .await;
    sql(&mut connection, "delete from _sqlx_migrations").await;
    let unknown = project.run("migrate import --stamp").expect(5);
    unknown.says("`alembic_version` has `h8h8`, which no file here says it was");
}

#[tokio::test]
async fn all_at_once_and_told_in_the_same_run() {
    let project = Project::corpus(None).await;
    let directory = project.town.path();
    let url = project.database.url("postgresql+psycopg");
    alembic(RELEASES[1], &directory, &url, &["upgrade", "r010"]);
    let output = project
        .run("--output json migrate import --stamp")
        .success();
    let json = output.json();
    assert_eq!(json["tool"], "alembic");
    assert_eq!(json["proof"]["by"], "translated");
    assert_eq!(json["proof"]["up"], 16);
    assert_eq!(json["written"], true);
    assert_eq!(
        json["stamped"]["added"].as_array().expect("a list").len(),
        10
    );
    assert_eq!(project.names("migrations").len(), 32);
    let up = project.read("migrations/20260111120000_outside_transactions.up.sql");
    assert!(up.starts_with("-- no-transaction\n"), "{up}");
    project.run("migrate upgrade head").success();
    assert_eq!(
        project.run("migrate current").success().stdout,
        "20260116120000 (head)\n"
    );
}

#[tokio::test]
async fn what_only_python_knows_is_asked_of_it() {
    let files: &[(&str, &str, &str, &str)] = &[
        (
            "a1a1",
            "down_revision = None",
            "getattr(op, 'execute')('CREATE TABLE t (a int)')\n    \
             with op.get_context().autocommit_block():\n        \
             op.execute('CREATE INDEX CONCURRENTLY i ON t (a)')",
            "getattr(op, 'execute')('DROP TABLE t')",
        ),
        (
            "b2b2",
            "down_revision = 'a1a1'",
            "op.add_column('t', sa.Column('b', sa.Text()))",
            "for row in op.get_bind().execute(sa.text('SELECT a FROM t')):\n        print(row)\n    \
             op.drop_column('t', 'b')",
        ),
    ];
    let alone = Project::alembic(None, files).await;
    let refused = alone.run("migrate import alembic").expect(4);
    let refused = refused.says("1 revision of Alembic's cannot be written as SQL");
    assert!(
        refused.stderr.contains("a1a1.py:15:5: `getattr`"),
        "{refused}"
    );
    assert!(refused.stderr.contains("--runner"), "{refused}");
    for release in RELEASES {
        let project = Project::alembic(Some(release), files).await;
        let output = project.run("migrate import alembic").success();
        let output = output.shows("2 revisions up and 1 of them down");
        let lost = "the way back cannot be written as SQL, so there is none: `b2b2`";
        assert!(output.stdout.contains(lost), "{output}");
        let up = project.read("migrations/20260101083000_make_a1a1.up.sql");
        let (head, text) = up.split_once("\n\n").expect("a header");
        assert!(head.starts_with("-- no-transaction\n"), "{up}");
        assert_eq!(
            text,
            "CREATE TABLE t (a int);\n\nCREATE INDEX CONCURRENTLY i ON t (a);\n"
        );
    }
    // What reads rows on the way there is not known before it runs.
    let files = [(
        "a1a1",
        "down_revision = None",
        "for row in op.get_bind().execute(sa.text('SELECT 1')):\n        op.execute(f'SELECT {row}')",
        "pass",
    )];
    let project = Project::alembic(Some(RELEASES[1]), &files).await;
    let refused = project.run("migrate import alembic").expect(4);
    let refused = refused.says("1 revision of Alembic's cannot be written as SQL");
    assert!(!refused.stderr.contains("--runner"), "{refused}");
    assert!(project.names("migrations").is_empty());
}

/// A way there that moves rows, and one back that asks.
const ROWS: &[(&str, &str, &str, &str)] = &[
    (
        "a1a1",
        "down_revision = None",
        "op.execute('CREATE TABLE t (a int, b int)')",
        "op.execute('DROP TABLE t')",
    ),
    (
        "b2b2",
        "down_revision = 'a1a1'",
        "op.add_column('t', sa.Column('c', sa.Integer()))\n    \
         for a, b in op.get_bind().execute(sa.text('SELECT a, b FROM t')).all():\n        \
         op.get_bind().execute(sa.text('UPDATE t SET c = :c'), {'c': a + b})\n    \
         op.drop_column('t', 'b')",
        "for row in op.get_bind().execute(sa.text('SELECT 1')):\n        \
         op.execute('ALTER TABLE t RENAME c TO b')",
    ),
    (
        "c3c3",
        "down_revision = 'b2b2'",
        "for row in op.get_bind().execute(sa.text('SELECT a FROM t')):\n        print(row)",
        "pass",
    ),
];

#[tokio::test]
async fn what_only_python_can_tell_is_written_by_hand_and_proved_by_alembic() {
    let mut project = Project::alembic(Some(RELEASES[1]), ROWS).await;
    let refused = project.run("migrate import alembic").expect(4);
    let refused = refused.says("2 revisions of Alembic's cannot be written as SQL");
    let advice = "as `b2b2.up.sql` and `b2b2.down.sql`, and import with `--by-hand FOLDER`";
    assert!(refused.stderr.contains(advice), "{refused}");
    for (name, text) in [
        (
            "hand/b2b2.up.sql",
            "alter table t add c int;\nupdate t set c = a + b;\nalter table t drop b;\n",
        ),
        ("hand/b2b2.down.sql", "alter table t rename c to b;\n"),
        ("hand/c3c3.up.sql", "-- It only looks at rows.\n"),
    ] {
        project.town = project.town.write(name, text);
    }
    let output = project
        .run("migrate import alembic --by-hand hand")
        .success();
    let output = output.shows("3 revisions up and 2 of them down");
    let note = "written by hand, and what that does to rows is proved by nobody: `b2b2`, `c3c3`";
    assert!(output.stdout.contains(note), "{output}");
    let up = project.read("migrations/20260102083000_make_b2b2.up.sql");
    let told = "-- make b2b2\n-- It was written by hand, in place of what Python did.\n\nalter table t add c";
    assert!(up.contains(told), "{up}");
    let down = project.read("migrations/20260102083000_make_b2b2.down.sql");
    assert!(down.ends_with("alter table t rename c to b;\n"), "{down}");

    // A database that has only the first goes on with its rows.
    let mut connection = project.database.connect().await;
    sql(
        &mut connection,
        "create table t (a int, b int); insert into t values (1, 2);
         create table alembic_version (version_num varchar(32) primary key);
         insert into alembic_version values ('a1a1')",
    )
    .await;
    project.run("migrate import --stamp").success();
    project.run("migrate upgrade head").success();
    assert_eq!(ask(&mut connection, "select c from t").await, "3");
}

#[tokio::test]
async fn what_is_written_by_hand_and_wrong_is_found() {
    let mut project = Project::alembic(Some(RELEASES[0]), ROWS).await;
    for (name, text) in [
        (
            "hand/b2b2.up.sql",
            "alter table t add c bigint;\nalter table t drop b;\n",
        ),
        ("hand/c3c3.up.sql", ""),
    ] {
        project.town = project.town.write(name, text);
    }
    let words = "migrate import alembic --by-hand hand";
    let output = project.run(words).expect(1);
    let output = output.shows("b2b2 (20260102083000): the ways there lead to different places");
    assert!(
        output.stdout.contains("column t.c is not as it was"),
        "{output}"
    );
    assert!(project.names("migrations").is_empty());
    // Without Alembic there is nothing to find it by, which is said.
    project.alembic = None;
    let output = project.run(words).success();
    output.says("what was written by hand is compared with nothing");
    project.town = project.town.write("hand/b2.up.sql", "");
    let refused = project.run(&format!("{words} --to other")).expect(2);
    refused.says("`[DIR]/hand/b2.up.sql` is called by no revision of Alembic's");
    project.town = project.town.write("db/migrations/1_a.up.sql", "");
    project
        .run("migrate import golang-migrate --by-hand hand --to other")
        .expect(2)
        .says("`--by-hand` is for Alembic's revisions, and these are golang-migrate's");
}

#[tokio::test]
async fn an_alembic_that_goes_elsewhere_proves_nothing_and_moves_nothing() {
    let project = Project::alembic(Some(RELEASES[1]), &BRANCHED[..2]).await;
    let other = Database::fresh().await;
    let env_py = project.town.path().join("alembic/env.py");
    let text = fs::read_to_string(&env_py).expect("it is there");
    let address = format!("\"{}\"", other.url("postgresql+psycopg"));
    let text = text.replace("os.environ[\"DATABASE_URL\"]", &address);
    fs::write(&env_py, text).expect("it is ours");
    let output = project.run("migrate import alembic").success();
    let output =
        output.says("Alembic itself cannot be run for the proof: `env.py` connects to another");
    assert!(
        output
            .stdout
            .contains("the same as what the SQL of its files makes of a database"),
        "{output}"
    );
    let mut connection = other.connect().await;
    let tables = "select count(*) from pg_class where relname in ('t', 'alembic_version')";
    assert_eq!(ask(&mut connection, tables).await, "0");
}

#[tokio::test]
async fn a_difference_is_shown_and_nothing_is_written() {
    let project = Project::alembic(Some(RELEASES[1]), &BRANCHED[..2]).await;
    let env_py = project.town.path().join("alembic/env.py");
    let text = fs::read_to_string(&env_py).expect("it is there");
    // What no revision says.
    let text = text.replace(
        "        context.configure(connection=connection, transaction_per_migration=True)",
        "        connection.exec_driver_sql(\"CREATE SCHEMA IF NOT EXISTS app\")\n        \
         connection.commit()\n        \
         context.configure(connection=connection, transaction_per_migration=True)",
    );
    fs::write(&env_py, text).expect("it is ours");
    let output = project.run("migrate import alembic --stamp").expect(1);
    assert_eq!(
        output.stdout.lines().collect::<Vec<_>>(),
        [
            "a1a1 (20260101083000): the ways there lead to different places; by our file",
            "    schema app is missing",
            "nothing was written: 0 of 2 revisions are proved, and this one is not the same",
            "to have the files nevertheless, and mend them by hand, add `--no-verify`",
        ],
        "{output}"
    );
    assert!(project.names("migrations").is_empty());
    let mut connection = project.database.connect().await;
    let there = "select to_regclass('_sqlx_migrations') is null";
    assert_eq!(ask(&mut connection, there).await, "true");
    let json = project
        .run("--output json migrate import alembic")
        .expect(1)
        .json();
    assert_eq!(json["proof"]["failure"]["verdict"], "differs");
    assert_eq!(json["written"], false);
}

#[tokio::test]
async fn a_configuration_in_a_folder_of_the_project_is_found_and_can_be_named() {
    let project = Project::alembic(None, &BRANCHED[..2]).await;
    let root = project.town.path();
    let backend = root.join("backend");
    fs::create_dir(&backend).expect("the directory is ours");
    for name in ["alembic", "alembic.ini"] {
        fs::rename(root.join(name), backend.join(name)).expect("the directory is ours");
    }
    for words in [
        "migrate import",
        "migrate import alembic",
        "migrate import alembic backend",
    ] {
        let would = project.run(&format!("{words} --dry-run")).success();
        assert_eq!(
            would.stdout,
            "20260101083000 make a1a1 (a1a1)\n20260102083000 make b2b2 (b2b2)\n\
             2 revisions of Alembic's would be written to `[DIR]/migrations`\n",
            "{words}"
        );
    }
    project
        .run("migrate import alembic alembic")
        .expect(2)
        .says("there is no `alembic.ini` in `[DIR]/alembic`");
    let output = project.run("migrate import alembic").success();
    output.shows("migrations = \"migrations\"");
}
