//! `--sql` on a history of Alembic's: a script that does what the runner does, and that knows where it
//! belongs.

use std::process::Command;

use super::real::lay_out;
use super::review::{REVISIONS, against, town};
use crate::support::cluster::Database;
use crate::support::system_postgres::binaries;
use crate::support::{Output, Town};

/// Lets psql run a script; what it says where it refuses.
fn psql(database: &Database, sql: &str, stop: bool) -> Result<(), String> {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), sql).expect("it is ours");
    let mut psql = Command::new(binaries().join("psql"));
    psql.args(["-Xq", "-d", &database.url("postgresql"), "-f"])
        .arg(file.path());
    if stop {
        psql.args(["-v", "ON_ERROR_STOP=1"]);
    }
    let output = psql.output().expect("psql starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if said.contains("ERROR") || !output.status.success() {
        Err(said)
    } else {
        Ok(())
    }
}

#[tokio::test]
async fn a_script_refuses_a_database_that_is_elsewhere() {
    let (town, database) = (town(&REVISIONS), Database::fresh().await);
    let run = |words: &str| against(&town, &database, None, words);
    let script = |words: &str| run(words).success().raw_stdout;
    let up = script("migrate upgrade base:two --sql");
    let later = script("migrate upgrade one:two --sql");
    let refused = psql(&database, &later, false).expect_err("there is no table");
    assert!(refused.contains("alembic_version"), "{refused}");
    assert_eq!(run("migrate current").success().stdout, "");

    psql(&database, &up, true).expect("it is for an empty database");
    assert_eq!(run("migrate current").success().stdout, "two\n");
    for stop in [true, false] {
        let refused = psql(&database, &up, stop).expect_err("it is elsewhere");
        assert!(
            refused.contains("for a database with no revision"),
            "{refused}"
        );
        let refused = psql(&database, &later, stop).expect_err("it is elsewhere");
        assert!(
            refused.contains("for a database at exactly one"),
            "{refused}"
        );
        assert!(refused.contains("It has: two"), "{refused}");
    }
    let stamp = script("migrate stamp one:two --sql");
    psql(&database, &stamp, false).expect_err("it is at two");
    psql(&database, &script("migrate stamp --purge one --sql"), true).expect("a purge takes all");
    assert_eq!(run("migrate current").success().stdout, "one\n");
    psql(&database, &stamp, true).expect("it is at one");
    psql(&database, &script("migrate downgrade two:base --sql"), true).expect("it is at two");
    assert_eq!(run("migrate current").success().stdout, "");
}

/// The whole vocabulary, with its blocks outside transactions, there and back.
#[tokio::test]
async fn a_script_does_what_the_runner_does() {
    let (town, database) = (Town::bare(), Database::fresh().await);
    lay_out(&town.path());
    let run = |words: &str| -> Output { against(&town, &database, None, words) };
    let script = |words: &str| run(words).success().raw_stdout;
    let up = script("migrate upgrade head --sql");
    assert!(up.contains("\\set ON_ERROR_STOP on"), "{up}");
    psql(&database, &up, true).expect("it is for an empty database");
    assert_eq!(run("migrate current").success().stdout, "r016 (head)\n");
    let down = script("migrate downgrade r016:base --sql");
    psql(&database, &down, true).expect("it is at head");
    assert_eq!(run("migrate current").success().stdout, "");
}
