//! What one run of the binary left: its status and both streams, as one value to assert on.

use std::fmt;

/// Status, stdout and stderr of a run.
///
/// What differs from run to run (paths, ports, the project's name) is replaced by a word in
/// brackets, so that the whole can be compared with a text.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Output {
    /// The exit code; -1 where a signal ended the run.
    pub(crate) status: i32,
    /// Standard output, redacted.
    pub(crate) stdout: String,
    /// Standard error, redacted.
    pub(crate) stderr: String,
    /// Standard output as it was.
    pub(crate) raw_stdout: String,
    /// Standard error as it was.
    pub(crate) raw_stderr: String,
}

impl Output {
    /// Asserts that the run ended with `status`, and shows all of it where it did not.
    #[track_caller]
    pub(crate) fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, status, "exit code\n{self}");
        self
    }

    /// Asserts that the run ended well.
    #[track_caller]
    pub(crate) fn success(self) -> Self {
        self.expect(0)
    }

    /// Asserts that `text` stands in stderr.
    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no `{text}` in\n{self}");
        self
    }

    /// Asserts that stdout is `text`.
    #[track_caller]
    pub(crate) fn prints(self, text: &str) -> Self {
        assert_eq!(self.stdout, text, "stdout\n{self}");
        self
    }

    /// Asserts that `text` stands in stdout.
    #[track_caller]
    pub(crate) fn shows(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "no `{text}` in\n{self}");
        self
    }

    /// Asserts that `text` stands in neither stream, redacted or raw: for secrets.
    #[track_caller]
    pub(crate) fn hides(self, text: &str) -> Self {
        for stream in [&self.raw_stdout, &self.raw_stderr] {
            assert!(!stream.contains(text), "`{text}` was told in\n{self}");
        }
        self
    }

    /// The names of the JSON events on stderr, each of which is a line of JSON.
    #[track_caller]
    pub(crate) fn event_names(&self) -> Vec<String> {
        let name = |line: &str| {
            let event: serde_json::Value = serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("not JSON: {line}: {error}\n{self}"));
            event["event"]
                .as_str()
                .expect("an event has a name")
                .to_owned()
        };
        self.raw_stderr.lines().map(name).collect()
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.raw_stdout)
            .unwrap_or_else(|error| panic!("stdout is not JSON: {error}\n{self}"))
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "status: {}\n--- stdout\n{}--- stderr\n{}",
            self.status, self.stdout, self.stderr
        )
    }
}
