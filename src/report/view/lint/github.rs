//! Findings as commands of a GitHub workflow: `::error file=…,line=…::message`.
//!
//! See "Workflow commands for GitHub Actions" in GitHub's documentation.

use super::Lint;
use crate::lint::Level;

/// A line each.
pub(super) fn commands(lint: &Lint) -> String {
    lint.findings
        .iter()
        .map(|row| {
            let command = match row.level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Note => "notice",
            };
            let more = match (&row.approved, &row.help) {
                (Some(reason), _) => format!(
                    "
approved: {reason}"
                ),
                (None, Some(help)) => format!(
                    "
help: {help}"
                ),
                (None, None) => String::new(),
            };
            format!(
                "::{command} file={},line={},endLine={},title={}::{}\n",
                property(&row.file),
                row.line,
                row.end_line,
                property(row.rule),
                data(&format!("{}{more}", row.message))
            )
        })
        .collect()
}

/// Text behind the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Text of a property, which a colon or a comma would end.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
