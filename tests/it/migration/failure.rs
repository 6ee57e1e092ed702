//! What a failing migration says, and what it leaves.

use std::time::Duration;

use miette::{Diagnostic as _, GraphicalReportHandler, GraphicalTheme};
use townpass::failure::{Blame, Diagnose as _};
use townpass::migration::runner::migrate;
use townpass::migration::{Direction, Error, Event, Options};

use super::folder::{ADVISORY_LOCKS, Folder, ask, journal_of, options, run};
use crate::support::cluster::Database;

fn rendered(error: &Error) -> String {
    let mut text = String::new();
    GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(200)
        .render_report(&mut text, error)
        .expect("a string takes it");
    text
}

fn help(error: &Error) -> String {
    error
        .help()
        .map(|help| help.to_string())
        .unwrap_or_default()
}

#[tokio::test]
async fn a_failing_statement_is_shown_where_it_stands() {
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    let folder = Folder::three();
    let text = "-- 表\ncreate table c (id int);\n\ninsert into c (id)\n  select nope from 表表;\n";
    folder.write("4_c.up.sql", text);
    let error = folder
        .upgrade(&mut connection, "head")
        .await
        .expect_err("fails");
    assert_eq!(error.blame(), Blame::Migration);
    let path = folder.path().join("4_c.up.sql").display().to_string();
    let message = error.to_string();
    assert_eq!(
        message,
        format!("`{path}:5:20`: relation \"表表\" does not exist (42P01)")
    );
    let shown = rendered(&error);
    assert!(shown.contains("select nope from 表表"), "{shown}");
    assert!(
        shown.contains("nothing of this file was applied"),
        "{shown}"
    );
    assert_eq!(journal_of(&mut connection).await, "1 2 3");
    assert_eq!(ask(&mut connection, "to_regclass('c')").await, "null");
    assert_eq!(ask(&mut connection, ADVISORY_LOCKS).await, "0");
}

#[tokio::test]
async fn detail_and_hint_are_kept() {
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    let folder = Folder::three();
    folder.write(
        "4_a.up.sql",
        "insert into a values (7);\ninsert into a values (7);\n",
    );
    let error = folder
        .upgrade(&mut connection, "head")
        .await
        .expect_err("fails");
    assert!(
        error.to_string().contains("4_a.up.sql:2:1`: duplicate key"),
        "{error}"
    );
    assert!(
        help(&error).contains("DETAIL: Key (id)=(7) already exists."),
        "{}",
        help(&error)
    );
    folder.write("4_a.up.sql", "select lenght('a');");
    let error = folder
        .upgrade(&mut connection, "head")
        .await
        .expect_err("fails");
    assert!(
        error
            .to_string()
            .contains("4_a.up.sql:1:8`: function lenght"),
        "{error}"
    );
    assert!(help(&error).contains("HINT: "), "{}", help(&error));
}

#[tokio::test]
async fn a_deferred_constraint_fails_the_commit() {
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    let folder = Folder::with(&[(
        "1_a.sql",
        "create table a (id int primary key, b int references a deferrable initially deferred);\n\
         insert into a values (1, 9);",
    )]);
    let error = folder
        .upgrade(&mut connection, "head")
        .await
        .expect_err("fails");
    assert_eq!(error.blame(), Blame::Migration, "{error}");
    assert_eq!(journal_of(&mut connection).await, "");
    assert_eq!(ask(&mut connection, "to_regclass('a')").await, "null");
}

#[tokio::test]
async fn half_of_a_file_outside_a_transaction_is_told_and_remembered() {
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    let folder = Folder::three();
    folder.write(
        "4_index.up.sql",
        "-- no-transaction\ncreate index concurrently good on a (id);\n\
         create index concurrently bad on a (nope);\n",
    );
    let error = folder
        .upgrade(&mut connection, "head")
        .await
        .expect_err("fails");
    assert_eq!(error.blame(), Blame::Partial);
    assert!(error.to_string().contains("4_index.up.sql:3:"), "{error}");
    assert!(
        help(&error).contains("the statement before it took effect"),
        "{}",
        help(&error)
    );
    assert_eq!(journal_of(&mut connection).await, "1 2 3 4*");
    let again = folder
        .upgrade(&mut connection, "head")
        .await
        .expect_err("fails again, at the same statement");
    assert_eq!(again.to_string(), error.to_string());
    let back = folder
        .downgrade(&mut connection, "-1")
        .await
        .expect_err("is on its way up");
    assert_eq!(
        back.to_string(),
        "revision `4` (index) is half way through its upgrade"
    );
    assert_eq!(back.blame(), Blame::Partial);
    let theirs = folder.sqlx().await.run(&mut *connection).await;
    let theirs = theirs.expect_err("sqlx refuses as well").to_string();
    assert!(theirs.contains("partially applied"), "{theirs}");
}

