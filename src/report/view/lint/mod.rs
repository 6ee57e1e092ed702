//! What a review of migrations found: for a person, a script, GitHub or a code scanner.

mod github;
mod sarif;

use std::fmt::{self, Write as _};

use serde::Serialize;

use super::Report;
use crate::lint::{Class, Finding, Level};
use crate::report::words::Count;
use crate::report::{Painter, Shade};

/// What `lint` found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Lint {
    /// How many migrations were looked at.
    pub migrations: usize,
    /// Findings that must be dealt with.
    pub errors: usize,
    /// Findings that are worth a thought.
    pub warnings: usize,
    /// All findings, in the order of the files.
    pub findings: Vec<Row>,
}

/// One finding.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// The rule's name.
    pub rule: &'static str,
    /// How much findings of that rule matter.
    pub class: Class,
    /// How loud it is.
    pub level: Level,
    /// The file.
    pub file: String,
    /// Where it begins, from one.
    pub line: usize,
    /// The character in the line, from one.
    pub column: usize,
    /// Where it ends.
    pub end_line: usize,
    /// The character behind its last.
    pub end_column: usize,
    /// What is found.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Why it may be so, if the file says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved: Option<String>,
    /// What the rule is about.
    #[serde(skip)]
    about: &'static str,
}

impl Lint {
    /// The view of `findings` in so many migrations. `name` gives the name of a file.
    pub fn of(migrations: usize, findings: &[Finding], name: impl Fn(&str) -> String) -> Self {
        let count = |level| findings.iter().filter(|it| it.level == level).count();
        let row = |finding: &Finding| Row {
            rule: finding.rule.name,
            class: finding.rule.class,
            level: finding.level,
            file: name(&finding.path),
            line: finding.start.line,
            column: finding.start.column,
            end_line: finding.end.line,
            end_column: finding.end.column,
            message: finding.message.clone(),
            help: finding.help.clone(),
            approved: finding.approval.clone(),
            about: finding.rule.about,
        };
        Self {
            migrations,
            errors: count(Level::Error),
            warnings: count(Level::Warning),
            findings: findings.iter().map(row).collect(),
        }
    }

    /// As commands of a GitHub workflow, which mark the lines in a pull request.
    pub fn github(&self) -> String {
        github::commands(self)
    }

    /// As a SARIF 2.1.0 log.
    pub fn sarif(&self) -> String {
        sarif::log(self).to_string() + "\n"
    }
}

impl Report for Lint {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        for row in &self.findings {
            let (shade, level) = match row.level {
                Level::Error => (Shade::Bad, "error:"),
                Level::Warning => (Shade::Warning, "warning:"),
                Level::Note => (Shade::Faint, "note:"),
            };
            let place = format!("{}:{}:{}:", row.file, row.line, row.column);
            let place = out.shade(Shade::Name, place);
            let level = out.shade(shade, level);
            let rule = out.shade(Shade::Faint, format_args!("[{}]", row.rule));
            writeln!(out, "{place} {level} {} {rule}", row.message)?;
            if let Some(reason) = &row.approved {
                writeln!(out, "    approved: {reason}")?;
            } else if let Some(help) = &row.help {
                writeln!(out, "    help: {help}")?;
            }
        }
        let migrations = Count(self.migrations, "migration");
        if self.findings.is_empty() {
            return writeln!(out, "no findings in {migrations}");
        }
        let errors = Count(self.errors, "error");
        let warnings = Count(self.warnings, "warning");
        writeln!(out, "{errors}, {warnings} in {migrations}")
    }
}
