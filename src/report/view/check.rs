//! What `check` found.

use std::fmt::{self, Write as _};

use serde::Serialize;

use super::Report;
use crate::alembic::python::operations::Operation;
use crate::migration::check::{Finding, Severity};
use crate::report::words::Count;
use crate::report::{Painter, Shade};

/// What `check` found, errors first.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Checked {
    /// How many revisions there are.
    pub revisions: usize,
    /// The revisions that nothing follows.
    pub heads: Vec<String>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What the models have that no revision makes, where they were compared.
    pub operations: Option<Vec<Operation>>,
}

impl Report for Checked {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        for finding in &self.findings {
            let label = match finding.severity {
                Severity::Error => out.shade(Shade::Bad, "error:"),
                Severity::Warning => out.shade(Shade::Warning, "warning:"),
            };
            let Finding {
                path,
                line,
                column,
                message,
                rule,
                ..
            } = finding;
            let rule = out.shade(Shade::Faint, format_args!("[{rule}]"));
            writeln!(out, "{path}:{line}:{column}: {label} {message} {rule}")?;
            for line in finding.help.iter().flat_map(|help| help.lines()) {
                writeln!(out, "    {line}")?;
            }
        }
        let count = |severity: Severity| {
            let these = self.findings.iter().filter(|it| it.severity == severity);
            these.count()
        };
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let revisions = Count(self.revisions, "revision");
        let heads = Count(self.heads.len(), "head");
        match (errors, warnings) {
            (0, 0) if self.operations.is_none() => {
                writeln!(out, "{revisions}, {heads}: nothing is wrong")
            }
            (0, 0) => writeln!(out, "{revisions}, {heads}: nothing is wrong with the files"),
            (errors, warnings) => writeln!(
                out,
                "{revisions}, {heads}: {}, {}",
                Count(errors, "error"),
                Count(warnings, "warning")
            ),
        }?;
        match self.operations.as_deref() {
            None => Ok(()),
            Some([]) => writeln!(out, "the models have nothing that no revision makes"),
            Some(operations) => {
                writeln!(out, "the models and the database differ:")?;
                for Operation { kind, subject } in operations {
                    let kind = out.shade(Shade::Bad, format_args!("{kind}:"));
                    writeln!(out, "    {kind} {subject}")?;
                }
                writeln!(
                    out,
                    "write a revision of it: `townpass migrate revision --autogenerate -m \"...\"`"
                )
            }
        }
    }
}
