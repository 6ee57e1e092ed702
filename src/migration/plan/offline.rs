//! A plan as a script, for a database that only others may touch.
//!
//! Unlike Alembic's, the script refuses to run on a database that is not at its start, and carries
//! the rows of the journal. What can be a transaction is one, up to what cannot; a guard stands at
//! the beginning of each, so that a client that does not stop at an error does no harm.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::migration::directory::Directory;
use crate::migration::directory::version::Version;
use crate::migration::error::Error;
use crate::migration::graph::Graph;
use crate::migration::graph::range::Range;
use crate::migration::graph::target::Target;
use crate::migration::journal::{CREATE, Journal, Progress, Table};
use crate::migration::plan::Plan;
use crate::migration::plan::direction::Direction;
use crate::migration::plan::stamp::{Others, Stamp};
use crate::migration::plan::step::{Mode, Step};
use crate::sql::Literal;

/// The plan that goes from one end of `range` to the other. No database is asked, so neither end
/// may count from where one stands.
pub fn plan(direction: Direction, directory: &Directory, range: &Range) -> Result<Plan, Error> {
    if range.is_relative() {
        return Err(Error::NeedsDatabase(range.to_string()));
    }
    let graph = Graph::of(directory)?;
    let ends = range.resolve(directory, &graph, &[])?;
    let journal = Journal::assumed(directory, &graph, &ends.start);
    let target = match ends.end.as_slice() {
        [] => "base".parse()?,
        [version] => version.to_string().parse()?,
        _ => Target::heads(),
    };
    Plan::make(direction, directory, &journal, &target)
}

/// What it takes to stamp a database that stands at the beginning of `range`, or at the base where
/// there is none, so that it is at `targets`.
pub fn stamp(
    directory: &Directory,
    from: Option<&Range>,
    targets: &[Target],
    others: Others,
) -> Result<Stamp, Error> {
    if let Some(target) = targets.iter().find(|it| it.is_relative()) {
        return Err(Error::NeedsDatabase(target.to_string()));
    }
    let graph = Graph::of(directory)?;
    let Some(range) = from else {
        return Stamp::plan(directory, &Journal::default(), targets, others);
    };
    if range.is_relative() {
        return Err(Error::NeedsDatabase(range.to_string()));
    }
    let ends = range.resolve(directory, &graph, &[])?;
    let journal = Journal::assumed(directory, &graph, &ends.start);
    let mut all = targets.to_vec();
    for version in &ends.end {
        all.push(version.to_string().parse()?);
    }
    if all.is_empty() {
        all.push("base".parse()?);
    }
    Stamp::plan(directory, &journal, &all, others)
}

/// `stamp` as a script. A purge takes every database, wherever it stands.
pub fn stamp_script(stamp: &Stamp, others: Others) -> String {
    let mut script = Script::at(stamp.start(), None);
    let count = |count: usize| format!("{count} revision{}", if count == 1 { "" } else { "s" });
    script.line(&format!(
        "-- stamp: {} now applied, {} now not, by townpass {}",
        count(stamp.added.len()),
        match others {
            Others::Refuse => count(stamp.removed.len()),
            Others::Purge => "all others".to_owned(),
        },
        env!("CARGO_PKG_VERSION")
    ));
    if stamp.is_empty() && others == Others::Refuse {
        return script.sql;
    }
    if script.rows.is_empty() {
        script.line(&format!("{CREATE};"));
    }
    match others {
        Others::Refuse => script.open(),
        Others::Purge => {
            script.begin();
            script.line(&format!("{};", table().clear()));
        }
    }
    for &version in &stamp.removed {
        script.line(&format!("{};", table().delete(version)));
    }
    for step in &stamp.added {
        script.line(&format!("{};", table().insert(step, Progress::Skipped)));
    }
    script.close();
    script.sql
}

/// `plan` as a script. `tag` is what its SQL can read as `townpass.tag`.
pub fn script(plan: &Plan, tag: Option<&str>) -> String {
    let mut script = Script::at(plan.start(), tag);
    script.head(plan);
    for step in plan.steps() {
        match step.mode {
            Mode::Transaction => script.in_transaction(step),
            Mode::Alone(_) => script.alone(step),
        }
    }
    script.close();
    script.sql
}

