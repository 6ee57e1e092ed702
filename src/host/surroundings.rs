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
            || (self.has_marker("/.dockerenv") && self.may_be_docker())
            || self.has_variable("REMOTE_CONTAINERS")
            || self.has_variable("CODESPACES")
        {
            return Place::Container(self.sort());
        }
        Place::Machine
    }

    /// `/.dockerenv` is left over where an image was made into a virtual machine or a WSL
    /// distribution. In a real container the engine mounts its own `/etc/hostname` or its like.
    fn may_be_docker(&self) -> bool {
        self.mountinfo.is_empty() || self.own_mounts().next().is_some()
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
        self.own_mounts()
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

    /// What is mounted over the files that an engine writes for each container.
    fn own_mounts(&self) -> impl Iterator<Item = &str> {
        let files = ["/etc/hostname", "/etc/hosts", "/etc/resolv.conf"];
        self.mountinfo.lines().filter_map(move |line| {
            let mut fields = line.split(' ').skip(3);
            let (root, mounted_at) = (fields.next()?, fields.next()?);
            files.contains(&mounted_at).then_some(root)
        })
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Place, Sort, Surroundings};

    const ID: &str = "e9de651cf189633dbc493cbd5f9e9a07d1bb5f52a79b7a7fa8f6a83c7e894dae";
    const WSL_KERNEL: &str = "Linux version 5.15.167.4-microsoft-standard-WSL2 (root@f9c826d3017f)";

    fn mounted(root: &str, at: &str) -> String {
        format!("86 69 254:0 {root} {at} rw,relatime - ext4 /dev/vda rw,discard\n")
    }

    fn with(markers: &[&str], variables: &[(&str, &str)]) -> Surroundings {
        Surroundings {
            markers: markers.iter().map(|it| (*it).to_owned()).collect(),
            variables: variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect::<BTreeMap<_, _>>(),
            mountinfo: mounted("/", "/"),
            ..Surroundings::default()
        }
    }

    #[test]
    fn signs_are_read_together() {
        let wsl = Place::Wsl {
            distribution: "Ubuntu".to_owned(),
        };
        let docker = mounted(
            &format!("/var/lib/docker/containers/{ID}/hostname"),
            "/etc/hostname",
        );
        for (what, found, expected) in [
            ("nothing", with(&[], &[]), Place::Machine),
            (
                "a virtual machine made of an image",
                with(&["/.dockerenv"], &[]),
                Place::Machine,
            ),
            (
                "docker",
                Surroundings {
                    mountinfo: docker.clone(),
                    ..with(&["/.dockerenv"], &[])
                },
                Place::Container(Sort::Plain),
            ),
            (
                "a sandbox that hides where its mounts come from",
                Surroundings {
                    mountinfo: mounted("/", "/etc/resolv.conf"),
                    ..with(&["/.dockerenv"], &[])
                },
                Place::Container(Sort::Plain),
            ),
            (
                "no mounts are known",
                Surroundings {
                    mountinfo: String::new(),
                    ..with(&["/.dockerenv"], &[])
                },
                Place::Container(Sort::Plain),
            ),
            (
                "podman",
                with(&["/run/.containerenv"], &[("container", "podman")]),
                Place::Container(Sort::Podman),
            ),
            (
                "a system container",
                with(&[], &[("container", "lxc")]),
                Place::Machine,
            ),
            (
                "a pod",
                with(&[], &[("KUBERNETES_SERVICE_HOST", "10.96.0.1")]),
                Place::Container(Sort::Kubernetes),
            ),
            (
                "a dev container",
                with(&["/.dockerenv"], &[("REMOTE_CONTAINERS", "true")]),
                Place::Container(Sort::DevContainer),
            ),
            (
                "a codespace",
                with(&[], &[("CODESPACES", "true")]),
                Place::Container(Sort::Codespaces),
            ),
            (
                "not a codespace",
                with(&[], &[("CODESPACES", "false")]),
                Place::Machine,
            ),
            (
                "WSL",
                Surroundings {
                    kernel: WSL_KERNEL.to_owned(),
                    ..with(&["/.dockerenv"], &[("WSL_DISTRO_NAME", "Ubuntu")])
                },
                wsl,
            ),
            (
                "a container under WSL's kernel",
                Surroundings {
                    kernel: WSL_KERNEL.to_owned(),
                    mountinfo: docker,
                    ..with(&["/.dockerenv"], &[])
                },
                Place::Container(Sort::Plain),
            ),
        ] {
            assert_eq!(found.place(), expected, "{what}");
        }
    }

    #[test]
    fn a_container_finds_its_own_id() {
        let other = ID.replace('e', "f");
        for (what, mountinfo, cgroup, found) in [
            (
                "docker, control groups of version 2",
                mounted(
                    &format!("/var/lib/docker/containers/{ID}/resolv.conf"),
                    "/etc/resolv.conf",
                ),
                "0::/".to_owned(),
                true,
            ),
            (
                "docker's directory on a disk of its own",
                mounted(&format!("/containers/{ID}/hosts"), "/etc/hosts"),
                String::new(),
                true,
            ),
            (
                "podman",
                mounted(
                    &format!("/containers/storage/overlay-containers/{ID}/userdata/hostname"),
                    "/etc/hostname",
                ),
                String::new(),
                true,
            ),
            (
                "an engine inside: its containers' mounts are not ours",
                mounted(
                    &format!("/var/lib/docker/containers/{other}/mounts/shm"),
                    &format!("/var/lib/docker/containers/{other}/mounts/shm"),
                ),
                format!("9:name=systemd:/docker/{ID}"),
                true,
            ),
            (
                "systemd's names",
                String::new(),
                format!("1:cpu:/system.slice/docker-{ID}.scope"),
                true,
            ),
            (
                "podman's scope",
                String::new(),
                format!("0::/user.slice/libpod-{ID}.scope/container"),
                true,
            ),
            (
                "a pod",
                mounted(
                    &format!("/io.containerd.grpc.v1.cri/sandboxes/{ID}/hostname"),
                    "/etc/hostname",
                ),
                format!("0::/kubepods/burstable/pod1/{ID}"),
                false,
            ),
            (
                "a machine",
                mounted("/", "/"),
                "0::/init.scope".to_owned(),
                false,
            ),
        ] {
            let surroundings = Surroundings {
                cgroup,
                mountinfo,
                ..Surroundings::default()
            };
            let expected = found.then(|| ID.to_owned());
            assert_eq!(surroundings.own_container_id(), expected, "{what}");
        }
    }

    #[cfg(target_endian = "little")]
    #[test]
    fn the_gateway_is_read_from_the_kernels_table() {
        let table = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT \n\
                     eth0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n\
                     eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0\n";
        let gateway = |routes: &str| {
            let surroundings = Surroundings {
                routes: routes.to_owned(),
                ..Surroundings::default()
            };
            surroundings.default_gateway().map(|it| it.to_string())
        };
        assert_eq!(gateway(table).as_deref(), Some("172.17.0.1"));
        assert_eq!(gateway(&table.replace("010011AC", "00000000")), None);
        assert_eq!(gateway(""), None);
    }
}
