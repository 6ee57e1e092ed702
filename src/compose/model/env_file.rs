//! `env_file`: files that give a container its environment.

use std::path::PathBuf;

/// One entry of `env_file`. Its variables already stand in the service's environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvFile {
    /// The file, absolute.
    pub path: PathBuf,
    /// Whether it must exist.
    pub required: bool,
    /// `raw` for lines as `docker run --env-file` reads them; `.env` grammar without.
    pub format: Option<String>,
}
