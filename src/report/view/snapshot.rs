//! The copies of a development database.

use std::fmt::{self, Write as _};

use serde::Serialize;

use super::Report;
use crate::report::words::Bytes;
use crate::report::{Painter, Shade};

/// What `dev snapshot list` found, the newest first.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Snapshots {
    /// A row a snapshot.
    pub snapshots: Vec<Row>,
    /// Whether the database does not run, so that the copies within its data, if there are any,
    /// are not among these.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub more_within_data: bool,
}

/// One snapshot.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// Its name.
    pub name: String,
    /// `database` for a copy within the server, `data` for a copy of the whole data directory.
    pub of: String,
    /// When it was made, RFC 3339 in UTC.
    pub created: String,
    /// Its size in bytes, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

impl Report for Snapshots {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        if self.snapshots.is_empty() && !self.more_within_data {
            return writeln!(
                out,
                "no snapshots; make one with `townpass dev snapshot save NAME`"
            );
        }
        let width = self.snapshots.iter().map(|row| row.name.len()).max();
        let width = width.unwrap_or_default();
        for row in &self.snapshots {
            let name = out.shade(Shade::Name, format_args!("{:<width$}", row.name));
            let size = row
                .size
                .map_or_else(String::new, |size| Bytes(size).to_string());
            writeln!(out, "{name}  {}  {:<8}  {size}", row.created, row.of)?;
        }
        if self.more_within_data {
            writeln!(
                out,
                "the database does not run, and more may be within its data: `townpass dev up` \
                 shows them here"
            )?;
        }
        Ok(())
    }
}

/// What became of one snapshot.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Named {
    /// `saved`, `restored` or `deleted`.
    pub did: &'static str,
    /// The snapshot.
    pub snapshot: String,
    /// The snapshot of what it took the place of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
}

impl Named {
    /// `did` was done to `snapshot`.
    pub fn new(did: &'static str, snapshot: impl fmt::Display) -> Self {
        Self {
            did,
            snapshot: snapshot.to_string(),
            kept: None,
        }
    }
}

impl Report for Named {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        let name = out.shade(Shade::Name, &self.snapshot);
        writeln!(out, "{} snapshot {name}", self.did)?;
        if let Some(kept) = &self.kept {
            let undo = format!("townpass dev snapshot restore {kept}");
            let undo = out.shade(Shade::Command, undo);
            writeln!(out, "to undo: {undo}")?;
        }
        Ok(())
    }
}
