//! Top-level `volumes`: what the engine keeps.

use std::collections::BTreeMap;

/// A volume of the project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Volume {
    /// Its name in the engine: `<project>_<key>` unless the file names it.
    pub name: String,
    /// Whether it is somebody else's: never created, never removed.
    pub external: bool,
    /// Its driver, the engine's default without.
    pub driver: Option<String>,
    /// The driver's options.
    pub driver_opts: BTreeMap<String, String>,
    /// The user's labels.
    pub labels: BTreeMap<String, String>,
}
