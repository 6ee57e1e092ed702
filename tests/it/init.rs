//! `townpass init`: a new project in one minute, and one that is there and stays as it is.

use std::fs;

#[cfg(unix)]
use crate::support::docker;
use crate::support::{Town, reference};

/// What a file of a town holds.
fn read(town: &Town, name: &str) -> String {
    fs::read_to_string(town.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// All files of a town, with what they hold.
fn files(town: &Town) -> Vec<(String, String)> {
    let mut pending = vec![town.path()];
    let mut found = Vec::new();
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            let entries = fs::read_dir(path).expect("it is readable");
            pending.extend(entries.map(|entry| entry.expect("an entry").path()));
        } else {
            let text = fs::read_to_string(&path).expect("UTF-8");
            found.push((path.display().to_string(), text));
        }
    }
    found.sort();
    found
}

#[test]
fn an_empty_folder_is_only_looked_at_without_a_yes() {
    let town = Town::bare();
    for (words, status) in [("init", 4), ("init --dry-run", 0)] {
        let shown = town.run(words).expect(status);
        let shown = shown
            .shows("this would be written:")
            .shows("+    image: postgres:16")
            .shows("+create table users (")
            .shows("+migrations/*.sql text eol=lf")
            .shows("townpass completions bash");
        if status == 4 {
            shown.says("townpass init --yes");
        }
        assert_eq!(files(&town), [], "nothing is written");
    }
    let json = town.run("--output json init --dry-run").success().json();
    assert_eq!(json["written"], false);
    assert_eq!(json["changes"][0]["new"], true);
}

#[test]
#[cfg(unix)]
fn a_new_project_has_a_database() {
    if !docker::demanded() {
        return;
    }
    let town = Town::bare();
    town.run("init --yes")
        .success()
        .says("+    image: postgres:16")
        .shows("service `db` of `docker-compose.yml`")
        .shows("wrote `[DIR]/docker-compose.yml`")
        .shows("townpass dev migrate");
    let written = files(&town);
    let again = town.run("init --yes").success().shows("nothing to write");
    assert_eq!(again.stderr, "", "{again}");
    town.run("init").success();
    assert_eq!(files(&town), written, "the second run changes nothing");
    town.run("migrate check")
        .success()
        .shows("nothing is wrong");
    town.run("dev migrate")
        .success()
        .shows("upgraded 1 revision");
    let database = format!("{}_db", town.project().replace('-', "_"));
    let database = database.replace(|it: char| it.is_ascii_control(), "");
    let url = town.run("dev url").success().raw_stdout;
    assert!(url.contains("@127.0.0.1:"), "{url} {database}");
    town.run("dev migrate downgrade base").success();
    town.run("dev migrate").success();
    let json = town.run("--output json doctor").success().json();
    assert_eq!(json["failures"], 0, "{json}");
}

#[test]
fn a_project_that_is_there_is_only_added_to() {
    let town = Town::new()
        .write(
            ".env",
            "DATABASE_URL=postgresql+psycopg://admin:hidden-word@db:5432/townpass_db\n",
        )
        .write(".gitattributes", "*.png binary")
        .write(
            "db/migrations/20260101000000_a.up.sql",
            "create table a ();\n",
        );
    let compose = read(&town, "docker-compose.yml");
    let output = town
        .run("init --yes")
        .success()
        .hides("hidden-word")
        .shows("service `db` of `docker-compose.yml`")
        .shows("`DATABASE_URL` of `.env`")
        .shows("SQL files in `db/migrations`")
        .shows("wrote `[DIR]/townpass.toml`")
        .shows("added to `[DIR]/.gitattributes`");
    assert!(!output.stdout.contains("create table users"), "{output}");
    assert_eq!(read(&town, "docker-compose.yml"), compose);
    assert!(read(&town, ".gitattributes").starts_with("*.png binary\n"));
    let toml = read(&town, "townpass.toml");
    assert!(
        toml.contains("\nmigrations = \"db/migrations\"\n"),
        "{toml}"
    );
    assert!(toml.contains("\n# service = \"db\"\n"), "{toml}");
    town.run("migrate heads").success().shows("20260101000000");
    town.run("init").success().shows("nothing to write");
}