struct Script<'a> {
    sql: String,
    /// The journal before the next step: which revisions it has, and whether they are done.
    rows: BTreeMap<Version, bool>,
    /// Whether a transaction is open.
    open: bool,
    tag: Option<&'a str>,
}

impl<'a> Script<'a> {
    /// Of a database with the journal `start`.
    fn at(start: &Journal, tag: Option<&'a str>) -> Self {
        Self {
            sql: String::new(),
            rows: start.rows().map(|row| (row.version, true)).collect(),
            open: false,
            tag,
        }
    }

    fn line(&mut self, text: &str) {
        self.sql.push_str(text);
        self.sql.push('\n');
    }

    fn head(&mut self, plan: &Plan) {
        let count = plan.steps().len();
        let direction = plan.direction();
        self.line(&format!(
            "-- {direction} of {count} revision{}, by townpass {}",
            if count == 1 { "" } else { "s" },
            env!("CARGO_PKG_VERSION")
        ));
        let alone = |step: &&Step| step.mode != Mode::Transaction;
        if plan.steps().iter().any(|step| alone(&step)) {
            self.line("-- Some statements cannot be part of a transaction: run this with psql.");
            self.line("\\set ON_ERROR_STOP on");
        }
        if direction == Direction::Upgrade && self.rows.is_empty() && count > 0 {
            self.line(&format!("{CREATE};"));
        }
    }

    /// Opens a transaction, if none is open, that goes on only from where this script is.
    fn open(&mut self) {
        if self.open {
            return;
        }
        self.begin();
        let words = self
            .rows
            .iter()
            .map(|(version, done)| format!("{version}{}", if *done { "" } else { " unfinished" }));
        let expected = words.collect::<Vec<_>>().join(", ");
        let wanted = if expected.is_empty() {
            "with no revision".to_owned()
        } else {
            format!("with exactly the revisions {expected}")
        };
        let guard = format!(
            "DO $townpass$
DECLARE
    found text := (SELECT coalesce(string_agg(version || CASE WHEN success THEN '' ELSE ' unfinished' END, ', ' ORDER BY version), '') FROM _sqlx_migrations);
BEGIN
    IF found <> {} THEN
        RAISE EXCEPTION {}
            USING DETAIL = 'It has: ' || found, HINT = 'Make the script anew, from where this database stands.';
    END IF;
END
$townpass$;",
            Literal(&expected),
            Literal(&format!("this script is for a database {wanted}").replace('%', "%%")),
        );
        self.line(&guard);
    }

    /// Opens a transaction that keeps other writers from the journal.
    fn begin(&mut self) {
        self.open = true;
        self.line("\nBEGIN;\nLOCK TABLE _sqlx_migrations IN SHARE ROW EXCLUSIVE MODE;");
    }

    fn close(&mut self) {
        if self.open {
            self.line("\nCOMMIT;");
            self.open = false;
        }
    }

    fn in_transaction(&mut self, step: &Step) {
        self.open();
        self.announce(step);
        self.statements(step);
        self.reset();
        let row = match step.direction {
            Direction::Upgrade => table().insert(step, Progress::Skipped),
            Direction::Downgrade => table().delete(step.version),
        };
        self.line(&format!("{row};"));
        self.done(step);
    }

    fn alone(&mut self, step: &Step) {
        self.close();
        self.open();
        let begun = match step.direction {
            Direction::Upgrade => table().insert(step, Progress::Begun),
            Direction::Downgrade => table().update(step, Progress::Begun),
        };
        self.line(&format!("{begun};"));
        self.close();
        self.announce(step);
        self.statements(step);
        self.reset();
        let row = match step.direction {
            Direction::Upgrade => table().update(step, Progress::Skipped),
            Direction::Downgrade => table().delete(step.version),
        };
        self.line(&format!("{row};"));
        self.done(step);
    }

    fn announce(&mut self, step: &Step) {
        let parents: Vec<String> = step.parents.iter().map(Version::to_string).collect();
        let (from, to) = match step.direction {
            Direction::Upgrade => (parents.join(", "), step.version.to_string()),
            Direction::Downgrade => (step.version.to_string(), parents.join(", ")),
        };
        self.line(&format!(
            "\n-- Running {} {from} -> {to}, {}",
            step.direction, step.description
        ));
        if let Some(tag) = self.tag {
            let local = if self.open { "LOCAL " } else { "" };
            self.line(&format!("SET {local}townpass.tag = {};", Literal(tag)));
        }
    }

