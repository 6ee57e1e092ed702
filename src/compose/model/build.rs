//! `build`: how a service's image is made.

use std::collections::BTreeMap;

use super::{ByteSize, FileMount, Hosts, Ulimit};

/// A build section. It is never part of the hash, so it does not serialise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Build {
    /// The directory that is sent (absolute), or the URL of a remote context.
    pub context: String,
    /// The Dockerfile, relative to the context unless absolute. `Dockerfile` where nothing is said.
    pub dockerfile: Option<String>,
    /// The Dockerfile's text, in place of a file.
    pub dockerfile_inline: Option<String>,
    /// Build arguments. `None` as a value takes the builder's own default.
    pub args: BTreeMap<String, Option<String>>,
    /// Labels for the image.
    pub labels: BTreeMap<String, String>,
    /// Images to take cached layers from.
    pub cache_from: Vec<String>,
    /// Where the cache is written (`BuildKit`).
    pub cache_to: Vec<String>,
    /// Whether cached layers are ignored.
    pub no_cache: bool,
    /// Further named contexts (`BuildKit`).
    pub additional_contexts: BTreeMap<String, String>,
    /// Whether base images are pulled even if they are there.
    pub pull: bool,
    /// Lines for `/etc/hosts` while building.
    pub extra_hosts: Hosts,
    /// The isolation technology (Windows).
    pub isolation: Option<String>,
    /// The network that `RUN` sees.
    pub network: Option<String>,
    /// The stage to build.
    pub target: Option<String>,
    /// Secrets given to the build (`BuildKit`).
    pub secrets: Vec<FileMount>,
    /// SSH agents or keys given to the build (`BuildKit`), id to path.
    pub ssh: BTreeMap<String, Option<String>>,
    /// Size of `/dev/shm` while building.
    pub shm_size: Option<ByteSize>,
    /// Further names for the image.
    pub tags: Vec<String>,
    /// Limits of the build's processes.
    pub ulimits: BTreeMap<String, Ulimit>,
    /// Platforms to build for.
    pub platforms: Vec<String>,
    /// Whether `RUN` is privileged (`BuildKit`).
    pub privileged: bool,
    /// Further rights of the build (`BuildKit`).
    pub entitlements: Vec<String>,
}
