//! `DATABASE_URL` is not there, cannot be read, or means another server or another database.

use std::time::Duration;

use insta::assert_snapshot;

use super::{precious, redact};
use crate::support::{Output, Town, cluster, docker};

/// A project with a history.
fn with_history(town: Town) -> Town {
    town.migration(
        20_240_101_000_000,
        "users",
        "create table users (id int);",
        "drop table users;",
    )
}

/// A command with this URL.
#[track_caller]
fn run(town: &Town, words: &str, url: &str) -> Output {
    town.townpass(words.split_whitespace())
        .env("DATABASE_URL", url)
        .run()
}

#[test]
fn it_is_not_set() {
    let town = with_history(Town::bare());
    assert_snapshot!(town.run("migrate current"), @r#"
    status: 2
    --- stdout
    --- stderr
    error: `DATABASE_URL` is not set
      help: set it, in `.env` or in the environment: DATABASE_URL=postgresql://USER:PASSWORD@HOST:5432/DATABASE
    "#);
    // Set to nothing is not set.
    let empty = run(&town, "migrate current", "");
    assert_eq!(empty.to_string(), town.run("migrate current").to_string());
}

#[test]
fn it_is_malformed() {
    let town = with_history(Town::new());
    let url = "postgresql://admin:p@ssw0rd@db:54x2/townpass_db";
    assert_snapshot!(run(&town, "migrate upgrade", url).hides("ssw0rd"), @r#"
    status: 2
    --- stdout
    --- stderr
    error: `DATABASE_URL` of the environment cannot be used
      ╰─▶   error: the database URL is malformed: the port is not a number
             ╭────
           1 │ postgresql://admin:****@db:54x2/townpass_db
             ·                            ──┬─
             ·                              ╰── here
             ╰────
            help: if this belongs to the password, encode it: `@` is `%40`, `:` is `%3A`, `/` is `%2F`, `#` is `%23`
    "#);
    for words in ["dev up", "dev migrate", "dev reset-db --yes", "dev url"] {
        run(&town, words, url)
            .expect(2)
            .says("`DATABASE_URL` of the environment cannot be used")
            .hides("ssw0rd");
    }
    assert_snapshot!(run(&town, "dev url", "mysql://admin:s3cret@db/townpass_db").hides("s3cret"), @r#"
    status: 2
    --- stdout
    --- stderr
    error: `DATABASE_URL` of the environment cannot be used
      ╰─▶   error: `mysql` is not PostgreSQL
            help: only PostgreSQL is supported; the URL begins with `postgresql://`, or `postgresql+DRIVER://` for SQLAlchemy
    "#);
    if docker::demanded() {
        assert_eq!(docker::left(town.project()), "");
    }
}

#[test]
fn it_is_of_another_host() {
    let town = with_history(Town::new());
    let url = "postgresql+psycopg://admin:s3cret@prod.example.com/townpass_db";
    assert_snapshot!(run(&town, "dev migrate", url).hides("s3cret"), @r#"
    status: 4
    --- stdout
    --- stderr
    error: `DATABASE_URL` of the environment names `prod.example.com:5432`, which is not this project's database
      help: nothing was changed: to migrate that database use `townpass migrate`, which takes DATABASE_URL as it is; for the development database unset DATABASE_URL
    "#);
    for words in ["dev reset-db --volume --yes", "dev reset-db --password"] {
        run(&town, words, url)
            .expect(4)
            .says("`DATABASE_URL` of the environment names `prod.example.com:5432`")
            .says("nothing was changed")
            .hides("s3cret");
    }
    // It says what it does where it does anything: with that URL, to that host, and no other.
    run(
        &town,
        "migrate upgrade",
        "postgresql://admin:s3cret@127.0.0.1:1/townpass_db",
    )
    .expect(3)
    .says("cannot connect to `127.0.0.1:1`")
    .hides("s3cret");
    if docker::demanded() {
        assert_eq!(docker::left(town.project()), "");
    }
}

#[test]
fn its_database_is_not_there() {
    if !docker::demanded() {
        return;
    }
    let town = with_history(Town::new());
    let _ = town.run("dev up").success();
    precious::make(&town);
    let url = "postgresql+psycopg://admin:password@db:5432/other_db";
    assert_snapshot!(redact::shown(&run(&town, "dev up", url)), @r#"
    status: 3
    --- stdout
    --- stderr
    • PostgreSQL [VERSION] answers on 127.0.0.1:[PORT] after [TIME]
    error: the database is up, but `DATABASE_URL` of the environment does not get in
      ╰─▶ cannot connect to `127.0.0.1:[PORT]`: database "other_db" does not exist
      help: make `DATABASE_URL` of the environment and `POSTGRES_USER`, `POSTGRES_PASSWORD`, `POSTGRES_DB` of service `db` the same
    "#);
    assert_snapshot!(run(&town, "dev reset-db --yes", url), @r#"
    status: 4
    --- stdout
    --- stderr
    error: `DATABASE_URL` of the environment names database `other_db`, and the one of service `db` is `townpass_db`
      help: nothing was changed: make `DATABASE_URL` of the environment and `POSTGRES_DB` of service `db` the same, or reset `townpass_db` alone with `townpass dev reset-db --no-migrate`
    "#);
    assert!(precious::is_there(&town));

    // Somebody dropped the one of the Compose file.
    docker::docker(&[
        "exec",
        &town.container(),
        "psql",
        "-U",
        "admin",
        "-d",
        "postgres",
        "-c",
        "drop database townpass_db",
    ])
    .expect("it goes");
    assert_snapshot!(town.run("dev up"), @r#"
    status: 3
    --- stdout
    --- stderr
    error: there is no database `townpass_db` in this server, only `postgres`
      help: create it: `townpass dev reset-db`
    "#);
    let _ = town.run("dev reset-db").success();
    assert_eq!(town.sql("select count(*) from users"), "0");
}

#[tokio::test]
async fn a_server_of_the_machine_answers_there() {
    if !docker::demanded() {
        return;
    }
    let native = cluster::Database::fresh().await;
    let options = native.options();
    let database = options.get_database().expect("it has a name").to_owned();
    let port = options.get_port();
    // The server of the machine takes the same role and has a database of the same name.
    let town = with_history(Town::with(&format!(
        "\
services:
  db:
    image: postgres:16
    container_name: {{container}}
    environment: {{ POSTGRES_USER: admin, POSTGRES_PASSWORD: password, POSTGRES_DB: {database} }}
    ports: [\"{{port}}:5432\"]
"
    )));
    let redacted = |output: Output| {
        redact::shown(&output)
            .replace(&port.to_string(), "[NATIVE PORT]")
            .replace(&database, "[DATABASE]")
    };
    let _ = town.run("dev up").success();

    // A URL that leads to it is a URL of another database.
    let url = format!("postgresql://admin:password@localhost:{port}/{database}");
    assert_snapshot!(redacted(run(&town, "dev up", &url)), @r#"
    status: 0
    --- stdout
    postgresql://admin:password@127.0.0.1:[PORT]/[DATABASE]
    --- stderr
    • PostgreSQL [VERSION] answers on 127.0.0.1:[PORT] after [TIME]
    warning: `DATABASE_URL` of the environment names `localhost:[NATIVE PORT]`, which is not this project's database; it is left alone
    "#);
    assert_snapshot!(redacted(run(&town, "dev migrate", &url)), @r#"
    status: 4
    --- stdout
    --- stderr
    error: `DATABASE_URL` of the environment names `localhost:[NATIVE PORT]`, which is not this project's database
      help: nothing was changed: to migrate that database use `townpass migrate`, which takes DATABASE_URL as it is; for the development database unset DATABASE_URL
    "#);
    run(&town, "dev reset-db --yes", &url)
        .expect(4)
        .says("nothing was changed");

    // It answers where the container should. It was there before: that is how it is noticed.
    let mut connection = native.connect().await;
    let age = "select extract(epoch from now() - pg_postmaster_start_time())::int8";
    while sqlx::query_scalar::<_, i64>(age)
        .fetch_one(&mut connection)
        .await
        .expect("it answers")
        < 8
    {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    docker::docker(&["restart", "-t", "5", &town.container()]).expect("it restarts");
    let output = town
        .townpass(["dev", "migrate"])
        .env("TOWNPASS_DB_HOST", format!("127.0.0.1:{port}"))
        .run()
        .expect(3)
        .says("another PostgreSQL server answers on")
        .says("its system identifier is")
        .says("stop that server, or publish the database on another port");
    assert_eq!(output.stdout, "");
    let tables = "select count(*) from pg_tables where schemaname = 'public'";
    let touched: i64 = sqlx::query_scalar(tables)
        .fetch_one(&mut connection)
        .await
        .expect("it answers");
    assert_eq!(touched, 0);
}
