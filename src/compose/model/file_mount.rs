//! `secrets` and `configs` of a service: files mounted into its container.

use serde::Serialize;

/// A secret or config as one service mounts it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileMount {
    /// Its key under the top-level `secrets` or `configs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The path in the container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// The file's owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// The file's group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gid: Option<String>,
    /// The file's mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<u32>,
}
