//! What we make of a random revision is what Alembic prints of it; or we say that it is beyond us.
//!
//! The revisions are the same in every run; `PROPTEST_CASES=5000` makes as many new ones.

use std::env;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use townpass::alembic::translate::{Memo, Naming, translate};
use townpass::migration::Direction;

use super::offline::{in_order, one_line};
use super::real::{RELEASES, program};
use crate::support::system_postgres::succeed;

#[test]
fn what_is_translated_is_what_alembic_prints() {
    let (seed, count) = seed_and_count();
    for release in RELEASES {
        let revisions = random_revisions(release, seed, count);
        let mut same = 0;
        for revision in &revisions {
            let text = |name: &str| revision.get(name).and_then(Value::as_str);
            let source = text("source").expect("each has a source");
            let made = translate(
                source,
                Direction::Upgrade,
                Naming::Plain,
                &mut Memo::default(),
            );
            let (Ok(made), Some(theirs)) = (made, text("sql")) else {
                continue;
            };
            let ours: String = made.iter().map(|it| format!("{};\n", it.sql)).collect();
            assert_eq!(
                lines(&ours),
                lines(theirs),
                "by Alembic {release} on the right, seed {seed}:\n{source}"
            );
            same += 1;
        }
        assert!(
            same * 3 > revisions.len(),
            "only {same} of {} were compared",
            revisions.len()
        );
    }
}

/// The statements of a script, each in one line. Not all of them are SQL.
fn lines(script: &str) -> Vec<String> {
    let statements = script.split(";\n").map(one_line);
    in_order(statements.filter(|it| !it.is_empty()))
}

fn seed_and_count() -> (u64, usize) {
    match env::var("PROPTEST_CASES") {
        Ok(count) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH);
            let seed = now.expect("a clock that is right").as_secs();
            (seed, count.parse().expect("a number of cases"))
        }
        Err(_) => (1, 1500),
    }
}

fn random_revisions(release: &str, seed: u64, count: usize) -> Vec<Value> {
    let script = "tests/it/alembic_sql/random_revisions.py";
    let output = Command::new(program(release).with_file_name("python"))
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(script))
        .args([seed.to_string(), count.to_string()])
        .env("PYTHONHASHSEED", "0")
        .output();
    serde_json::from_str(&succeed(script, output)).expect("a list of revisions")
}
