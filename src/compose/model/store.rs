//! Top-level `secrets` and `configs`: where the text of a mounted file comes from.

use std::{collections::BTreeMap, path::PathBuf};

use crate::secret;

/// A secret of the project. Its text stays hidden.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Secret {
    /// Its name.
    pub name: String,
    /// The file that holds it, absolute.
    pub file: Option<PathBuf>,
    /// The variable that holds it.
    pub environment: Option<String>,
    /// The variable's value, if it is set.
    pub content: Option<secret::Secret>,
    /// Whether Swarm keeps it.
    pub external: bool,
    /// The user's labels.
    pub labels: BTreeMap<String, String>,
}

/// A config of the project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Its name.
    pub name: String,
    /// The file that holds it, absolute.
    pub file: Option<PathBuf>,
    /// The variable that holds it.
    pub environment: Option<String>,
    /// Its text, written in the file or taken from the variable.
    pub content: Option<String>,
    /// Whether Swarm keeps it.
    pub external: bool,
    /// The user's labels.
    pub labels: BTreeMap<String, String>,
}
