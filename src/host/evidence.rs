//! All that is known about where the database is, as values.
//!
//! The engine's part is filled in by whoever talks to the engine; this module does not.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::surroundings::Surroundings;
use crate::ident::ServiceName;
use crate::url::Endpoint;

/// Everything a decision rests on.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// What this machine looks like.
    pub surroundings: Surroundings,
    /// Where the engine is.
    pub engine: Engine,
    /// What serves the database.
    pub server: Server,
    /// What the engine says about the container this process is in.
    pub own: OwnContainer,
    /// What the user said, which ends all reasoning.
    pub explicit: Option<Override>,
    /// What names resolve to; an empty list for one that does not, nothing for one not asked.
    pub resolved: BTreeMap<String, Vec<IpAddr>>,
    /// What answered where; nothing for an endpoint not tried.
    pub answers: Vec<(Endpoint, Answer)>,
}

impl Evidence {
    /// What answered at `endpoint`, if it was tried.
    pub fn answer(&self, endpoint: &Endpoint) -> Option<&Answer> {
        self.answers
            .iter()
            .find(|(tried, _)| tried == endpoint)
            .map(|(_, answer)| answer)
    }

    /// Whether a PostgreSQL is known to answer at `endpoint`.
    pub fn answers_at(&self, endpoint: &Endpoint) -> bool {
        self.answer(endpoint) == Some(&Answer::PostgreSql)
    }

    /// Whether `name` is known to resolve.
    pub fn resolves(&self, name: &str) -> bool {
        self.resolved.get(name).is_some_and(|it| !it.is_empty())
    }
}

/// Where the engine is, which says where its published ports are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// No engine is known.
    #[default]
    None,
    /// Behind a socket, a pipe or a loopback port: ports are published on this machine.
    Local,
    /// On another machine, by TCP or ssh: ports are published there.
    Remote {
        /// That machine, as the engine's endpoint names it.
        host: String,
    },
}

impl Engine {
    /// Reads an engine's endpoint: `unix://…`, `npipe://…`, `tcp://host:port`, `ssh://user@host`.
    pub fn at(endpoint: &str) -> Self {
        let Some((scheme, rest)) = endpoint.split_once("://") else {
            return Self::Local;
        };
        if !["tcp", "ssh", "http", "https"].contains(&scheme) {
            return Self::Local;
        }
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        let host = match host.strip_prefix('[') {
            Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
            None => host.split(':').next().unwrap_or_default(),
        };
        Self::on(host)
    }

    /// The engine on `host`: this machine's where that is a name of its loopback, by ssh too.
    pub fn on(host: &str) -> Self {
        if host.is_empty() || super::names::is_loopback(host) {
            Self::Local
        } else {
            Self::Remote {
                host: host.to_owned(),
            }
        }
    }
}

/// What serves the database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Server {
    /// Nothing is known.
    #[default]
    Unknown,
    /// A container of the Compose file's service.
    Container(Service),
    /// A process on this machine that stands in for the service.
    Process {
        /// The service it stands in for.
        name: ServiceName,
        /// Where it listens.
        endpoint: Endpoint,
    },
}

/// The service's container, as inspect shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// The service's key in the Compose file.
    pub name: ServiceName,
    /// The container's name, without a slash.
    pub container: String,
    /// The id of the container whose network it uses: its own, or the one it joined.
    pub id: String,
    /// Whether it runs: a stopped container publishes nothing.
    pub standing: Standing,
    /// The port that PostgreSQL listens on inside.
    pub port: u16,
    /// Where that port is published, from `NetworkSettings.Ports`; never from the Compose file.
    pub published: Vec<Published>,
    /// What it is attached to.
    pub network: Network,
}

/// Whether a container runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It runs.
    Running,
    /// It does not.
    Stopped,
}

/// One place where a container's port is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The address it is bound to, as inspect writes it: `0.0.0.0`, `::`, `127.0.0.1`, or empty
    /// with Podman.
    pub host_ip: String,
    /// The port there.
    pub host_port: u16,
}

/// What a container is attached to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Network {
    /// Networks of the engine's.
    Attached(Vec<Attachment>),
    /// `network_mode: host`.
    Host,
    /// Another container's network namespace, by that container's id.
    Container(String),
    /// `network_mode: none`.
    None,
}

