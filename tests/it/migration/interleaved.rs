//! The same folder and database, by turns with sqlx's own migrator: both agree on every step.

use sqlx::PgConnection;

use super::folder::{Folder, ask, journal_of, versions};
use crate::support::cluster::Database;

/// The journal without what differs from run to run.
const JOURNAL: &str = "select string_agg(format('%s %s %s %s', version, description, success,
    encode(checksum, 'hex')), e'\n' order by version) from _sqlx_migrations";

/// The columns of the journal's table.
const SHAPE: &str =
    "select string_agg(format('%s %s %s %s', attname, atttypid::regtype, attnotnull,
    pg_get_expr(adbin, adrelid)), e'\n' order by attnum) from pg_attribute
    left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where attrelid = '_sqlx_migrations'::regclass and attnum > 0";

async fn seen(connection: &mut PgConnection) -> (String, String) {
    (ask(connection, JOURNAL).await, ask(connection, SHAPE).await)
}

#[tokio::test]
async fn both_write_the_same_journal() {
    let folder = Folder::three();
    folder.write("notes.md", "no migration");
    folder.write(
        "4_with_a_header.up.sql",
        "-- townpass:revises 3\r\n\r\ncreate table 表 ();\r\n",
    );
    let (ours, theirs) = (Database::fresh().await, Database::fresh().await);
    let (mut ours, mut theirs) = (ours.session().await, theirs.connect().await);
    folder.upgrade(&mut ours, "head").await.expect("we go up");
    folder
        .sqlx()
        .await
        .run(&mut theirs)
        .await
        .expect("sqlx goes up");
    assert_eq!(seen(&mut ours).await, seen(&mut theirs).await);
    let known = "select bool_and(execution_time > 0) from _sqlx_migrations";
    assert_eq!(ask(&mut ours, known).await, "true");
}

#[tokio::test]
async fn they_take_turns() {
    let folder = Folder::three();
    let migrator = folder.sqlx().await;
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    let connection = &mut connection;

    folder.upgrade(connection, "+1").await.expect("we go up");
    migrator
        .run_to(2, &mut **connection)
        .await
        .expect("sqlx goes on");
    let applied = folder.upgrade(connection, "head").await.expect("we go on");
    assert_eq!(versions(&applied), [3]);
    migrator
        .run(&mut **connection)
        .await
        .expect("sqlx has nothing to do");
    assert_eq!(journal_of(connection).await, "1 2 3");

    migrator
        .undo(&mut **connection, 2)
        .await
        .expect("sqlx goes back");
    let reverted = folder
        .downgrade(connection, "-1")
        .await
        .expect("we go back");
    assert_eq!(versions(&reverted), [2]);
    migrator
        .undo(&mut **connection, 0)
        .await
        .expect("sqlx goes to the base");
    assert_eq!(journal_of(connection).await, "");

    migrator.run(&mut **connection).await.expect("sqlx goes up");
    let applied = folder
        .upgrade(connection, "head")
        .await
        .expect("we have nothing to do");
    assert_eq!(versions(&applied), [] as [i64; 0]);
    let reverted = folder
        .downgrade(connection, "base")
        .await
        .expect("we go to the base");
    assert_eq!(versions(&reverted), [3, 2, 1]);
    migrator.run(&mut **connection).await.expect("sqlx goes up");
}

#[tokio::test]
async fn the_working_example_is_sqlx_s_as_well() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let migrator = sqlx::migrate::Migrator::new(path)
        .await
        .expect("sqlx reads it");
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    migrator.run(&mut *connection).await.expect("sqlx goes up");
    migrator
        .undo(&mut *connection, 0)
        .await
        .expect("sqlx goes down");
    migrator
        .run(&mut *connection)
        .await
        .expect("sqlx goes up again");
}
