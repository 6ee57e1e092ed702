//! What a verb of the history did or found.

use std::fmt::{self, Write as _};
use std::time::Duration;

use serde::Serialize;

use super::Report;
use crate::migration::{Applied, Plan};
use crate::report::words::{Count, Span};
use crate::report::{Painter, Shade};

/// What `upgrade` or `downgrade` did.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Moved {
    /// `upgrade` or `downgrade`.
    pub direction: &'static str,
    /// The revisions, in the order in which they were committed.
    pub revisions: Vec<Row>,
}

/// A revision that was, or would be, run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// Its version.
    pub revision: String,
    /// Its slug as words.
    pub description: String,
    /// Whether Alembic would run it, in Python.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub python: bool,
    /// How long it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elapsed_ms: Option<u64>,
}

impl From<&Applied> for Moved {
    fn from(applied: &Applied) -> Self {
        let row = |step: &crate::migration::runner::Completed| Row {
            revision: step.version.to_string(),
            description: step.description.clone(),
            python: false,
            elapsed_ms: Some(u64::try_from(step.elapsed.as_millis()).unwrap_or(u64::MAX)),
        };
        Self {
            direction: applied.direction.as_str(),
            revisions: applied.steps.iter().map(row).collect(),
        }
    }
}

impl Report for Moved {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        let took = self.revisions.iter().filter_map(|row| row.elapsed_ms).sum();
        match self.revisions.last() {
            None => writeln!(out, "nothing to {}", self.direction),
            Some(last) => writeln!(
                out,
                "{}d {} in {}, the last{} is {}",
                self.direction,
                Count(self.revisions.len(), "revision"),
                Span(Duration::from_millis(took)),
                if self.direction == "downgrade" {
                    " reverted"
                } else {
                    ""
                },
                last.revision,
            ),
        }
    }
}

/// What `upgrade` or `downgrade` would do.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct WouldMove {
    /// `upgrade` or `downgrade`.
    pub direction: &'static str,
    /// The revisions, in order.
    pub revisions: Vec<Row>,
}

impl From<&Plan> for WouldMove {
    fn from(plan: &Plan) -> Self {
        let row = |step: &crate::migration::Step| Row {
            revision: step.version.to_string(),
            description: step.description.clone(),
            python: step.foreign.is_some(),
            elapsed_ms: None,
        };
        Self {
            direction: plan.direction().as_str(),
            revisions: plan.steps().iter().map(row).collect(),
        }
    }
}

impl Report for WouldMove {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        if self.revisions.is_empty() {
            return writeln!(out, "nothing to {}", self.direction);
        }
        for row in &self.revisions {
            let mark = out.shade(Shade::Faint, "would");
            let direction = self.direction;
            let how = if row.python { ", with Python" } else { "" };
            writeln!(
                out,
                "{mark} {direction} {}, {}{how}",
                row.revision, row.description
            )?;
        }
        Ok(())
    }
}

/// A script for others to run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Sql {
    /// All of it.
    pub sql: String,
}

impl Report for Sql {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        out.write_str(&self.sql)
    }
}
