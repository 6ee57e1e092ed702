//! What a change of the journal alone did.

use std::fmt::{self, Write as _};

use serde::Serialize;

use super::Report;
use crate::migration::{Stamp, Version};
use crate::report::Painter;
use crate::report::words::Count;

/// What `stamp` did.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Stamped {
    /// The revisions that count as applied now and did not before.
    pub added: Vec<Version>,
    /// Those that no longer do.
    pub removed: Vec<Version>,
}

impl From<&Stamp> for Stamped {
    fn from(stamp: &Stamp) -> Self {
        Self {
            added: stamp.added.iter().map(|step| step.version).collect(),
            removed: stamp.removed.clone(),
        }
    }
}

impl Report for Stamped {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        match (self.removed.first(), self.added.last()) {
            (None, None) => writeln!(out, "nothing to stamp"),
            (first, last) => {
                for (versions, word) in [(&self.removed, "not applied"), (&self.added, "applied")] {
                    if !versions.is_empty() {
                        writeln!(out, "{} now {word}", Count(versions.len(), "revision"))?;
                    }
                }
                match (first, last) {
                    (_, Some(last)) => writeln!(out, "the last is {last}"),
                    (Some(_) | None, None) => Ok(()),
                }
            }
        }
    }
}

/// What `ensure-version` left behind.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Tables {
    /// The journal, and its ledger where it has one.
    pub tables: Vec<String>,
}

impl Report for Tables {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        let tables: Vec<String> = self.tables.iter().map(|it| format!("`{it}`")).collect();
        let are = if tables.len() == 1 { "is" } else { "are" };
        writeln!(out, "{} {are} there", tables.join(" and "))
    }
}
