//! Alembic itself, one process for many command lines.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// The releases that `scripts/setup-tests` installs.
pub(crate) const RELEASES: [&str; 2] = ["1.13.3", "1.20.1"];

/// A process of a release.
pub(crate) struct Real {
    process: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// What a command line came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) code: i64,
    pub(crate) stdout: String,
}

impl Real {
    /// Starts a process of `release`.
    pub(crate) fn start(release: &str) -> Self {
        let mut process = Command::new(environment(release).join("bin/python"))
            .args(["-c", include_str!("driver.py")])
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONIOENCODING", "utf-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("Alembic {release} is not there ({error}): run scripts/setup-tests")
            });
        Self {
            requests: process.stdin.take(),
            answers: BufReader::new(process.stdout.take().expect("piped")),
            process,
        }
    }

    /// Runs command lines in `directory`.
    pub(crate) fn run(&mut self, directory: &Path, commands: &[Vec<String>]) -> Vec<Answer> {
        let request = serde_json::json!({"directory": directory, "commands": commands});
        let requests = self.requests.as_mut().expect("it runs");
        writeln!(requests, "{request}").expect("it reads");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("it answers");
        let answers: Vec<(i64, String)> = serde_json::from_str(&line).expect("an answer");
        answers
            .into_iter()
            .map(|(code, stdout)| Answer { code, stdout })
            .collect()
    }

    /// Runs one command line, of words between blanks.
    pub(crate) fn one(&mut self, directory: &Path, command: &str) -> Answer {
        let words = command.split(' ').map(str::to_owned).collect();
        self.run(directory, &[words]).remove(0)
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        // Without requests it ends.
        drop(self.requests.take());
        let _ = self.process.wait();
    }
}

/// Where a release is installed.
pub(crate) fn environment(release: &str) -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache"),
        PathBuf::from,
    );
    cache.join("townpass").join(format!("alembic-{release}"))
}

/// `text`, which Alembic or we printed, with what Alembic tells in another order in each of its runs
/// put into one: labels and children, which are sets.
pub(crate) fn steady(text: &str) -> String {
    let mut lines: Vec<String> = text.lines().map(sorted).collect();
    let mut at = 0;
    while at < lines.len() {
        let arrows = lines[at..]
            .iter()
            .take_while(|it| it.trim_start().starts_with("-> "));
        let many = arrows.count();
        lines[at..at + many].sort();
        at += many.max(1);
    }
    lines.join("\n")
}

/// A line with the names in each pair of brackets, or behind a word that names several, sorted.
fn sorted(line: &str) -> String {
    let names = |text: &str| {
        let mut names: Vec<&str> = text.split(", ").collect();
        names.sort_unstable();
        names.join(", ")
    };
    for word in ["Branches into: ", "Branch names: "] {
        if let Some(rest) = line.strip_prefix(word) {
            return format!("{word}{}", names(rest));
        }
    }
    let mut whole = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('(') {
        let (inside, after) = after.split_once(')').unwrap_or((after, ""));
        whole.extend([before, "(", &names(inside), ")"]);
        rest = after;
    }
    whole + rest
}
