//! `townpass migrate stamp`: rows of the journal move, and nothing is run.

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
