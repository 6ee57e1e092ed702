//! The Compose file is not there, cannot be read, or does not say what is needed. Nothing is
//! started then.

use insta::assert_snapshot;

use crate::support::{Town, docker};

/// The file of a project with a database and a cache.
const TWO: &str = "\
services:
  db:
    image: postgres:16
    environment: { POSTGRES_USER: admin, POSTGRES_PASSWORD: password, POSTGRES_DB: townpass_db }
    ports: [\"{port}:5432\"]
  cache:
    image: redis:7
";

#[test]
fn there_is_none() {
    assert_snapshot!(Town::bare().run("dev up"), @r#"
    status: 2
    --- stdout
    --- stderr
    error: there is no Compose file in `[DIR]` or any directory above it
      help: searched for compose.yaml, compose.yml, docker-compose.yml, docker-compose.yaml; go to the project's directory, give the file with `--file FILE` or the directory with `-C DIRECTORY`, or let `townpass init` write one
    "#);
}

#[test]
fn it_is_no_yaml() {
    let town = Town::with("services:\n  db:\n    image: postgres:16\n   ports: []\n");
    assert_snapshot!(town.run("dev up"), @r#"
    status: 2
    --- stdout
    --- stderr
    error: this is not valid YAML: while parsing a block mapping, did not find expected key
       ╭─[docker-compose.yml:4:4]
     3 │     image: postgres:16
     4 │    ports: []
       ·    ▲
       ·    ╰── here
       ╰────
      help: check the indentation and the quotes of this line and the one above
    "#);
    assert_snapshot!(town.run("dev reset-db --yes --output json"), @r#"
    status: 2
    --- stdout
    --- stderr
    {"event":"error","exit-code":2,"message":"this is not valid YAML: while parsing a block mapping, did not find expected key","place":{"file":"docker-compose.yml","line":4,"column":4},"help":"check the indentation and the quotes of this line and the one above"}
    "#);
}

#[test]
fn no_service_is_of_that_name() {
    let town = Town::with(TWO);
    assert_snapshot!(town.run("dev up --service dbb"), @r#"
    status: 2
    --- stdout
    --- stderr
    error: there is no service `dbb`
      help: did you mean `db`?
    "#);
    assert_snapshot!(town.run("dev up cahce"), @r#"
    status: 2
    --- stdout
    --- stderr
    error: there is no service `cahce`
      help: did you mean `cache`?
    "#);
    assert_snapshot!(town.run("dev exec api -- true"), @r#"
    status: 2
    --- stdout
    --- stderr
    error: there is no service `api`
      help: the services are `cache`, `db`
    "#);
    if docker::demanded() {
        assert_eq!(docker::left(town.project()), "");
    }
}

#[test]
fn no_service_runs_postgresql() {
    let town = Town::with("services:\n  cache:\n    image: redis:7\n");
    assert_snapshot!(town.run("dev up"), @r#"
    status: 2
    --- stdout
    --- stderr
    error: no service of this Compose file runs PostgreSQL
      help: name the one that does with `--service NAME`; the services are `cache`
    "#);
    assert_snapshot!(Town::with(TWO).run("dev up --service cache"), @r#"
    status: 2
    --- stdout
    --- stderr
    error: service `cache` does not run PostgreSQL
       ╭─[docker-compose.yml:7:12]
     6 │   cache:
     7 │     image: redis:7
       ·            ───┬───
       ·               ╰── here
       ╰────
      help: name the service that does with `--service NAME`
    "#);
}

#[test]
fn a_variable_is_missing_that_must_not() {
    let town = Town::with(
        "\
services:
  db:
    image: postgres:16
    environment:
      POSTGRES_PASSWORD: ${DB_PASSWORD:?copy .env.example to .env}
",
    );
    assert_snapshot!(town.run("dev up"), @r#"
    status: 2
    --- stdout
    --- stderr
    error: the variable DB_PASSWORD is not set: copy .env.example to .env
       ╭─[docker-compose.yml:5:26]
     4 │     environment:
     5 │       POSTGRES_PASSWORD: ${DB_PASSWORD:**************************}
       ·                          ──────┬──────
       ·                                ╰── this variable
       ╰────
      help: set DB_PASSWORD in the environment, or write `DB_PASSWORD=…` into the `.env` file
    "#);
    // The next command is right: with the line in place the file is read.
    let town = town.write(".env", "DB_PASSWORD=x\n");
    let _ = town.run("dev up --dry-run").success();
}

#[test]
fn a_password_of_digits_is_not_quoted() {
    let town = Town::with(
        "\
services:
  db:
    image: postgres:16
    environment:
      POSTGRES_PASSWORD: 0123
    ports: [\"{port}:5432\"]
",
    );
    let output = town.run("dev up --dry-run --provider embedded").success();
    assert_snapshot!(output.stderr, @r#"warning: docker-compose.yml:5:26: `POSTGRES_PASSWORD` is not what it looks like: YAML reads the unquoted value as a number or date and the container gets another value; put it in quotes: POSTGRES_PASSWORD: "…""#);
    let town = town.write(
        "docker-compose.yml",
        "services: { db: { image: postgres:16, environment: { POSTGRES_PASSWORD: \"0123\" } } }\n",
    );
    let output = town.run("dev up --dry-run --provider embedded").success();
    assert_eq!(output.stderr, "");
}

#[test]
fn an_env_file_of_another_service_is_not_there() {
    if !docker::demanded() {
        return;
    }
    let town = Town::with(&format!("{TWO}    env_file: .env\n")).write(".env.example", "A=b\n");
    let output = town.run("dev up cache");
    assert_snapshot!(output, @r"
    status: 2
    --- stdout
    --- stderr
    warning: docker-compose.yml:8:15: service `cache` cannot be started without `.env`, which does not exist; make it: `cp .env.example .env`, then put your own values in
    error: the file `.env` cannot be read: it does not exist
       ╭─[docker-compose.yml:8:15]
     7 │     image: redis:7
     8 │     env_file: .env
       ·               ──┬─
       ·                 ╰── here
       ╰────
      help: make it: `cp .env.example .env`, then put your own values in
    ");
    assert_eq!(docker::left(town.project()), "");
    // In a fresh clone the database starts all the same.
    town.run("dev up")
        .success()
        .says("service `cache` cannot be started without `.env`");
    town.run("dev status").success();
}
