//! What a command would do.

use std::fmt::{self, Write as _};

use serde::Serialize;

use super::Report;
use crate::report::{Painter, Shade};

/// The steps of a dry run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Plan {
    /// What runs the database.
    pub provider: String,
    /// The steps, in order.
    pub steps: Vec<String>,
}

impl Report for Plan {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        if self.steps.is_empty() {
            return writeln!(out, "nothing to do");
        }
        for step in &self.steps {
            let mark = out.shade(Shade::Faint, "would");
            writeln!(out, "{mark} {step}")?;
        }
        Ok(())
    }
}
