//! What is wrong with the rows of Alembic's table, and what was put right.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use serde::Serialize;

use super::Report;
use crate::report::{Painter, Shade};

/// What `repair` found in the table.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RowTroubles {
    /// The table.
    pub table: String,
    /// The rows that are wrong.
    pub rows: Vec<RowTrouble>,
}

/// A row that is wrong.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RowTrouble {
    /// Its revision.
    pub revision: String,
    /// What is wrong.
    pub trouble: Why,
    /// What to do.
    pub remedy: String,
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// No file has its revision.
    Unknown,
    /// Another row needs its revision.
    Needless,
}

impl RowTroubles {
    /// Of rows that no file explains, and of those that another row needs.
    pub fn new(table: &str, unknown: &[String], needless: &[String]) -> Self {
        let unknown = unknown.iter().map(|row| RowTrouble {
            revision: row.clone(),
            trouble: Why::Unknown,
            remedy: format!(
                "another checkout migrated this database: downgrade there, to a revision that both \
                 have; or, if the schema is as REVISION leaves it, say so with `townpass migrate \
                 repair --rows REVISION`, which takes `{row}` out"
            ),
        });
        let needless = needless.iter().map(|row| RowTrouble {
            revision: row.clone(),
            trouble: Why::Needless,
            remedy: "take it out with `townpass migrate repair --rows`".to_owned(),
        });
        Self {
            table: table.to_owned(),
            rows: unknown.chain(needless).collect(),
        }
    }
}

impl Report for RowTroubles {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        if self.rows.is_empty() {
            return writeln!(out, "nothing to repair");
        }
        for row in &self.rows {
            let name = out.shade(Shade::Bad, &row.revision);
            let what = match row.trouble {
                Why::Unknown => "is in no file",
                Why::Needless => {
                    "needs no row: another row follows it, and Alembic upgrades no such database"
                }
            };
            writeln!(out, "{name} in `{}` {what}", self.table)?;
            writeln!(out, "    {}", row.remedy)?;
        }
        Ok(())
    }
}

/// The rows before and after.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct MendedRows {
    /// The table.
    pub table: String,
    /// Rows that are taken out.
    pub removed: Vec<String>,
    /// Rows that are put in.
    pub added: Vec<String>,
    /// Whether it was done.
    pub done: bool,
    /// Whether it was only to be shown.
    pub dry_run: bool,
}

impl MendedRows {
    /// From `before` to `after`.
    pub fn new(
        table: &str,
        before: &BTreeSet<String>,
        after: &BTreeSet<String>,
        dry_run: bool,
    ) -> Self {
        Self {
            table: table.to_owned(),
            removed: before.difference(after).cloned().collect(),
            added: after.difference(before).cloned().collect(),
            done: false,
            dry_run,
        }
    }

    /// The same, once it is done.
    #[must_use]
    pub fn done(self) -> Self {
        Self { done: true, ..self }
    }
}

impl Report for MendedRows {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        if self.removed.is_empty() && self.added.is_empty() {
            return writeln!(out, "nothing to repair");
        }
        if self.done {
            return writeln!(out, "`{}` is put right", self.table);
        }
        writeln!(
            out,
            "`{}`: what is there (-), and what is to be (+)",
            self.table
        )?;
        for row in &self.removed {
            let line = out.shade(Shade::Bad, format_args!("- {row}"));
            writeln!(out, "{line}")?;
        }
        for row in &self.added {
            let line = out.shade(Shade::Good, format_args!("+ {row}"));
            writeln!(out, "{line}")?;
        }
        Ok(())
    }
}
