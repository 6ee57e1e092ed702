//! Where the database is, and why it is that address.

use std::fmt::{self, Write as _};

use serde::Serialize;

use super::Report;
use crate::report::Painter;

/// The database's address as seen from here. A person gets the URL to use; so does a script from
/// `dev url`, and a masked one from every other command.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Url {
    /// The URL; masked but for `dev url`.
    pub url: String,
    /// The URL as a person needs it.
    #[serde(skip)]
    pub usable: String,
    /// The host in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The port in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// What runs the database.
    pub provider: String,
    /// What was changed, and why.
    pub why: Vec<String>,
}

impl Report for Url {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        writeln!(out, "{}", self.usable)
    }
}