#[test]
fn another_tool_s_history_is_told_with_what_takes_it_over() {
    let dbmate = "-- migrate:up\ncreate table a ();\n-- migrate:down\ndrop table a;\n";
    for (file, text, whose, folder, import) in [
        (
            "migrations/20260105083000_a.sql",
            dbmate,
            "dbmate's, in `migrations`",
            "migrations = \"history\"",
            "townpass dev migrate import dbmate migrations",
        ),
        (
            "db/migrations/20260105083000_a.sql",
            dbmate,
            "dbmate's, in `db/migrations`",
            "# migrations = \"migrations\"",
            "townpass dev migrate import dbmate db/migrations",
        ),
        (
            "prisma/migrations/0_init/migration.sql",
            "create table a ();\n",
            "Prisma's, in `prisma/migrations`",
            "# migrations = \"migrations\"",
            "townpass dev migrate import prisma prisma/migrations",
        ),
        (
            "migrations/V1__a.sql",
            "create table a ();\n",
            "Flyway's or refinery's, in `migrations`",
            "migrations = \"history\"",
            "townpass dev migrate import flyway migrations",
        ),
    ] {
        let town = Town::new().write(file, text);
        let output = town
            .run("init --yes")
            .success()
            .shows(&format!("{whose}, not taken over yet"))
            .shows(import);
        assert!(!output.stdout.contains("create users"), "{output}");
        let toml = read(&town, "townpass.toml");
        assert!(toml.contains(&format!("\n{folder}\n")), "{toml}");
        assert!(toml.contains(whose), "{toml}");
        let words = import.trim_start_matches("townpass dev ");
        town.run(&format!("{words} --no-verify")).success();
        let again = town.run("init").success();
        let ours = folder.split('"').nth(1).expect("it is quoted");
        again.shows(&format!("SQL files in `{ours}`"));
        town.run("migrate heads").success();
    }
    // Nothing is begun beside it where there is no Compose file either.
    let town = Town::bare().write("migrations/20260105083000_a.sql", dbmate);
    let output = town.run("init --dry-run").success();
    assert!(!output.stdout.contains("create table users"), "{output}");
}

#[test]
fn a_configuration_that_is_there_gets_what_it_lacks() {
    let other = reference().replace("  db:\n", "  other:\n    image: postgres:15\n  db:\n");
    let town = Town::with(&other)
        .write("townpass.toml", "timeout = 5\n")
        .write("migrations/20260101000000_a.up.sql", "create table a ();\n");
    town.run("init")
        .expect(2)
        .says("several services run PostgreSQL");
    town.run("--service db init --yes").success();
    let toml = read(&town, "townpass.toml");
    assert!(
        toml.ends_with("\nservice = \"db\"\ntimeout = 5\n"),
        "{toml}"
    );
    town.run("init").success().shows("nothing to write");
}

#[test]
fn what_cannot_be_decided_is_asked_for() {
    let town = Town::new()
        .write("a/1_a.up.sql", "create table a ();\n")
        .write("b/1_b.up.sql", "create table b ();\n");
    town.run("init")
        .expect(2)
        .says("several folders hold migrations: a, b");
    town.run("--migrations b init --yes").success();
    assert!(read(&town, "townpass.toml").contains("\nmigrations = \"b\"\n"));
    town.run("init").success().shows("nothing to write");
    let broken = Town::with("services: [").write("x", "");
    broken.run("init --yes").expect(2);
    let unknown = Town::new().write("townpass.toml", "servce = 1\n");
    unknown.run("init --yes").expect(2).says("unknown field");
}

#[test]
#[cfg(unix)]
fn a_person_is_asked() {
    let town = Town::bare();
    let declined = town.townpass(["init"]).on_terminal("type `yes`", "no");
    assert_eq!(declined.status, 4, "{declined}");
    assert_eq!(files(&town), [], "nothing is written");
    let said = town.townpass(["init"]).on_terminal("type `yes`", "yes");
    let said = said.success().shows("wrote `[DIR]/townpass.toml`");
    assert!(said.stdout.contains("docker-compose.yml"), "{said}");
}
