//! What `init` found, and what it writes.

use std::fmt::{self, Write as _};
use std::path::Path;

use serde::Serialize;
use similar::TextDiff;

use super::Report;
use crate::report::{Painter, Shade};

/// What `init` found and wrote, or would write.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Adopted {
    /// The project's directory.
    pub directory: String,
    /// What was found.
    pub facts: Vec<Fact>,
    /// The files.
    pub changes: Vec<Change>,
    /// Whether they were written.
    pub written: bool,
    /// Commands to run next.
    pub next: Vec<String>,
}

/// Something that was found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Fact {
    /// What it is about.
    pub what: String,
    /// What is so.
    pub value: String,
}

/// A file that is written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Change {
    /// Where.
    pub path: String,
    /// Whether it was not there before.
    pub new: bool,
    /// The difference, as `diff -u` shows it.
    pub diff: String,
}

impl Change {
    /// A file, and what becomes of it.
    pub fn of(path: &Path, before: Option<&str>, after: &str) -> Self {
        let path = path.display().to_string();
        let old = match before {
            Some(_) => path.as_str(),
            None => "/dev/null",
        };
        let diff = TextDiff::from_lines(before.unwrap_or_default(), after)
            .unified_diff()
            .context_radius(3)
            .header(old, &path)
            .to_string();
        Self {
            new: before.is_none(),
            diff,
            path,
        }
    }

    fn human(&self, out: &mut Painter) -> fmt::Result {
        for line in self.diff.lines() {
            let line = match line.chars().next() {
                Some('+') => out.shade(Shade::Good, line),
                Some('-') => out.shade(Shade::Bad, line),
                Some('@') => out.shade(Shade::Faint, line),
                Some(_) | None => line.to_owned(),
            };
            writeln!(out, "{line}")?;
        }
        writeln!(out)
    }
}

/// What would be written, before the question.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Proposal {
    /// Its name among the events.
    pub event: &'static str,
    /// The files.
    pub changes: Vec<Change>,
}

impl Report for Proposal {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        self.changes.iter().try_for_each(|it| it.human(out))
    }
}

impl Report for Adopted {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        for fact in &self.facts {
            out.fact(&fact.what, &fact.value)?;
        }
        if !self.facts.is_empty() {
            writeln!(out)?;
        }
        match (self.changes.as_slice(), self.written) {
            ([], _) => writeln!(out, "nothing to write")?,
            (changes, true) => {
                for change in changes {
                    let word = if change.new { "wrote" } else { "added to" };
                    writeln!(out, "{word} `{}`", change.path)?;
                }
            }
            (changes, false) => {
                writeln!(out, "this would be written:\n")?;
                changes.iter().try_for_each(|it| it.human(out))?;
            }
        }
        writeln!(out, "\nnext:")?;
        for command in &self.next {
            let command = out.shade(Shade::Command, command);
            writeln!(out, "  {command}")?;
        }
        Ok(())
    }
}
