//! What we make of the corpus is what Alembic prints with `--sql`, but for the layout.

use std::collections::BTreeMap;
use std::fs;

use townpass::alembic::translate::{Memo, Naming, translate};
use townpass::migration::Direction;
use townpass::sql::split;

use super::real::{RELEASES, alembic, corpus, lay_out};

/// The last revision that Alembic can print; what follows asks the database.
const LAST: &str = "r015";

/// The statements of each revision.
type Printed = BTreeMap<String, Vec<String>>;

#[test]
fn upgrades_are_what_alembic_prints() {
    let ours = ours(Direction::Upgrade);
    for release in RELEASES {
        compare(
            release,
            &ours,
            &theirs(release, &["upgrade", LAST, "--sql"]),
        );
    }
}

#[test]
fn downgrades_are_what_alembic_prints() {
    let ours = ours(Direction::Downgrade);
    let range = format!("{LAST}:base");
    for release in RELEASES {
        compare(
            release,
            &ours,
            &theirs(release, &["downgrade", &range, "--sql"]),
        );
    }
}

fn compare(release: &str, ours: &Printed, theirs: &Printed) {
    assert!(theirs.len() >= 15, "Alembic {release} printed {theirs:?}");
    for (revision, statements) in theirs {
        assert_eq!(
            ours.get(revision),
            Some(statements),
            "{revision}, by Alembic {release} on the right"
        );
    }
}

/// What we make of the corpus.
fn ours(direction: Direction) -> Printed {
    let mut memo = Memo::default();
    let mut printed = Printed::new();
    for (at, file) in corpus().iter().enumerate() {
        let source = fs::read_to_string(file).expect("a readable file");
        let made = translate(&source, direction, Naming::Plain, &mut memo);
        let made = made.unwrap_or_else(|outside| panic!("{}: {outside:#?}", file.display()));
        let sql: Vec<String> = made
            .into_iter()
            .map(|it| format!("{};\n", it.sql))
            .collect();
        printed.insert(format!("r{:03}", at + 1), statements(&sql.concat()));
    }
    printed
}

/// What a release of Alembic prints.
fn theirs(release: &str, arguments: &[&str]) -> Printed {
    let directory = tempfile::tempdir().expect("a temporary directory");
    lay_out(directory.path());
    let url = "postgresql+psycopg://nobody@localhost/nothing";
    let text = alembic(release, directory.path(), url, arguments);
    let mut printed = Printed::new();
    for section in text.split("-- Running ").skip(1) {
        let (headline, sql) = section.split_once('\n').expect("a line");
        let words: Vec<&str> = headline.split(' ').collect();
        // `upgrade a -> b`, where `a` may be nothing.
        let revision = match words.as_slice() {
            ["upgrade", .., last] => *last,
            ["downgrade", first, ..] => *first,
            _ => panic!("not a headline: {headline}"),
        };
        printed.insert(revision.to_owned(), statements(sql));
    }
    printed
}

/// The statements of a script, each in one line, without what keeps `alembic_version` and
/// transactions.
fn statements(sql: &str) -> Vec<String> {
    let is_bound = |line: &&str| *line == "BEGIN;" || *line == "COMMIT;";
    let lines: Vec<&str> = sql.lines().filter(|it| !is_bound(it)).collect();
    let sql = lines.join("\n");
    let script = split(&sql).expect("a script that can be sent");
    let lines = script.statements.iter().map(|it| one_line(it.of(&sql)));
    in_order(lines.filter(|it| !it.contains("alembic_version")))
}

/// Statements, but for the order of what comes along with a table or a column: Alembic creates
/// indexes in any, and so constraints.
pub(super) fn in_order(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = lines.collect();
    for is in [is_index, is_constraint] {
        for run in lines.chunk_by_mut(|one, two| is(one) && is(two)) {
            run.sort_unstable();
        }
    }
    lines
}

fn is_index(line: &str) -> bool {
    line.starts_with("CREATE INDEX") || line.starts_with("CREATE UNIQUE INDEX")
}

fn is_constraint(line: &str) -> bool {
    let adds = |what| line.contains(&format!(" ADD {what}"));
    line.starts_with("ALTER TABLE")
        && ["CONSTRAINT", "UNIQUE", "FOREIGN KEY"]
            .into_iter()
            .any(adds)
}

pub(super) fn one_line(sql: &str) -> String {
    let words: Vec<&str> = sql.split_whitespace().collect();
    words.join(" ").replace("( ", "(").replace(" )", ")")
}
