//! What is there: containers, networks and volumes as the engine reports them, as values.
//!
//! The API's answers are all options of options. They are read once, here, into what a plan can
//! decide on; a missing part reads as its harmless value. `observe` asks the engine.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::SystemTime;

use bollard::models::{
    ContainerInspectResponse, ContainerStateStatusEnum, ContainerSummary, EndpointSettings,
    HealthStatusEnum, MountPoint, PortMap,
};

use crate::docker::labels::{self, Labels};
use crate::secret::Secret;

/// A container of a service, as inspected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// The engine's id.
    pub id: String,
    /// Its name, without the engine's leading slash.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// How it stands.
    pub state: State,
    /// What its health check says.
    pub health: Health,
    /// The code of its last end; 0 while it runs.
    pub exit_code: i64,
    /// Whether the kernel killed it for its memory.
    pub out_of_memory: bool,
    /// Why the engine could not start it, where it said so.
    pub engine_error: String,
    /// How often the engine restarted it.
    pub restarts: i64,
    /// The image as it was asked for.
    pub image: String,
    /// The image's id.
    pub image_id: String,
    /// Its environment, the image's own included.
    pub environment: Vec<(String, Secret)>,
    /// What is mounted in it.
    pub mounts: Vec<Mount>,
    /// The networks it is attached to.
    pub networks: Vec<Attachment>,
    /// The network mode it was made with: a network's name, `host`, `none`, `container:…`.
    pub network_mode: String,
    /// The ports that are published now. Empty while it is stopped.
    pub published: Vec<Published>,
    /// When it was created.
    pub created: Option<SystemTime>,
    /// When it was last started.
    pub started: Option<SystemTime>,
    /// Whether it has a terminal, and so a log without stream headers.
    pub terminal: Terminal,
    /// The seconds it asks for between the stop signal and the kill.
    pub stop_timeout: Option<i64>,
}

/// How a container stands, in Docker's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Made, never started.
    Created,
    /// Running.
    Running,
    /// Paused by `docker pause`.
    Paused,
    /// Ended, about to be started again by its restart policy.
    Restarting,
    /// Being removed.
    Removing,
    /// Ended.
    Exited,
    /// Could not be removed wholly.
    Dead,
}

/// What a health check says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// There is no health check.
    Unchecked,
    /// No verdict yet.
    Starting,
    /// The check succeeds.
    Healthy,
    /// The check failed as often as it may. With the output of its last attempt.
    Unhealthy(String),
}

/// Whether a container has a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terminal {
    /// `tty: true`.
    Attached,
    /// No terminal.
    Detached,
}

/// Something mounted in a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Where, inside.
    pub target: String,
    /// What.
    pub source: MountSource,
}

/// What is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MountSource {
    /// A volume, by its name; an unnamed volume has 64 hexadecimal digits.
    Volume(String),
    /// A file or directory of the engine's host.
    Bind(String),
    /// Memory.
    Tmpfs,
    /// Another kind.
    Other(String),
}

/// A container's place on a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The network's name.
    pub network: String,
    /// The network's id.
    pub network_id: String,
    /// The names it answers to there.
    pub aliases: Vec<String>,
    /// Its addresses there; none while it is stopped.
    pub addresses: Vec<IpAddr>,
    /// The network's gateway.
    pub gateway: Option<IpAddr>,
}

/// A port of a container that is reachable from outside its networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Published {
    /// The port inside.
    pub container_port: u16,
    /// Its protocol.
    pub protocol: Protocol,
    /// The address it is bound to on the engine's host; `0.0.0.0` also where none is named.
    pub host_ip: IpAddr,
    /// The port there.
    pub host_port: u16,
}

/// A transport protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

/// A container as the engine's list shows it: enough to say whose it is and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The engine's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// How it stands.
    pub state: State,
    /// The volumes it uses.
    pub volumes: Vec<String>,
    /// The networks it is attached to.
    pub networks: Vec<String>,
    /// The host ports it publishes now.
    pub published: Vec<Published>,
}

/// A network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
}

/// A volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// When it was created.
    pub created: Option<SystemTime>,
}

/// An image that is present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Its id.
    pub id: String,
    /// Its environment.
    pub environment: BTreeMap<String, String>,
}

