//! `townpass migrate`: the door for CI and deploy jobs. A URL, a history, no Docker.

use crate::support::{Town, cluster::Database};

#[tokio::test]
async fn along_the_history_with_a_url_of_any_dialect() {
    let database = Database::fresh().await;
    let town = Town::bare().with_example_migrations();
    let run = |words: &str| {
        town.townpass(words.split(' '))
            .env("DATABASE_URL", database.url("postgresql+psycopg"))
            .env("DOCKER_HOST", "tcp://127.0.0.1:1")
            .run()
    };
    assert_eq!(run("migrate current").success().stdout, "");
    run("migrate current --check-heads").expect(1);
    let planned = run("migrate upgrade --dry-run").success();
    assert_eq!(planned.stdout.lines().count(), 4, "{planned}");
    assert_eq!(run("migrate current").success().stdout, "");
    let up = run("migrate upgrade head").success();
    assert!(up.stdout.starts_with("upgraded 4 revisions"), "{up}");
    run("migrate current --check-heads").success();
    assert_eq!(run("-q migrate upgrade").success().stderr, "");
    let down = run("--output json migrate downgrade 20260105083000").success();
    let rows = down.json()["revisions"].as_array().expect("a list").len();
    assert_eq!(rows, 3, "{down}");
    run("migrate downgrade").expect(2);
    run("migrate upgrade --no-such")
        .expect(2)
        .says("unexpected argument '--no-such'");
    run("migrate downgrade -1 --dry-run").success();
    run("migrate upgrade 9")
        .expect(2)
        .says("can't locate revision identified by `9`");

    // The flag beats the variable.
    let other = Database::fresh().await;
    let flag = town
        .townpass([
            "--database-url",
            &other.url("postgresql"),
            "migrate",
            "current",
        ])
        .env("DATABASE_URL", database.url("postgresql"))
        .run()
        .success();
    assert_eq!(flag.stdout, "");
}

#[tokio::test]
async fn through_the_socket_of_a_cloud_sql_proxy() {
    let database = Database::fresh().await;
    let town = Town::bare().with_example_migrations();
    let socket = database.socket();
    let name = database
        .options()
        .get_database()
        .expect("it has a name")
        .to_owned();
    let encoded = socket
        .to_string_lossy()
        .replace('/', "%2F")
        .replace(':', "%3A");
    for url in [
        format!(
            "postgresql+psycopg://admin:p%40ss@/{name}?host={}",
            socket.display()
        ),
        format!("postgresql+asyncpg://admin:p%40ss@/{name}?host={encoded}"),
        format!(
            "postgresql+pg8000://admin:p@/{name}?unix_sock={}/.s.PGSQL.5432",
            socket.display()
        ),
        format!("postgres://admin:p@{encoded}/{name}"),
        format!(
            "postgresql:///{name}?host={}&user=admin&password=p",
            socket.display()
        ),
    ] {
        let upgraded = town
            .townpass(["migrate", "upgrade"])
            .env("DATABASE_URL", &url)
            .run();
        let upgraded = upgraded.success().hides("warning");
        let back = town
            .townpass(["migrate", "downgrade", "base"])
            .env("DATABASE_URL", &url)
            .run();
        assert!(
            upgraded.stdout.starts_with("upgraded 4 revisions"),
            "{url}: {upgraded}"
        );
        back.success();
    }
}

#[tokio::test]
async fn of_several_hosts_the_first_that_answers_and_takes_writes() {
    let database = Database::fresh().await;
    let town = Town::bare().with_example_migrations();
    let options = database.options();
    let name = options.get_database().expect("it has a name");
    let port = options.get_port();
    let run = |query: &str| {
        let url = format!("postgresql://admin@127.0.0.1:1,127.0.0.1:{port}/{name}{query}");
        town.townpass(["migrate", "current"])
            .env("DATABASE_URL", url)
            .run()
    };
    run("").success();
    run("?target_session_attrs=read-write").success();
    run("?target_session_attrs=read-write&options=-c%20default_transaction_read_only%3Don")
        .expect(3)
        .says("the server takes no writes");
    run("?colour=blue")
        .success()
        .says("the parameter `colour` is not understood");
}

#[test]
fn what_is_missing_is_said() {
    let town = Town::bare().with_example_migrations();
    town.run("migrate upgrade").expect(2).says("DATABASE_URL");
    town.townpass(["migrate", "upgrade"])
        .env("DATABASE_URL", "postgresql://u:hidden-word@127.0.0.1:1/x")
        .run()
        .expect(3)
        .says("127.0.0.1:1")
        .hides("hidden-word");
    town.townpass(["migrate", "upgrade"])
        .env("DATABASE_URL", "postgresql//u:hidden-word@h/x")
        .run()
        .expect(2)
        .hides("hidden-word");
    Town::bare()
        .run("migrate history")
        .expect(2)
        .says("migrations");
    // A history alone needs no database.
    town.run("migrate history").success();
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let town = Town::bare().with_example_migrations();
    for words in ["migrate history", "completions bash", "--help", "--version"] {
        let output = town.townpass(words.split(' ')).unheard().success();
        assert_eq!(output.stderr, "", "{words}");
    }
}

#[tokio::test]
async fn what_stands_for_others_is_reverted_as_they_would_be() {
    for down in [
        "drop table a, b;",
        "-- no-transaction\ndrop index concurrently i;\ndrop table a, b;",
    ] {
        let database = Database::fresh().await;
        let run = |town: &Town, words: &str| {
            town.townpass(words.split(' '))
                .env("DATABASE_URL", database.url("postgresql"))
                .run()
        };
        let before = Town::bare()
            .migration(1, "a", "create table a (id int);", "drop table a;")
            .migration(
                2,
                "b",
                "create table b (id int); create index i on b (id);",
                "drop table b;",
            );
        run(&before, "migrate upgrade").success();
        let up = "-- townpass:revises base\n-- townpass:replaces 1, 2\n\
            create table a (id int); create table b (id int); create index i on b (id);";
        let after = Town::bare().migration(3, "both", up, down).migration(
            4,
            "c",
            "create table c (id int);",
            "drop table c;",
        );
        run(&after, "migrate upgrade").success().says("upgrade 4");
        run(&after, "migrate downgrade -2")
            .success()
            .says("downgrade 4")
            .says("downgrade 3");
        run(&after, "migrate current").success().prints("");
        let mut connection = database.connect().await;
        for table in ["_sqlx_migrations", "_townpass_migrations"] {
            let sql = format!("select count(*) from {table}");
            let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
                .fetch_one(&mut connection)
                .await
                .expect("it is there");
            assert_eq!(rows, 0, "{table}");
        }
        run(&after, "migrate upgrade").success();
        run(&after, "migrate downgrade base").success();
    }
}
