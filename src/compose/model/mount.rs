//! `volumes` of a service: what is mounted into its container.

use serde::Serialize;

use super::ByteSize;

/// One mount, in the long form whatever the file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mount {
    /// What is mounted.
    #[serde(rename = "type")]
    pub kind: MountKind,
    /// The volume's key in the Compose file, or the host's path (absolute). `None` for an anonymous
    /// volume and for tmpfs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The path in the container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Whether the container may not write.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
    /// Docker Desktop's old consistency word. Engines ignore it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consistency: Option<String>,
    /// What a bind mount adds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bind: Option<BindOptions>,
    /// What a volume adds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<VolumeOptions>,
    /// What a tmpfs adds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tmpfs: Option<TmpfsOptions>,
}

impl Mount {
    /// A mount of which nothing is said but its kind.
    pub fn of(kind: MountKind) -> Self {
        Self {
            kind,
            source: None,
            target: None,
            read_only: false,
            consistency: None,
            bind: None,
            volume: None,
            tmpfs: None,
        }
    }
}

/// What is mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MountKind {
    /// A volume of the engine, named or anonymous.
    Volume,
    /// A path of the host.
    Bind,
    /// Memory.
    Tmpfs,
    /// A named pipe of Windows.
    #[serde(rename = "npipe")]
    NamedPipe,
    /// A cluster volume of Swarm.
    Cluster,
    /// Files of an image.
    Image,
}

/// What a bind mount adds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BindOptions {
    /// `z` or `Z`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selinux: Option<String>,
    /// `rprivate`, `rslave` and their kin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub propagation: Option<String>,
    /// Whether a missing host path is made. `None` where the file does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create_host_path: Option<bool>,
    /// How read-only reaches submounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recursive: Option<String>,
}

/// What a volume adds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct VolumeOptions {
    /// Whether the image's files at the target are not copied into an empty volume.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub nocopy: bool,
    /// A directory inside the volume.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subpath: Option<String>,
}

/// What a tmpfs adds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TmpfsOptions {
    /// Its size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<ByteSize>,
    /// Its mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<u32>,
}
