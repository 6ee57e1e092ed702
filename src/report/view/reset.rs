//! What a reset did.

use std::fmt::{self, Write as _};

use serde::Serialize;

use super::Report;
use super::migration::Row;
use crate::database::password::Proof;
use crate::database::reset::Depth;
use crate::report::words::Count;
use crate::report::{Painter, Shade};

/// What `dev reset-db` did.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Reset {
    /// How deep it went.
    pub depth: Depth,
    /// The database.
    pub database: String,
    /// The copy that undoes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safety_snapshot: Option<String>,
    /// Whether a prepared template stood in for running the history.
    pub from_template: bool,
    /// The revisions that were applied after that.
    pub revisions: Vec<Row>,
}

impl Report for Reset {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        let name = out.shade(Shade::Name, &self.database);
        let history = if self.from_template {
            "migrated to head from a template".to_owned()
        } else {
            format!("{} applied", Count(self.revisions.len(), "revision"))
        };
        writeln!(out, "{name} is new: {history}")?;
        if let Some(snapshot) = &self.safety_snapshot {
            let undo = format!("townpass dev snapshot restore {snapshot}");
            let undo = out.shade(Shade::Command, undo);
            writeln!(out, "to undo: {undo}")?;
        }
        Ok(())
    }
}

/// What `dev reset-db --password` did.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct PasswordReset {
    /// The role.
    pub role: String,
    /// What the check from outside showed.
    pub proof: Proof,
    /// Where the old password still stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub change: Vec<String>,
}

impl Report for PasswordReset {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        let role = out.shade(Shade::Name, &self.role);
        match self.proof {
            Proof::Proved => {
                writeln!(
                    out,
                    "role {role} logs in with the password, and with no other"
                )?;
            }
            Proof::Trusted => {
                writeln!(
                    out,
                    "role {role} logs in with any password: trust authentication is in force"
                )?;
            }
        }
        if !self.change.is_empty() {
            writeln!(out, "write the new password here, too:")?;
            for line in &self.change {
                writeln!(out, "  {line}")?;
            }
        }
        Ok(())
    }
}
