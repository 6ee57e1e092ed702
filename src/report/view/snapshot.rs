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
        if self.snapshots.is_empty() {
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
}

impl Named {
    /// `did` was done to `snapshot`.
    pub fn new(did: &'static str, snapshot: impl fmt::Display) -> Self {
        Self {
            did,
            snapshot: snapshot.to_string(),
        }
    }
}

impl Report for Named {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        let name = out.shade(Shade::Name, &self.snapshot);
        writeln!(out, "{} snapshot {name}", self.did)
    }
}
