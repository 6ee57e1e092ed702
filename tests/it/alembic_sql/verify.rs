//! `verify` on a history of Alembic's: up, down and up again, by us and by Alembic.

use std::fs;

use super::real::{RELEASES, lay_out};
use super::review::{against, town};
use crate::support::Town;
use crate::support::cluster::Database;

/// How many scratch databases there are.
async fn left(database: &Database) -> i64 {
    let sql = "SELECT count(*) FROM pg_database d WHERE datname LIKE 'townpass_scratch%'
        AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)";
    sqlx::query_scalar(sql)
        .fetch_one(&mut database.connect().await)
        .await
        .expect("a count")
}

#[tokio::test]
async fn the_vocabulary_leads_there_and_back() {
    let (town, database) = (Town::bare(), Database::fresh().await);
    lay_out(&town.path());
    let verified = against(&town, &database, None, "--output json migrate verify");
    let verified = verified.json();
    let verdicts = verified["revisions"].as_array().expect("a list");
    assert_eq!(verdicts.len(), 16, "{verified}");
    for verdict in verdicts {
        assert_eq!(verdict["verdict"], "proved", "{verdict}");
    }
    assert_eq!(left(&database).await, 0);
    // The database itself is as it was.
    assert_eq!(
        against(&town, &database, None, "migrate current")
            .success()
            .stdout,
        ""
    );
}

#[tokio::test]
async fn what_does_not_lead_back_is_named() {
    let town = town(&[
        (
            "good",
            "op.create_table('t', sa.Column('n', sa.Integer()))",
            "op.drop_table('t')",
        ),
        (
            "left",
            "op.create_table('u', sa.Column('n', sa.Integer()))",
            "pass",
        ),
        (
            "kept",
            "op.execute('CREATE TABLE IF NOT EXISTS kept ()')",
            "pass",
        ),
        (
            "once",
            "op.execute('CREATE TABLE once ()')",
            "'No way.'\n    raise NotImplementedError('no way back')",
        ),
        (
            "sql",
            "op.execute('CREATE TABLE sql ()')",
            "op.execute(\"DO $$BEGIN RAISE EXCEPTION 'no way'; END$$\")",
        ),
        (
            "wrong",
            "op.execute('CREATE TABLE wrong ()')",
            "op.drop_table('wrnog')",
        ),
        ("stuck", "op.drop_table('nowhere')", "pass"),
        ("never", "pass", "pass"),
    ]);
    let database = Database::fresh().await;
    let found = against(&town, &database, None, "migrate verify").expect(1);
    insta::assert_snapshot!(found.stdout, @r#"
    left Make left: does not come back to where it began after going down
        column u.n is left
        table u is left
    kept Make kept: does not come back to where it began after going down
        table kept is left
    once Make once: has no way back, and says so
    sql Make sql: has no way back, and says so
    wrong Make wrong: does not go down
        `[DIR]/alembic/versions/wrong.py:15:5`: table "wrnog" does not exist (42P01)
    stuck Make stuck: does not go up
        `[DIR]/alembic/versions/stuck.py:11:5`: table "nowhere" does not exist (42P01)
    1 revision proved: up, down and up again
    1 revision not reached
    "#);
    assert_eq!(left(&database).await, 0);
}

#[tokio::test]
async fn what_only_python_can_run_is_run_by_it() {
    let town = town(&[
        (
            "one",
            "op.create_table('t', sa.Column('n', sa.Integer()))",
            "op.drop_table('t')",
        ),
        (
            "two",
            "n = op.get_bind().execute(sa.text('SELECT count(*) FROM t')).scalar()\n    \
             op.execute(f'CREATE TABLE t{n} ()')",
            "for row in op.get_bind().execute(sa.text('SELECT 0 AS n')):\n        \
             op.execute(f'DROP TABLE t{row.n}')",
        ),
        (
            "three",
            "op.get_bind().execute(sa.text('SELECT 1')).scalar()",
            "op.get_bind().execute(sa.text('SELECT 1')).scalar()\n    raise RuntimeError('no')",
        ),
        (
            "four",
            "print(op.get_bind().execute(sa.text('SELECT 1')).scalar())",
            "op.get_bind().execute(sa.text('SELECT 1')).nonsense()",
        ),
    ]);
    let database = Database::fresh().await;
    for release in RELEASES {
        let found = against(&town, &database, Some(release), "migrate verify").expect(1);
        assert!(
            found
                .stdout
                .contains("three Make three: has no way back, and says so"),
            "{found}"
        );
        assert!(
            found
                .stdout
                .contains("four Make four: does not go down\n    AttributeError"),
            "{found}"
        );
        assert!(found.stdout.contains("2 revisions proved"), "{found}");
    }
    // Without a Python nothing is claimed.
    against(&town, &database, None, "migrate verify")
        .expect(3)
        .says("revision `two` needs Python, and no Python with Alembic was found");
    assert_eq!(left(&database).await, 0);

    // An Alembic that goes to another database is let run nothing.
    let other = Database::fresh().await;
    let env_py = town.path().join("alembic/env.py");
    let text = fs::read_to_string(&env_py).expect("it is there");
    let url = format!("\"{}\"", other.url("postgresql+psycopg"));
    let text = text.replace("os.environ[\"DATABASE_URL\"]", &url);
    fs::write(&env_py, text).expect("it is ours");
    against(&town, &database, Some(RELEASES[1]), "migrate verify")
        .expect(2)
        .says("`env.py` connects to another database");
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    let tables: i64 = sqlx::query_scalar(tables)
        .fetch_one(&mut other.connect().await)
        .await
        .expect("a count");
    assert_eq!(tables, 0);
}
