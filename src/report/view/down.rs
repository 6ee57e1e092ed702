//! What became of a project that was taken down.

use std::fmt::{self, Write as _};

use serde::Serialize;

use super::Report;
use crate::report::Painter;

/// What `dev down` left.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Down {
    /// What ran the database.
    pub provider: String,
    /// The Compose project.
    pub project: String,
    /// Whether its data is still there.
    pub data: Data,
}

/// What became of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Data {
    /// It stays.
    Kept,
    /// It was removed.
    Removed,
}

impl Report for Down {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        let project = &self.project;
        match self.data {
            Data::Kept => writeln!(out, "{project} is down, its data stays"),
            Data::Removed => writeln!(out, "{project} is down, its data is removed"),
        }
    }
}
