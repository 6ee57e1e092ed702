//! A container of a service, as inspected.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::SystemTime;

use bollard::models::{ContainerInspectResponse, EndpointSettings};

use super::mount::is_within;
use super::resource::instant;
use super::{Health, Mount, MountSource, Protocol, Published, State};
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

/// Whether a container has a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terminal {
    /// `tty: true`.
    Attached,
    /// No terminal.
    Detached,
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

    /// Whether it is made from PostgreSQL's image and its data is to outlive it. A service that
    /// only uses the image's tools has an unnamed volume there.
    pub fn keeps_a_database(&self) -> bool {
        let data = self.variable("PGDATA").map_or("", |it| it.reveal());
        self.variable("PG_MAJOR").is_some()
            && self.mount_over(data).is_some_and(|it| match &it.source {
                MountSource::Volume(name) => name.len() != 64,
                MountSource::Bind(_) => true,
                MountSource::Tmpfs | MountSource::Other(_) => false,
            })
    }

    /// Whether it is attached to the network of this name or id.
    pub fn is_on(&self, network: &str) -> bool {
        self.networks
            .iter()
            .any(|it| it.network == network || it.network_id == network)
    }
}

pub(super) fn bare(name: &str) -> String {
    name.strip_prefix('/').unwrap_or(name).to_owned()
}

fn variable(raw: &str) -> (String, Secret) {
    let (name, value) = raw.split_once('=').unwrap_or((raw, ""));
    (name.to_owned(), Secret::new(value))
}

fn attachments(raw: Option<HashMap<String, EndpointSettings>>) -> Vec<Attachment> {
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

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use bollard::models::ContainerInspectResponse;

    use super::super::{Health, MountSource, Published, State};
    use super::{Attachment, Container};
    use crate::secret::Secret;

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

    pub(super) fn read(json: &str) -> Container {
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
            it.variable("POSTGRES_PASSWORD").map(Secret::reveal),
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
}