impl Container {
    /// Reads an inspection.
    pub(in crate::docker) fn read(raw: ContainerInspectResponse) -> Self {
        let state = raw.state.unwrap_or_default();
        let config = raw.config.unwrap_or_default();
        let host = raw.host_config.unwrap_or_default();
        let network = raw.network_settings.unwrap_or_default();
        Self {
            id: raw.id.unwrap_or_default(),
            name: bare(&raw.name.unwrap_or_default()),
            labels: config.labels.unwrap_or_default().into_iter().collect(),
            state: State::read(state.status),
            health: Health::read(state.health),
            exit_code: state.exit_code.unwrap_or_default(),
            out_of_memory: state.oom_killed.unwrap_or_default(),
            engine_error: state.error.unwrap_or_default(),
            restarts: raw.restart_count.unwrap_or_default(),
            image: config.image.unwrap_or_default(),
            image_id: raw.image.unwrap_or_default(),
            environment: config
                .env
                .unwrap_or_default()
                .iter()
                .map(|it| variable(it))
                .collect(),
            mounts: raw
                .mounts
                .unwrap_or_default()
                .into_iter()
                .map(Mount::read)
                .collect(),
            networks: attachments(network.networks),
            network_mode: host.network_mode.unwrap_or_default(),
            published: Published::read(network.ports),
            created: raw.created.as_deref().and_then(instant),
            started: state.started_at.as_deref().and_then(instant),
            terminal: if config.tty == Some(true) {
                Terminal::Attached
            } else {
                Terminal::Detached
            },
            stop_timeout: config.stop_timeout,
        }
    }

    /// The project it belongs to, where a label says so.
    pub fn project(&self) -> Option<&str> {
        self.labels.get(labels::PROJECT).map(String::as_str)
    }

    /// The service it runs, where a label says so.
    pub fn service(&self) -> Option<&str> {
        self.labels.get(labels::SERVICE).map(String::as_str)
    }

    /// What it was made from, where a label says so.
    pub fn config_hash(&self) -> Option<&str> {
        self.labels.get(labels::CONFIG_HASH).map(String::as_str)
    }

    /// The value of a variable of its environment.
    pub fn variable(&self, name: &str) -> Option<&Secret> {
        self.environment
            .iter()
            .rev()
            .find(|(it, _)| it == name)
            .map(|(_, value)| value)
    }

    /// Where one of its TCP ports is published.
    pub fn published_at(&self, container_port: u16) -> impl Iterator<Item = Published> {
        self.published
            .iter()
            .copied()
            .filter(move |it| it.protocol == Protocol::Tcp && it.container_port == container_port)
    }

    /// What is mounted at `target` or at its nearest parent.
    pub fn mount_over(&self, target: &str) -> Option<&Mount> {
        self.mounts
            .iter()
            .filter(|it| is_within(target, &it.target))
            .max_by_key(|it| it.target.len())
    }

    /// Whether it is attached to the network of this name.
    pub fn is_on(&self, network: &str) -> bool {
        self.networks.iter().any(|it| it.network == network)
    }
}

/// Whether `path` is `parent` or beneath it.
pub(in crate::docker) fn is_within(path: &str, parent: &str) -> bool {
    let parent = parent.trim_end_matches('/');
    let path = path.trim_end_matches('/');
    path == parent
        || path
            .strip_prefix(parent)
            .is_some_and(|rest| rest.starts_with('/'))
}

impl State {
    fn read(raw: Option<ContainerStateStatusEnum>) -> Self {
        use ContainerStateStatusEnum as Raw;
        match raw {
            Some(Raw::RUNNING | Raw::STOPPING) => Self::Running,
            Some(Raw::PAUSED) => Self::Paused,
            Some(Raw::RESTARTING) => Self::Restarting,
            Some(Raw::REMOVING) => Self::Removing,
            Some(Raw::EXITED) => Self::Exited,
            Some(Raw::DEAD) => Self::Dead,
            Some(Raw::CREATED | Raw::EMPTY) | None => Self::Created,
        }
    }

    /// Docker's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Removing => "removing",
            Self::Exited => "exited",
            Self::Dead => "dead",
        }
    }

    fn of_word(word: &str) -> Self {
        match word {
            "running" => Self::Running,
            "paused" => Self::Paused,
            "restarting" => Self::Restarting,
            "removing" => Self::Removing,
            "exited" => Self::Exited,
            "dead" => Self::Dead,
            _ => Self::Created,
        }
    }
}