    fn statements(&mut self, step: &Step) {
        for statement in &step.script.statements {
            // Writing to a string cannot fail.
            let _ = writeln!(self.sql, "{};", statement.of(&step.source.text));
        }
    }

    /// Nothing leaks from one file into the next, nor between a file and the journal.
    fn reset(&mut self) {
        self.line("RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL;");
    }

    fn done(&mut self, step: &Step) {
        match step.direction {
            Direction::Upgrade => self.rows.insert(step.version, true),
            Direction::Downgrade => self.rows.remove(&step.version),
        };
    }
}

/// Whoever runs the script finds the journal by `search_path`.
fn table() -> Table {
    Table::unqualified()
}

#[cfg(test)]
mod tests {
    use super::{plan, script};
    use crate::migration::Direction;
    use crate::migration::directory::tests::directory;

    const FILES: [(&str, &str); 6] = [
        ("1_a.up.sql", "create table a ();"),
        ("1_a.down.sql", "drop table a;"),
        (
            "2_b.up.sql",
            "create table b (); comment on table b is '50 %'",
        ),
        ("2_b.down.sql", "drop table b;"),
        ("3_i.up.sql", "create index concurrently i on a ((1));"),
        ("3_i.down.sql", "drop index concurrently i;"),
    ];

    fn lines(direction: Direction, range: &str) -> Vec<String> {
        let range = range.parse().expect("a range");
        let plan = plan(direction, &directory(&FILES).expect("reads"), &range).expect("plans");
        let told = |line: &&str| {
            [
                "-- ",
                "BEGIN",
                "COMMIT",
                "create",
                "drop",
                "comment",
                "INSERT",
                "DELETE",
                "UPDATE",
                "    IF found <>",
                "\\set",
            ]
            .iter()
            .any(|beginning| line.starts_with(beginning))
        };
        script(&plan, None)
            .lines()
            .filter(told)
            .map(|line| {
                let cut = line.split(" (version").next().unwrap_or(line);
                cut.split(" SET success").next().unwrap_or(cut).to_owned()
            })
            .collect()
    }

    #[test]
    fn what_can_be_one_transaction_is_and_each_has_its_guard() {
        assert_eq!(
            lines(Direction::Upgrade, "1:"),
            [
                "-- upgrade of 2 revisions, by townpass 0.1.0",
                "-- Some statements cannot be part of a transaction: run this with psql.",
                "\\set ON_ERROR_STOP on",
                "BEGIN;",
                "BEGIN",
                "    IF found <> '1' THEN",
                "-- Running upgrade 1 -> 2, b",
                "create table b ();",
                "comment on table b is '50 %';",
                "INSERT INTO _sqlx_migrations",
                "COMMIT;",
                "BEGIN;",
                "BEGIN",
                "    IF found <> '1, 2' THEN",
                "INSERT INTO _sqlx_migrations",
                "COMMIT;",
                "-- Running upgrade 2 -> 3, i",
                "create index concurrently i on a ((1));",
                "UPDATE _sqlx_migrations",
            ]
        );
    }

    #[test]
    fn there_and_back() {
        let up = lines(Direction::Upgrade, "base:2");
        assert_eq!(
            up.iter().filter(|line| *line == "BEGIN;").count(),
            1,
            "{up:?}"
        );
        assert!(up.contains(&"    IF found <> '' THEN".to_owned()), "{up:?}");
        let down = lines(Direction::Downgrade, "2:base");
        let drops: Vec<&String> = down.iter().filter(|it| it.starts_with("drop")).collect();
        assert_eq!(drops, ["drop table b;", "drop table a;"]);
        assert!(
            down.contains(&"-- Running downgrade 1 -> , a".to_owned()),
            "{down:?}"
        );
        let files = directory(&FILES).expect("reads");
        let relative = "current:+1".parse().expect("a range");
        assert!(plan(Direction::Upgrade, &files, &relative).is_err());
    }
}