#[tokio::test]
async fn a_first_statement_that_leaves_nothing_is_forgotten() {
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    let folder = Folder::three();
    folder.write("4_v.up.sql", "vacuum nope;\n");
    let error = folder
        .upgrade(&mut connection, "head")
        .await
        .expect_err("fails");
    assert_eq!(error.blame(), Blame::Migration, "{error}");
    assert_eq!(journal_of(&mut connection).await, "1 2 3");
    folder.write("4_v.up.sql", "vacuum a;\n");
    folder
        .upgrade(&mut connection, "head")
        .await
        .expect("goes on");
    assert_eq!(journal_of(&mut connection).await, "1 2 3 4");
}

#[tokio::test]
async fn a_concurrent_build_that_fails_leaves_nothing_behind() {
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    let folder = Folder::three();
    folder.write(
        "4_i.up.sql",
        "create table twice (id int); insert into twice values (1), (1);",
    );
    folder.write(
        "5_u.up.sql",
        "create unique index concurrently twice_id on twice (id);",
    );
    let error = folder
        .upgrade(&mut connection, "head")
        .await
        .expect_err("fails");
    assert_eq!(error.blame(), Blame::Migration, "{error}");
    assert!(
        help(&error).contains("DETAIL: Key (id)=(1) is duplicated."),
        "{}",
        help(&error)
    );
    assert_eq!(journal_of(&mut connection).await, "1 2 3 4");
    let index = ask(&mut connection, "to_regclass('twice_id')").await;
    assert_eq!(index, "null", "an invalid index would have its name");
}

#[tokio::test]
async fn an_edited_and_a_missing_file_stop_before_the_first_statement() {
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    let folder = Folder::three();
    folder.upgrade(&mut connection, "2").await.expect("goes up");
    folder.write("2_create_b.up.sql", "create table b (id bigint);\n");
    let error = folder
        .upgrade(&mut connection, "head")
        .await
        .expect_err("edited");
    assert!(matches!(error, Error::Edited { .. }), "{error}");
    for name in ["2_create_b.up.sql", "2_create_b.down.sql"] {
        std::fs::remove_file(folder.path().join(name)).expect("it is there");
    }
    let error = folder
        .upgrade(&mut connection, "head")
        .await
        .expect_err("missing");
    assert_eq!(
        error.to_string(),
        "revision `2` (create b) is applied, but its file is missing"
    );
    assert_eq!(journal_of(&mut connection).await, "1 2");
}

#[tokio::test]
async fn another_table_of_that_name_is_no_journal() {
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    run(
        &mut connection,
        "create table _sqlx_migrations (version text)",
    )
    .await;
    let error = Folder::three()
        .upgrade(&mut connection, "head")
        .await
        .expect_err("no journal");
    assert!(matches!(error, Error::Journal { .. }), "{error:?}");
}

#[tokio::test]
async fn a_user_who_may_not_create_the_journal_is_told_so() {
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    run(
        &mut connection,
        "create role reader login; revoke create on schema public from public",
    )
    .await;
    run(&mut connection, "set session authorization reader").await;
    let error = Folder::three()
        .upgrade(&mut connection, "head")
        .await
        .expect_err("may not");
    assert_eq!(
        error.to_string(),
        "the database did not create the journal `_sqlx_migrations`"
    );
    assert!(
        rendered(&error).contains("permission denied"),
        "{}",
        rendered(&error)
    );
    assert_eq!(ask(&mut connection, ADVISORY_LOCKS).await, "0");
}

#[tokio::test]
async fn a_table_in_use_is_not_waited_for_for_ever() {
    let database = Database::fresh().await;
    let mut connection = database.session().await;
    let folder = Folder::three();
    folder
        .upgrade(&mut connection, "head")
        .await
        .expect("goes up");
    folder.write("4_more.up.sql", "alter table a add more int;");
    let mut other = database.session().await;
    run(&mut other, "begin; select from a").await;
    let pid = ask(&mut other, "pg_backend_pid()").await;
    let impatient = Options {
        lock_timeout: Duration::from_millis(300),
        wait_lock: Duration::from_secs(1),
        ..options()
    };
    let target = "head".parse().expect("a target");
    let mut seen = Vec::new();
    let error = migrate(
        Direction::Upgrade,
        &folder.read(),
        &target,
        &mut connection,
        &impatient,
        &mut |event| match event {
            Event::Blocked { by, .. } => seen.extend(by.iter().map(|it| it.pid.to_string())),
            Event::Retry { .. } => seen.push("again".to_owned()),
            _ => {}
        },
    )
    .await
    .expect_err("it is in use");
    assert_eq!(error.blame(), Blame::Lock);
    assert!(
        help(&error).contains(&format!("in the way is process {pid}")),
        "{}",
        help(&error)
    );
    assert_eq!(seen[0], pid);
    assert!(seen.contains(&"again".to_owned()), "{seen:?}");
    run(&mut other, "rollback").await;
    folder
        .upgrade(&mut connection, "head")
        .await
        .expect("it is free now");
}
