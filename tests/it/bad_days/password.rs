//! The password is empty, is full of characters that mean something elsewhere, or is another one
//! than the data was initialised with.

use insta::assert_snapshot;

use super::{precious, redact};
use crate::support::{Town, docker};

/// The reference with a password from elsewhere.
fn town(password: &str) -> Town {
    Town::with(&file(password))
}

fn file(password: &str) -> String {
    format!(
        "\
services:
  db:
    image: postgres:16
    container_name: {{container}}
    environment:
      POSTGRES_USER: admin
      POSTGRES_PASSWORD: {password}
      POSTGRES_DB: townpass_db
    ports: [\"{{port}}:5432\"]
    volumes: [\"pgdata:/var/lib/postgresql/data\"]
volumes: {{ pgdata: }}
"
    )
}

#[test]
fn it_is_empty() {
    if !docker::demanded() {
        return;
    }
    let town = town("\"\"");
    assert_snapshot!(town.run("dev up"), @r#"
    status: 3
    --- stdout
    --- stderr
    • created network `[PROJECT]_default`
    • created volume `[PROJECT]_pgdata`
    • created container `[CONTAINER]`
    • started container `[CONTAINER]`
    error: container `[CONTAINER]` exited with code 1: `POSTGRES_PASSWORD` is not set
       ╭─[log of [CONTAINER]:4:1]
     3 │ Error: You must specify POSTGRES_PASSWORD to a non-empty value for the superuser,
     4 │ Error: or set POSTGRES_HOST_AUTH_METHOD=trust to let everybody in without one.
       · ───────────────────────────────────────┬──────────────────────────────────────
       ·                                        ╰── this ended it
       ╰────
      help: set `POSTGRES_PASSWORD` under `services.db.environment`, then run `townpass dev down` and `townpass dev up`
    "#);
    // The next command is right.
    let town = town.write("docker-compose.yml", &file("not-empty"));
    let _ = town.run("dev down").success();
    let _ = town.run("dev up").success();
}

#[test]
fn every_printable_character_is_in_it() {
    if !docker::demanded() {
        return;
    }
    let ascii: String = (b' '..=b'~').map(char::from).collect();
    let first = format!("{ascii}äßñ密碼");
    let second: String = first.chars().rev().collect();
    let written = |password: &str| format!("'{}'", password.replace('\'', "''").replace('$', "$$"));
    let town = town(&written(&first)).migration(
        20_240_101_000_000,
        "users",
        "create table users (id int);",
        "drop table users;",
    );
    let up = town.run("dev up").success().hides(&first);
    // Whoever takes the URL gets in, by the URL alone.
    let url = up.raw_stdout.trim().to_owned();
    let _ = town
        .townpass(["migrate", "upgrade"])
        .env("DATABASE_URL", &url)
        .run()
        .success()
        .hides(&first);
    assert_eq!(town.sql("select count(*) from users"), "0");

    // Another one, not on the command line.
    let output = town
        .townpass(["dev", "reset-db", "--password", "-"])
        .stdin(&format!("{second}\n"))
        .run()
        .success()
        .hides(&first)
        .hides(&second);
    assert_snapshot!(output, @r#"
    status: 0
    --- stdout
    role admin logs in with the password, and with no other
    --- stderr
    • set the password of role `admin`
    • try the new password, and a wrong one, from outside
    "#);
    let output = town.run("dev up").expect(3).hides(&first).hides(&second);
    assert_snapshot!(output.stderr, @r#"
    error: the data was initialised with another password for role `admin` than the one configured now
      help: set the configured password and keep the data: `townpass dev reset-db --password`
    "#);
    // After the lines that were named are changed, the data is there.
    let town = town.write("docker-compose.yml", &file(&written(&second)));
    let _ = town.run("dev migrate").success().hides(&second);
    assert_eq!(town.sql("select count(*) from users"), "0");
}

#[test]
fn it_is_wrong_in_the_env_file() {
    if !docker::demanded() {
        return;
    }
    let town = town("${DB_PASSWORD}").write(".env", "DB_PASSWORD=first-one\n");
    let _ = town.run("dev up").success();
    precious::make(&town);

    // The application's alone.
    let town = town.write(
        ".env",
        "DB_PASSWORD=first-one\nDATABASE_URL=postgresql+psycopg://admin:wrong-one@db:5432/townpass_db\n",
    );
    assert_snapshot!(redact::shown(&town.run("dev up").hides("first-one").hides("wrong-one")), @r#"
    status: 3
    --- stdout
    --- stderr
    • PostgreSQL [VERSION] answers on 127.0.0.1:[PORT] after [TIME]
    error: the database is up, but `DATABASE_URL` of `.env` does not get in
      ╰─▶ cannot connect to `127.0.0.1:[PORT]`: password authentication failed for user "admin"
      help: make `DATABASE_URL` of `.env` and `POSTGRES_USER`, `POSTGRES_PASSWORD`, `POSTGRES_DB` of service `db` the same
    "#);
    // Who migrates with it hears the same.
    let town = town.write("other/1_town.up.sql", "select 1;\n");
    town.run("--migrations other dev migrate")
        .expect(3)
        .says("`DATABASE_URL` of `.env` does not get in")
        .says("make `DATABASE_URL` of `.env` and `POSTGRES_USER`")
        .hides("wrong-one");

    // The server's own, changed after the volume was initialised.
    let town = town.write(".env", "DB_PASSWORD=second-one\n");
    for words in ["dev up", "dev reset-db --yes", "dev snapshot save before"] {
        town.run(words)
            .expect(3)
            .says("the data was initialised with another password for role `admin`")
            .says("`townpass dev reset-db --password`")
            .hides("first-one")
            .hides("second-one");
        assert!(precious::is_there(&town), "{words}");
    }
    let output = town.run("dev reset-db --password").success();
    assert_eq!(
        output.stdout,
        "role admin logs in with the password, and with no other\n"
    );
    assert!(precious::is_there(&town));
    let up = town.run("dev up").success();
    assert!(up.raw_stdout.contains("second-one"), "{up}");

    // One that stands nowhere yet: it is said where it has to.
    let output = town.run("dev reset-db --password third-one").success();
    assert_snapshot!(output.hides("second-one").hides("third-one"), @r#"
    status: 0
    --- stdout
    role admin logs in with the password, and with no other
    write the new password here, too:
      .env:1  DB_PASSWORD
    --- stderr
    note: container `[CONTAINER]` was made from another version of the Compose file and is used as it is; `townpass dev down` and `townpass dev up` apply the changes and keep the data
    • set the password of role `admin`
    • try the new password, and a wrong one, from outside
    "#);
}