impl Health {
    fn read(raw: Option<bollard::models::Health>) -> Self {
        use HealthStatusEnum as Raw;
        let Some(raw) = raw else {
            return Self::Unchecked;
        };
        match raw.status {
            Some(Raw::STARTING) => Self::Starting,
            Some(Raw::HEALTHY) => Self::Healthy,
            Some(Raw::UNHEALTHY) => {
                let last = raw.log.unwrap_or_default().pop();
                let said = last.and_then(|it| it.output).unwrap_or_default();
                Self::Unhealthy(said.trim().to_owned())
            }
            Some(Raw::NONE | Raw::EMPTY) | None => Self::Unchecked,
        }
    }

    /// Docker's word for it, where there is a check.
    pub fn word(&self) -> Option<&'static str> {
        match self {
            Self::Unchecked => None,
            Self::Starting => Some("starting"),
            Self::Healthy => Some("healthy"),
            Self::Unhealthy(_) => Some("unhealthy"),
        }
    }
}

impl Mount {
    fn read(raw: MountPoint) -> Self {
        let source = match raw.typ.as_deref() {
            Some("volume") => MountSource::Volume(raw.name.unwrap_or_default()),
            Some("bind") => MountSource::Bind(raw.source.unwrap_or_default()),
            Some("tmpfs") => MountSource::Tmpfs,
            other => MountSource::Other(other.unwrap_or_default().to_owned()),
        };
        Self {
            target: raw.destination.unwrap_or_default(),
            source,
        }
    }
}

impl Published {
    fn read(raw: Option<PortMap>) -> Vec<Self> {
        let mut published: Vec<_> = raw
            .unwrap_or_default()
            .into_iter()
            .filter_map(|(port, bindings)| Some((container_port(&port)?, bindings?)))
            .flat_map(|((container_port, protocol), bindings)| {
                bindings.into_iter().filter_map(move |binding| {
                    Some(Self {
                        container_port,
                        protocol,
                        host_ip: host_ip(binding.host_ip.as_deref()),
                        host_port: binding.host_port?.parse().ok().filter(|it| *it != 0)?,
                    })
                })
            })
            .collect();
        published.sort_unstable();
        published.dedup();
        published
    }
}

/// The port and protocol of a key such as `5432/tcp`.
fn container_port(key: &str) -> Option<(u16, Protocol)> {
    let (port, protocol) = key.split_once('/').unwrap_or((key, "tcp"));
    let protocol = match protocol {
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        "sctp" => Protocol::Sctp,
        _ => return None,
    };
    Some((port.parse().ok()?, protocol))
}

