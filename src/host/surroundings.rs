//! What this machine looks like from inside, and what follows from that.
//!
//! No single sign is reliable: `/.dockerenv` is missing under Podman and containerd and left
//! over in a WSL distribution imported from an image; control groups of version 2 name no
//! container; the kernel of every container under Docker Desktop calls itself WSL's. So the
//! texts are kept as they were read, and read together.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

/// The local facts, as they were found. Missing files are empty texts.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The operating system.
    pub platform: Platform,
    /// The variables that say something, by name.
    pub variables: BTreeMap<String, String>,
    /// The marker files that exist: `/.dockerenv`, `/run/.containerenv`.
    pub markers: Vec<String>,
    /// `/proc/1/cgroup`.
    pub cgroup: String,
    /// `/proc/self/mountinfo`.
    pub mountinfo: String,
    /// `/proc/version`.
    pub kernel: String,
    /// `/proc/net/route`.
    pub routes: String,
    /// This machine's name.
    pub hostname: String,
}

/// The operating system, as far as addresses care.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Platform {
    /// Linux.
    #[default]
    Linux,
    /// macOS.
    MacOs,
    /// Windows, where `localhost` tries `::1` first and waits.
    Windows,
    /// Any other.
    Other,
}

/// Where this process runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// On a machine, real or virtual.
    Machine,
    /// In a WSL distribution, which shares the machine's loopback.
    Wsl {
        /// Its name.
        distribution: String,
    },
    /// In a container.
    Container(Sort),
}

/// The sort of a container, for words alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A container of Docker's or of an engine like it.
    Plain,
    /// Podman's.
    Podman,
    /// An editor's dev container.
    DevContainer,
    /// GitHub Codespaces.
    Codespaces,
    /// A Kubernetes pod.
    Kubernetes,
}

/// The variables worth keeping.
pub const VARIABLES: &[&str] = &[
    "CODESPACES",
    "DEVCONTAINER",
    "KUBERNETES_SERVICE_HOST",
    "REMOTE_CONTAINERS",
    "WSL_DISTRO_NAME",
    "WSL_INTEROP",
    "container",
];

impl Surroundings {
    /// Where this process runs.
    pub fn place(&self) -> Place {
        let strong = self.own_container_id().is_some()
            || self.has_marker("/run/.containerenv")
            || matches!(self.variable("container"), "docker" | "podman" | "oci")
            || self.has_variable("KUBERNETES_SERVICE_HOST");
        let kernel = self.kernel.to_ascii_lowercase();
        let distribution = self.variable("WSL_DISTRO_NAME");
        if !strong && kernel.contains("microsoft") && !distribution.is_empty() {
            return Place::Wsl {
                distribution: distribution.to_owned(),
            };
        }
        if strong
            || self.has_marker("/.dockerenv")
            || self.has_variable("REMOTE_CONTAINERS")
            || self.has_variable("CODESPACES")
        {
            return Place::Container(self.sort());
        }
        Place::Machine
    }

    fn sort(&self) -> Sort {
        if self.has_variable("KUBERNETES_SERVICE_HOST") {
            Sort::Kubernetes
        } else if self.has_variable("CODESPACES") {
            Sort::Codespaces
        } else if self.has_variable("REMOTE_CONTAINERS") || self.has_variable("DEVCONTAINER") {
            Sort::DevContainer
        } else if self.has_marker("/run/.containerenv") || self.variable("container") == "podman" {
            Sort::Podman
        } else {
            Sort::Plain
        }
    }

    /// The id of the container this process is in.
    ///
    /// Engines mount a file of the container's own directory over `/etc/hostname` and its like,
    /// and the directory is called by the id. Control groups of version 1 are the second best.
    pub fn own_container_id(&self) -> Option<String> {
        let own_files = ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf"];
        self.mountinfo
            .lines()
            .filter_map(|line| {
                let mut fields = line.split(' ').skip(3);
                let (root, mounted_at) = (fields.next()?, fields.next()?);
                own_files.contains(&mounted_at).then_some(root)
            })
            .find_map(|root| {
                let directories: Vec<&str> = root.split('/').collect();
                directories
                    .windows(2)
                    .find(|pair| {
                        matches!(pair[0], "containers" | "overlay-containers") && is_id(pair[1])
                    })
                    .map(|pair| pair[1].to_owned())
            })
            .or_else(|| self.id_in_cgroup())
    }

    fn id_in_cgroup(&self) -> Option<String> {
        self.cgroup.lines().find_map(|line| {
            let path = line.splitn(3, ':').nth(2)?;
            let mut before = "";
            for piece in path.split('/') {
                let bare = piece.strip_suffix(".scope").unwrap_or(piece);
                let (engine, id) = bare.rsplit_once('-').unwrap_or((before, bare));
                if matches!(engine, "docker" | "libpod") && is_id(id) {
                    return Some(id.to_owned());
                }
                before = piece;
            }
            None
        })
    }

    /// The router that a packet for anywhere goes to: in a container, the machine it runs on.
    pub fn default_gateway(&self) -> Option<IpAddr> {
        self.routes.lines().skip(1).find_map(|line| {
            let fields: Vec<&str> = line.split_ascii_whitespace().collect();
            let (destination, gateway, mask) = (*fields.get(1)?, *fields.get(2)?, *fields.get(7)?);
            if destination != "00000000" || mask != "00000000" {
                return None;
            }
            // The kernel prints the address as a number in the machine's own byte order.
            let address = Ipv4Addr::from(u32::from_str_radix(gateway, 16).ok()?.to_ne_bytes());
            (!address.is_unspecified()).then_some(IpAddr::V4(address))
        })
    }

    fn has_marker(&self, path: &str) -> bool {
        self.markers.iter().any(|it| it == path)
    }

    fn variable(&self, name: &str) -> &str {
        self.variables.get(name).map_or("", String::as_str)
    }

    fn has_variable(&self, name: &str) -> bool {
        !matches!(self.variable(name), "" | "0" | "false")
    }
}

fn is_id(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|it| it.is_ascii_hexdigit())
}