/// A container's place on one network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The network's name.
    pub network: String,
    /// The network's id.
    pub id: String,
    /// The container's addresses there, IPv4 first; none while it is stopped.
    pub addresses: Vec<IpAddr>,
    /// The names that the network's DNS gives it.
    pub aliases: Vec<String>,
}

/// What the engine says about the container this process is in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum OwnContainer {
    /// It was not asked, or the container's id is not known.
    #[default]
    Unknown,
    /// The engine has no such container: it runs beside this process, not beneath it.
    Elsewhere,
    /// It is one of the engine's.
    Known {
        /// The id of the container whose network it uses: its own, or the one it joined.
        id: String,
        /// What that is attached to.
        network: Network,
    },
}

/// What the user said about where the database is: `HOST` or `HOST:PORT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// The host, an IPv6 address without brackets.
    pub host: String,
    /// The port; where none is said, the published one.
    pub port: Option<u16>,
    /// Where it was said: `TOWNPASS_DB_HOST`, `--db-host`.
    pub source: String,
}

impl Override {
    /// Reads `HOST`, `HOST:PORT`, `[::1]:PORT` or a bare IPv6 address.
    ///
    /// `None` where the text is no such thing.
    pub fn parse(text: &str, source: impl Into<String>) -> Option<Self> {
        let text = text.trim();
        let (host, port) = if let Some(bracketed) = text.strip_prefix('[') {
            let (host, rest) = bracketed.split_once(']')?;
            host.parse::<IpAddr>().ok()?;
            (
                host,
                if rest.is_empty() {
                    None
                } else {
                    Some(rest.strip_prefix(':')?)
                },
            )
        } else if text.parse::<IpAddr>().is_ok() {
            (text, None)
        } else {
            match text.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            }
        };
        if host.is_empty() || host.contains(['/', '@', ' ']) {
            return None;
        }
        let port = match port {
            Some(digits) => Some(digits.parse().ok().filter(|port| *port > 0)?),
            None => None,
        };
        Some(Self {
            host: host.to_owned(),
            port,
            source: source.into(),
        })
    }
}

/// What came of knocking at an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A PostgreSQL, or a pooler that speaks its protocol.
    PostgreSql,
    /// Something that is none.
    Other,
    /// Nothing, and why.
    Nothing(String),
}

#[cfg(test)]
mod tests {
    use super::{Engine, Override};

    #[test]
    fn an_engines_endpoint_says_where_its_ports_are() {
        for (endpoint, host) in [
            ("unix:///var/run/docker.sock", None),
            ("npipe:////./pipe/docker_engine", None),
            ("/var/run/docker.sock", None),
            ("tcp://127.0.0.1:2375", None),
            ("tcp://localhost:2375", None),
            ("tcp://[::1]:2376", None),
            ("tcp://:2375", None),
            ("fd://", None),
            ("tcp://10.0.0.7:2376", Some("10.0.0.7")),
            ("tcp://docker:2375", Some("docker")),
            (
                "https://build.example.org:2376/v1.43",
                Some("build.example.org"),
            ),
            ("tcp://[fd00::7]:2376", Some("fd00::7")),
            (
                "ssh://deploy@build.example.org:22",
                Some("build.example.org"),
            ),
            ("ssh://build", Some("build")),
        ] {
            let expected = host.map_or(Engine::Local, |host| Engine::Remote {
                host: host.to_owned(),
            });
            assert_eq!(Engine::at(endpoint), expected, "{endpoint}");
        }
    }

    #[test]
    fn an_override_is_a_host_and_perhaps_a_port() {
        for (text, expected) in [
            ("db", Some(("db", None))),
            ("db:5433", Some(("db", Some(5433)))),
            ("10.0.0.1:1", Some(("10.0.0.1", Some(1)))),
            ("::1", Some(("::1", None))),
            ("[::1]", Some(("::1", None))),
            ("[::1]:5433", Some(("::1", Some(5433)))),
            ("", None),
            ("db:", None),
            ("db:0", None),
            ("db:70000", None),
            ("[::1", None),
            ("[db]:1", None),
            ("postgres://db", None),
        ] {
            let found = Override::parse(text, "--db-host");
            let found = found.as_ref().map(|it| (it.host.as_str(), it.port));
            assert_eq!(found, expected, "{text}");
        }
    }
}
