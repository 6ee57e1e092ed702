//! `upgrade --sql` and `downgrade --sql`: a script for others to run, and one that knows where it
//! belongs.

use super::migration::folder::{ask, run};
use crate::support::{Town, cluster::Database};

#[tokio::test]
async fn the_script_does_what_the_runner_does() {
    let town = Town::bare().with_example_migrations();
    let script = |words: &str| town.run(words).success().raw_stdout;
    let (scripted, direct) = (Database::fresh().await, Database::fresh().await);
    let mut session = scripted.session().await;
    run(&mut session, &script("migrate upgrade --sql head-1")).await;
    run(&mut session, &script("migrate upgrade --sql head-1:head")).await;
    town.townpass(["migrate", "upgrade"])
        .env("DATABASE_URL", direct.url("postgresql"))
        .run()
        .success();
    let journal = "select string_agg(version || description || success || checksum::text, ' ' order by version)
        from _sqlx_migrations";
    let tables = "select string_agg(relname, ' ' order by relname) from pg_class
        where relkind = 'r' and relnamespace = 'public'::regnamespace and relname !~ '^_townpass'";
    for question in [journal, tables] {
        assert_eq!(
            ask(&mut session, question).await,
            ask(&mut direct.connect().await, question).await
        );
    }
    // The runner goes on from there, and back by a script.
    town.townpass(["migrate", "upgrade"])
        .env("DATABASE_URL", scripted.url("postgresql"))
        .run()
        .success()
        .prints("nothing to upgrade\n");
    run(&mut session, &script("migrate downgrade --sql head:base")).await;
    assert_eq!(
        ask(&mut session, "select count(*) from _sqlx_migrations").await,
        "0"
    );
}

#[tokio::test]
async fn it_refuses_a_database_that_is_elsewhere() {
    let town = Town::bare().with_example_migrations();
    let database = Database::fresh().await;
    town.townpass(["migrate", "upgrade", "head-1"])
        .env("DATABASE_URL", database.url("postgresql"))
        .run()
        .success();
    let mut session = database.session().await;
    let script = town
        .run("migrate upgrade --sql base:head")
        .success()
        .raw_stdout;
    let refused = sqlx::raw_sql(sqlx::AssertSqlSafe(script))
        .execute(&mut *session)
        .await;
    let refused = refused.expect_err("it is elsewhere").to_string();
    assert!(
        refused.contains("this script is for a database with no revision"),
        "{refused}"
    );
}

#[test]
fn ranges_are_for_scripts() {
    let town = Town::bare().with_example_migrations();
    town.run("migrate upgrade base:head")
        .expect(2)
        .says("Range revision not allowed");
    town.run("migrate downgrade --sql base")
        .expect(2)
        .says("downgrade with --sql requires <fromrev>:<torev>");
    town.run("migrate upgrade --sql current:head")
        .expect(2)
        .says("counts from where a database stands");
    let json = town
        .run("--output json migrate upgrade --sql")
        .success()
        .json();
    assert!(
        json["sql"]
            .as_str()
            .is_some_and(|sql| sql.contains("-- Running upgrade"))
    );
}
