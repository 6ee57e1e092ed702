//! `townpass doctor`: each check is broken by breaking that one thing for real, and mended by the
//! command that it names.

mod address;
mod alembic;
mod engine;
mod files;
mod server;

use serde_json::Value;

use crate::support::{Output, Town};

/// What one run of `doctor` found.
struct Found {
    output: Output,
    json: Value,
}

/// Runs `doctor`, as a script does.
#[track_caller]
fn doctor(town: &Town) -> Found {
    doctor_with(town, &[], &[])
}

/// The same with options and variables.
#[track_caller]
fn doctor_with(town: &Town, options: &[&str], variables: &[(&str, &str)]) -> Found {
    let words = options.iter().chain(&["--output", "json", "doctor"]);
    let mut run = town.townpass(words);
    for (name, value) in variables {
        run = run.env(name, value);
    }
    let output = run.run();
    let json = output.json();
    Found { output, json }
}

impl Found {
    /// The row of a check.
    #[track_caller]
    fn row(&self, check: &str) -> &Value {
        let rows = self.json["checks"].as_array().expect("there are checks");
        let row = rows.iter().find(|row| row["check"] == check);
        row.unwrap_or_else(|| panic!("no check `{check}` in\n{}", self.output))
    }

    /// The names of the checks of this status.
    fn of(&self, status: &str) -> Vec<&str> {
        let rows = self.json["checks"].as_array().expect("there are checks");
        let these = rows.iter().filter(|row| row["status"] == status);
        these.filter_map(|row| row["check"].as_str()).collect()
    }

    /// Asserts that nothing fails.
    #[track_caller]
    fn well(self) -> Self {
        assert_eq!(self.of("failure"), [""; 0], "{}", self.output);
        assert_eq!(self.output.status, 0, "{}", self.output);
        assert_eq!(self.json["well"], true);
        self
    }

    /// Asserts that these checks fail, and no others.
    #[track_caller]
    fn fails(self, checks: &[&str]) -> Self {
        assert_eq!(self.of("failure"), checks, "{}", self.output);
        assert_eq!(self.output.status, 1, "{}", self.output);
        assert_eq!(self.json["well"], false);
        self
    }

    /// Asserts that a check has this status and says this.
    #[track_caller]
    fn says(self, check: &str, status: &str, evidence: &str) -> Self {
        let row = self.row(check);
        assert_eq!(row["status"], status, "{check} in\n{}", self.output);
        let said = row["evidence"].as_str().expect("there is evidence");
        assert!(said.contains(evidence), "no `{evidence}` in `{said}`");
        self
    }

    /// Asserts that this command mends a check.
    #[track_caller]
    fn mended_by(self, check: &str, command: &str) -> Self {
        let row = self.row(check);
        assert_eq!(row["command"], command, "{check} in\n{}", self.output);
        self
    }

    /// Runs the command that mends a check, as it stands.
    #[track_caller]
    fn mend(self, check: &str, town: &Town) -> Output {
        let command = self.row(check)["command"].as_str();
        let command = command.expect("a command mends it");
        let words = split(command);
        let (program, words) = words.split_first().expect("a command has words");
        assert_eq!(program, "townpass", "{command}");
        town.townpass(words).env("TOWNPASS_YES", "1").run()
    }
}

/// The words of a command, as a shell takes them.
fn split(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in command.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

#[test]
fn a_quoted_word_is_one() {
    assert_eq!(
        split("psql -c 'select 1' -x"),
        ["psql", "-c", "select 1", "-x"]
    );
}
