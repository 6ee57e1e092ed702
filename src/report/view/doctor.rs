//! What `doctor` found.

use std::fmt::{self, Write as _};

use serde::Serialize;

use super::Report;
use crate::doctor::{Finding, Mend, Seen, Verdict};
use crate::report::sanitise::Sanitised;
use crate::report::words::Count;
use crate::report::{Painter, Shade, Verbosity};

/// What `doctor` found, in the order in which it would bite.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Diagnosis {
    /// Whether nothing failed.
    pub well: bool,
    /// How many checks failed.
    pub failures: usize,
    /// How many found what works and will surprise somebody.
    pub warnings: usize,
    /// Each check.
    pub checks: Vec<Row>,
    /// How much is told to a person.
    #[serde(skip)]
    verbosity: Verbosity,
}

/// One check.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// Its name.
    pub check: &'static str,
    /// What it came to.
    pub status: Status,
    /// What was seen, or why nothing was looked at.
    pub evidence: String,
    /// More of what was seen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
    /// The command that mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The place of a file to edit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit: Option<String>,
    /// What to do, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// What a check came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// All is as it should be.
    Ok,
    /// It works, and will surprise somebody.
    Warning,
    /// It does not work.
    Failure,
    /// It could not be looked at.
    Skipped,
    /// There is nothing to look at.
    NotApplicable,
}

impl Diagnosis {
    /// What was found, to be told to a person as `verbosity` says.
    pub fn of(findings: &[Finding], verbosity: Verbosity) -> Self {
        let checks: Vec<Row> = findings.iter().map(Row::of).collect();
        let count = |status| checks.iter().filter(|it| it.status == status).count();
        let failures = count(Status::Failure);
        Self {
            well: failures == 0,
            failures,
            warnings: count(Status::Warning),
            checks,
            verbosity,
        }
    }

    /// Whether a person is shown the row.
    fn shows(&self, row: &Row) -> bool {
        match (self.verbosity, row.status) {
            (Verbosity::Verbose, _) | (_, Status::Warning | Status::Failure) => true,
            (Verbosity::Quiet, _) | (Verbosity::Normal, Status::NotApplicable) => false,
            (Verbosity::Normal, Status::Ok | Status::Skipped) => true,
        }
    }
}

impl Row {
    fn of(finding: &Finding) -> Self {
        let (status, seen, mend) = match &finding.verdict {
            Verdict::Well(seen) => (Status::Ok, seen.clone(), Mend::default()),
            Verdict::Warning(seen, mend) => (Status::Warning, seen.clone(), mend.clone()),
            Verdict::Failure(seen, mend) => (Status::Failure, seen.clone(), mend.clone()),
            Verdict::Skipped(because) => {
                let seen = Seen::new(format!("skipped, since {because}"));
                (Status::Skipped, seen, Mend::default())
            }
            Verdict::Idle(because) => (Status::NotApplicable, Seen::new(because), Mend::default()),
        };
        Self {
            check: finding.check,
            status,
            evidence: seen.line,
            details: seen.details,
            command: mend.command,
            edit: mend.edit,
            help: mend.words,
        }
    }
}

/// Where what was seen begins.
const INDENT: &str = "                    ";

impl Report for Diagnosis {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        for row in self.checks.iter().filter(|row| self.shows(row)) {
            let (mark, shade) = match row.status {
                Status::Ok => ("✓", Shade::Good),
                Status::Warning => ("!", Shade::Warning),
                Status::Failure => ("✗", Shade::Bad),
                Status::Skipped | Status::NotApplicable => ("-", Shade::Faint),
            };
            let mark = out.shade(shade, mark);
            let name = out.shade(Shade::Name, format_args!("{:<17}", row.check));
            writeln!(out, "{mark} {name} {}", Sanitised(&row.evidence))?;
            let found = matches!(row.status, Status::Warning | Status::Failure);
            if found || self.verbosity == Verbosity::Verbose {
                for detail in &row.details {
                    let detail = out.shade(Shade::Faint, Sanitised(detail));
                    writeln!(out, "{INDENT}{detail}")?;
                }
            }
            for line in row.help.iter().flat_map(|help| help.lines()) {
                writeln!(out, "{INDENT}{}", Sanitised(line))?;
            }
            let ways = row.edit.iter().map(|place| format!("edit {place}"));
            for way in row.command.iter().cloned().chain(ways) {
                let way = out.shade(Shade::Command, Sanitised(&way));
                writeln!(out, "{INDENT}→ {way}")?;
            }
        }
        match (self.failures, self.warnings) {
            (0, 0) => {
                let well = out.shade(Shade::Good, "all is well");
                writeln!(out, "{well}")
            }
            (failures, warnings) => writeln!(
                out,
                "{}, {}",
                Count(failures, "failure"),
                Count(warnings, "warning")
            ),
        }
    }
}
