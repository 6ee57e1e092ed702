//! What the loader is told. Everything else it reads from files.

use std::{collections::BTreeMap, path::PathBuf};

/// What was typed and what is known, as values.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The current directory, absolute.
    pub directory: PathBuf,
    /// `-f`, in order.
    pub files: Vec<PathBuf>,
    /// `--project-directory`.
    pub project_directory: Option<PathBuf>,
    /// `-p`.
    pub project_name: Option<String>,
    /// `--profile`.
    pub profiles: Vec<String>,
    /// `--env-file`.
    pub env_files: Vec<PathBuf>,
    /// The operating system's environment.
    pub environment: BTreeMap<String, String>,
    /// The user's home directory, for paths that begin with `~`.
    pub home: Option<PathBuf>,
    /// Which rules the host has for paths in variables and for names of variables.
    pub host: HostSystem,
}

/// What kind of system this process runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostSystem {
    /// Linux, macOS and the like.
    Unix,
    /// Windows: `;` between paths, and names of variables without case.
    Windows,
}

impl Default for HostSystem {
    fn default() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else {
            Self::Unix
        }
    }
}

impl Request {
    /// A request for what a plain `docker compose` in a directory would load.
    pub fn in_directory(
        directory: impl Into<PathBuf>,
        environment: BTreeMap<String, String>,
    ) -> Self {
        // A `HOME` on Windows is a Unix shell's, and is no path that Windows knows.
        let home = match HostSystem::default() {
            HostSystem::Unix => "HOME",
            HostSystem::Windows => "USERPROFILE",
        };
        let home = environment.get(home).map(PathBuf::from);
        Self {
            directory: directory.into(),
            environment,
            home,
            ..Self::default()
        }
    }
}