/// Some engines leave the address empty where they mean all of them.
fn host_ip(raw: Option<&str>) -> IpAddr {
    raw.and_then(|it| it.parse().ok())
        .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

impl Listed {
    /// Reads a row of the list.
    pub(in crate::docker) fn read(raw: ContainerSummary) -> Self {
        let networks = raw
            .network_settings
            .and_then(|it| it.networks)
            .unwrap_or_default();
        Self {
            id: raw.id.unwrap_or_default(),
            name: raw
                .names
                .unwrap_or_default()
                .first()
                .map(|it| bare(it))
                .unwrap_or_default(),
            labels: raw.labels.unwrap_or_default().into_iter().collect(),
            state: State::of_word(&raw.state.map(|it| it.to_string()).unwrap_or_default()),
            volumes: raw
                .mounts
                .unwrap_or_default()
                .into_iter()
                .filter(|it| it.typ.as_deref() == Some("volume"))
                .filter_map(|it| it.name)
                .collect(),
            networks: networks.into_keys().collect(),
            published: raw
                .ports
                .unwrap_or_default()
                .into_iter()
                .filter_map(|it| {
                    let protocol = it.typ.map(|typ| typ.to_string()).unwrap_or_default();
                    let (container_port, protocol) =
                        container_port(&format!("{}/{protocol}", it.private_port))?;
                    let host_port = it.public_port?;
                    let host_ip = host_ip(it.ip.as_deref());
                    Some(Published {
                        container_port,
                        protocol,
                        host_ip,
                        host_port,
                    })
                })
                .collect(),
        }
    }

    /// The project it belongs to, where a label says so.
    pub fn project(&self) -> Option<&str> {
        self.labels.get(labels::PROJECT).map(String::as_str)
    }

    /// The service it runs, where a label says so.
    pub fn service(&self) -> Option<&str> {
        self.labels.get(labels::SERVICE).map(String::as_str)
    }

    /// Which replica it is.
    pub fn number(&self) -> u32 {
        self.labels
            .get(labels::NUMBER)
            .and_then(|it| it.parse().ok())
            .unwrap_or(u32::MAX)
    }

    /// Whether it is the service's own, rather than made by `run`.
    pub fn is_oneoff(&self) -> bool {
        self.labels
            .get(labels::ONEOFF)
            .is_some_and(|it| it != "False")
    }

    /// Its name, with the project it belongs to.
    pub fn described(&self) -> String {
        match (self.project(), self.service()) {
            (Some(project), Some(service)) => {
                format!(
                    "container `{}` (service `{service}` of project `{project}`)",
                    self.name
                )
            }
            (Some(project), None) => format!("container `{}` (project `{project}`)", self.name),
            (None, _) => format!("container `{}`", self.name),
        }
    }
}

fn bare(name: &str) -> String {
    name.strip_prefix('/').unwrap_or(name).to_owned()
}

fn variable(raw: &str) -> (String, Secret) {
    let (name, value) = raw.split_once('=').unwrap_or((raw, ""));
    (name.to_owned(), Secret::new(value))
}

fn attachments(
    raw: Option<std::collections::HashMap<String, EndpointSettings>>,
) -> Vec<Attachment> {
    let mut attachments: Vec<_> = raw
        .unwrap_or_default()
        .into_iter()
        .map(|(network, endpoint)| Attachment {
            network,
            network_id: endpoint.network_id.unwrap_or_default(),
            aliases: endpoint.aliases.unwrap_or_default(),
            addresses: [endpoint.ip_address, endpoint.global_ipv6_address]
                .into_iter()
                .flatten()
                .filter_map(|it| it.parse().ok())
                .collect(),
            gateway: endpoint.gateway.and_then(|it| it.parse().ok()),
        })
        .collect();
    attachments.sort_by(|a, b| a.network.cmp(&b.network));
    attachments
}

/// Reads a timestamp. The engine writes the year 1 where it means never.
pub(in crate::docker) fn instant(raw: &str) -> Option<SystemTime> {
    let read: jiff::Timestamp = raw.parse().ok()?;
    (read.as_second() > 0).then(|| read.into())
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use bollard::models::{ContainerInspectResponse, ContainerSummary};

    use super::{
        Attachment, Container, Health, Listed, MountSource, Published, State, instant, is_within,
    };

    const RUNNING: &str = r#"{
        "Id": "f1", "Name": "/townpass_db", "Created": "2026-01-02T03:04:05.123456789Z",
        "Image": "sha256:aa", "RestartCount": 2,
        "State": {"Status": "running", "Running": true, "ExitCode": 0, "Error": "",
            "StartedAt": "2026-01-02T03:04:06Z", "FinishedAt": "0001-01-01T00:00:00Z",
            "Health": {"Status": "unhealthy", "FailingStreak": 3, "Log": [
                {"Start": "2026-01-02T03:04:09.5Z", "End": "2026-01-02T03:04:10Z",
                 "ExitCode": 2, "Output": "no response\n"}]}},
        "HostConfig": {"NetworkMode": "backend_default"},
        "Config": {"Image": "postgres:16", "Tty": false, "StopTimeout": 5,
            "Env": ["POSTGRES_USER=admin", "POSTGRES_PASSWORD=a=b", "BARE"],
            "Labels": {"com.docker.compose.project": "backend", "com.docker.compose.service": "db",
                "com.docker.compose.config-hash": "7aead"}},
        "Mounts": [
            {"Type": "volume", "Name": "backend_pgdata", "Source": "/v", "RW": true,
             "Destination": "/var/lib/postgresql/data", "Driver": "local", "Mode": "z"},
            {"Type": "bind", "Source": "/b/init", "Destination": "/docker-entrypoint-initdb.d"}],
        "NetworkSettings": {
            "Ports": {"5432/tcp": [{"HostIp": "0.0.0.0", "HostPort": "5433"},
                                   {"HostIp": "::", "HostPort": "5433"},
                                   {"HostIp": "", "HostPort": "6000"}],
                      "8008/tcp": null, "53/udp": [{"HostIp": "127.0.0.1", "HostPort": "53"}]},
            "Networks": {"backend_default": {"NetworkID": "n1", "Aliases": ["townpass_db", "db"],
                "Gateway": "172.18.0.1", "IPAddress": "172.18.0.2", "GlobalIPv6Address": ""}}}
    }"#;

    fn read(json: &str) -> Container {
        let raw: ContainerInspectResponse = serde_json::from_str(json).expect("valid JSON");
        Container::read(raw)
    }

    #[test]
    fn an_inspection_becomes_a_container() {
        let it = read(RUNNING);
        assert_eq!(
            (it.name.as_str(), it.state, it.restarts),
            ("townpass_db", State::Running, 2)
        );
        assert_eq!(it.health, Health::Unhealthy("no response".to_owned()));
        assert_eq!((it.project(), it.service()), (Some("backend"), Some("db")));
        assert_eq!(it.config_hash(), Some("7aead"));
        assert_eq!(
            it.variable("POSTGRES_PASSWORD").map(|it| it.reveal()),
            Some("a=b")
        );
        assert!(it.variable("NOPE").is_none());
        assert_eq!(it.stop_timeout, Some(5));
        assert_eq!(
            it.networks,
            [Attachment {
                network: "backend_default".to_owned(),
                network_id: "n1".to_owned(),
                aliases: vec!["townpass_db".to_owned(), "db".to_owned()],
                addresses: vec![IpAddr::from([172, 18, 0, 2])],
                gateway: Some(IpAddr::from([172, 18, 0, 1])),
            }]
        );
        assert!(it.is_on("backend_default") && !it.is_on("default"));
        assert!(it.created < it.started);
        assert!(!format!("{it:?}").contains("a=b"));
    }

    #[test]
    fn published_ports_come_from_the_inspection() {
        let ports: Vec<_> = read(RUNNING)
            .published_at(5432)
            .map(
                |Published {
                     host_ip, host_port, ..
                 }| format!("{host_ip} {host_port}"),
            )
            .collect();
        assert_eq!(ports, ["0.0.0.0 5433", "0.0.0.0 6000", ":: 5433"]);
        assert_eq!(read(RUNNING).published_at(8008).count(), 0);
        assert_eq!(
            read(RUNNING).published_at(53).count(),
            0,
            "UDP is another port"
        );
    }

    #[test]
    fn the_mount_over_a_path_is_the_nearest() {
        let it = read(RUNNING);
        let at = |path| it.mount_over(path).map(|it| it.source.clone());
        let volume = MountSource::Volume("backend_pgdata".to_owned());
        assert_eq!(at("/var/lib/postgresql/data"), Some(volume.clone()));
        assert_eq!(at("/var/lib/postgresql/data/pgdata"), Some(volume));
        assert_eq!(at("/var/lib/postgresql"), None);
        assert_eq!(at("/var/lib/postgresql/database"), None);
    }

    #[test]
    fn an_empty_inspection_is_a_container_that_was_never_started() {
        let it = read("{}");
        assert_eq!((it.state, it.health), (State::Created, Health::Unchecked));
        assert!(it.published.is_empty() && it.created.is_none());
    }

    #[test]
    fn a_row_of_the_list_says_whose_it_is() {
        let raw: ContainerSummary = serde_json::from_str(
            r#"{"Id": "a", "Names": ["/x-db-1"], "State": "exited", "Image": "postgres:16",
                "Labels": {"com.docker.compose.project": "x", "com.docker.compose.service": "db",
                    "com.docker.compose.container-number": "1",
                    "com.docker.compose.oneoff": "False"},
                "Ports": [{"IP": "0.0.0.0", "PrivatePort": 5432, "PublicPort": 5433, "Type": "tcp"},
                          {"PrivatePort": 80, "Type": "tcp"}],
                "NetworkSettings": {"Networks": {"x_default": {}}},
                "Mounts": [{"Type": "volume", "Name": "x_pgdata"}, {"Type": "bind", "Source": "/"}]}"#,
        )
        .expect("valid JSON");
        let it = Listed::read(raw);
        assert_eq!(
            it.described(),
            "container `x-db-1` (service `db` of project `x`)"
        );
        assert_eq!(
            (it.number(), it.is_oneoff(), it.state),
            (1, false, State::Exited)
        );
        assert_eq!(
            (it.volumes, it.networks),
            (vec!["x_pgdata".into()], vec!["x_default".into()])
        );
        assert_eq!(it.published.len(), 1);
    }

    #[test]
    fn within_counts_whole_components() {
        for (path, parent, expected) in [
            ("/a/b", "/a", true),
            ("/a/b", "/a/b/", true),
            ("/a/bc", "/a/b", false),
            ("/a", "/a/b", false),
            ("/a", "/", true),
        ] {
            assert_eq!(is_within(path, parent), expected, "{path} in {parent}");
        }
    }

    #[test]
    fn the_year_one_is_never() {
        assert!(instant("0001-01-01T00:00:00Z").is_none());
        assert!(instant("2026-01-02T03:04:05.123456789+08:00").is_some());
    }
}
