//! `townpass migrate stamp`: rows of the journal move, and nothing is run.

use super::migration::folder::{ask, run};
use crate::support::{Town, cluster::Database};

#[tokio::test]
async fn a_database_says_it_is_where_it_was_never_taken() {
    let database = Database::fresh().await;
    let town = Town::bare().with_example_migrations();
    let run = |words: &str| {
        town.townpass(words.split(' '))
            .env("DATABASE_URL", database.url("postgresql"))
            .run()
    };
    run("migrate ensure_version")
        .success()
        .prints("`_sqlx_migrations` and `_townpass_migrations` are there\n");
    run("migrate current").success().prints("");

    run("migrate stamp head")
        .success()
        .prints("4 revisions now applied\nthe last is 20260217091000\n");
    run("migrate current")
        .success()
        .prints("20260217091000 (head)\n");
    run("migrate upgrade")
        .success()
        .prints("nothing to upgrade\n");
    run("migrate stamp head")
        .success()
        .prints("nothing to stamp\n");

    let stamped = run("--output json migrate stamp head-2").success().json();
    assert_eq!(
        stamped["removed"],
        serde_json::json!(["20260217091000", "20260203064500"])
    );
    run("migrate stamp base").success();
    run("migrate upgrade").success().says("create users");
    run("migrate stamp nonsense").expect(2);
    run("migrate stamp").expect(2);
}

#[tokio::test]
async fn purge_is_the_way_out_of_a_history_that_nobody_knows() {
    let database = Database::fresh().await;
    let old = Town::bare().write("migrations/9_old.sql", "create table old ();");
    let run = |town: &Town, words: &str| {
        town.townpass(words.split(' '))
            .env("DATABASE_URL", database.url("postgresql"))
            .run()
    };
    run(&old, "migrate upgrade").success();
    let town = Town::bare().with_example_migrations();
    run(&town, "migrate stamp head")
        .expect(5)
        .says("revision `9` (old) is applied, but its file is missing");
    run(&town, "migrate stamp --purge head").success();
    run(&town, "migrate current")
        .success()
        .prints("20260217091000 (head)\n");
}

#[tokio::test]
async fn a_script_stamps_a_database_that_is_where_it_was_said_to_be() {
    let town = Town::bare().with_example_migrations();
    let script = |words: &str| town.run(&format!("migrate stamp --sql {words}")).success();
    let database = Database::fresh().await;
    let mut session = database.session().await;
    let rows = "select count(*)::text from _sqlx_migrations";
    run(&mut session, &script("head-1").raw_stdout).await;
    assert_eq!(ask(&mut session, rows).await, "3");
    run(&mut session, &script("head-1:head").raw_stdout).await;
    assert_eq!(ask(&mut session, rows).await, "4");
    // It is what `stamp` itself writes.
    let stamped = Database::fresh().await;
    town.townpass(["migrate", "stamp", "head"])
        .env("DATABASE_URL", stamped.url("postgresql"))
        .run()
        .success();
    let all = "select string_agg(version || description || success || checksum::text
        || execution_time, ' ' order by version) from _sqlx_migrations";
    assert_eq!(
        ask(&mut session, all).await,
        ask(&mut stamped.connect().await, all).await
    );
    // Elsewhere it refuses, and changes nothing.
    let script_for_another = script("head-1:base").raw_stdout;
    let refused = sqlx::raw_sql(sqlx::AssertSqlSafe(script_for_another))
        .execute(&mut *session)
        .await;
    let refused = refused.expect_err("it is elsewhere").to_string();
    assert!(
        refused.contains("this script is for a database"),
        "{refused}"
    );
    run(&mut session, "rollback").await;
    run(&mut session, &script("head:head-2").raw_stdout).await;
    assert_eq!(ask(&mut session, rows).await, "2");
    // A purge takes whatever there is.
    run(
        &mut session,
        "insert into _sqlx_migrations values (9, 'who knows', now(), true, '', 0)",
    )
    .await;
    run(&mut session, &script("--purge head").raw_stdout).await;
    assert_eq!(ask(&mut session, rows).await, "4");
    town.townpass(["migrate", "upgrade"])
        .env("DATABASE_URL", database.url("postgresql"))
        .run()
        .success()
        .prints("nothing to upgrade\n");

    town.run("migrate stamp --sql +1")
        .expect(2)
        .says("counts from where a database stands");
    town.run("migrate stamp --sql current:head")
        .expect(2)
        .says("counts from where a database stands");
    town.run("migrate stamp base:head")
        .expect(2)
        .says("Range revision not allowed");
    town.run("migrate stamp --sql --purge base:head").expect(2);
    let json = town
        .run("--output json migrate stamp --sql head")
        .success()
        .json();
    assert!(
        json["sql"]
            .as_str()
            .is_some_and(|sql| sql.contains("INSERT INTO"))
    );
}
