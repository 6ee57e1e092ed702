//! The values of the world that decide which engine is meant.

use std::path::PathBuf;

/// The values that decide which engine is meant. Whoever reads the environment fills them in;
/// an empty variable counts as unset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// `--context`.
    pub context: Option<String>,
    /// `DOCKER_HOST`.
    pub docker_host: Option<String>,
    /// `DOCKER_CONTEXT`.
    pub docker_context: Option<String>,
    /// `DOCKER_CONFIG`, the directory of Docker's configuration; `~/.docker` where unset.
    pub docker_config: Option<PathBuf>,
    /// Whether `DOCKER_TLS_VERIFY` is set to something.
    pub tls_verify: bool,
    /// `DOCKER_CERT_PATH`.
    pub cert_path: Option<PathBuf>,
    /// The user's home directory.
    pub home: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`.
    pub runtime_directory: Option<PathBuf>,
    /// The user's number, on Unix.
    pub user_id: Option<u32>,
    /// The operating system.
    pub platform: Platform,
    /// The program that `ssh://` endpoints go through, usually just `ssh`.
    pub ssh: PathBuf,
}

impl Surroundings {
    /// Surroundings where nothing is set.
    pub fn new(platform: Platform) -> Self {
        Self {
            context: None,
            docker_host: None,
            docker_context: None,
            docker_config: None,
            tls_verify: false,
            cert_path: None,
            home: None,
            runtime_directory: None,
            user_id: None,
            platform,
            ssh: PathBuf::from("ssh"),
        }
    }

    /// The directory of `config.json` and the context store.
    pub fn configuration(&self) -> Option<PathBuf> {
        self.docker_config
            .clone()
            .or_else(|| self.home.as_ref().map(|home| home.join(".docker")))
    }
}

/// The operating systems whose usual places differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// Linux and other Unix systems.
    Linux,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

impl Platform {
    /// The one that this program was built for.
    pub const fn here() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::MacOs
        } else {
            Self::Linux
        }
    }
}
