//! A connection to one engine, and what is known of it. The files beside this one add what it
//! can do.

use std::fmt;

use bollard::{Docker, models::SystemVersion};

use super::{
    address::{Address, SshTarget},
    credentials::Keyring,
    dial::Dial,
    endpoint::Candidate,
};

/// A connected Docker Engine (or a Podman service that speaks its API).
#[derive(Clone)]
pub struct Engine {
    api: Docker,
    dial: Dial,
    facts: Facts,
    keyring: Keyring,
}

/// What an engine said of itself when it was first asked.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The endpoint that answered.
    pub endpoint: Candidate,
    /// Its version, as `20.10.24`.
    pub version: String,
    /// The newest API it speaks.
    pub api_version: ApiVersion,
    /// Whose engine it is.
    pub flavour: Flavour,
    /// The processor of its containers, in Go's words: `amd64`, `arm64`.
    pub architecture: String,
    /// The system of its containers, in Go's words: `linux`, `windows`.
    pub system: String,
}

/// The version of an engine's API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiVersion {
    /// `1` since ever.
    pub major: u16,
    /// `41` for Docker Engine 20.10.
    pub minor: u16,
}

impl ApiVersion {
    fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.split_once('.')?;
        Some(Self {
            major: major.parse().ok()?,
            minor: minor.parse().ok()?,
        })
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Whose engine answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    /// Docker's.
    Docker,
    /// Podman's compatible service.
    Podman,
}

/// Where the engine's published ports are reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// On this machine: a socket, a pipe, or TCP on loopback.
    Local,
    /// On another machine, or in another container.
    Remote {
        /// Its name or address. With ssh this may be an alias of ssh's configuration.
        host: String,
    },
}

impl Facts {
    /// `None` where the answer is not an engine's.
    pub(in crate::docker) fn new(endpoint: Candidate, answer: SystemVersion) -> Option<Self> {
        let api_version = ApiVersion::parse(answer.api_version.as_deref()?)?;
        let podman = answer
            .components
            .iter()
            .flatten()
            .any(|component| component.name.contains("Podman"));
        Some(Self {
            endpoint,
            version: answer.version.unwrap_or_default(),
            api_version,
            flavour: if podman {
                Flavour::Podman
            } else {
                Flavour::Docker
            },
            architecture: answer.arch.unwrap_or_default(),
            system: answer.os.unwrap_or_default(),
        })
    }

    /// Where the engine's published ports are reached.
    pub fn reach(&self) -> Reach {
        match &self.endpoint.address {
            Address::Tcp { host, .. } if !is_loopback(host) => Reach::Remote { host: host.clone() },
            Address::Ssh(SshTarget { host, .. }) => Reach::Remote { host: host.clone() },
            Address::Tcp { .. } | Address::Socket(_) | Address::Pipe(_) => Reach::Local,
        }
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

impl Engine {
    /// Wraps a client that `connect` made.
    pub(in crate::docker) fn new(api: Docker, dial: Dial, facts: Facts, keyring: Keyring) -> Self {
        Self {
            api,
            dial,
            facts,
            keyring,
        }
    }

    /// The API client, for this directory alone.
    pub(in crate::docker) fn api(&self) -> &Docker {
        &self.api
    }

    /// The way to the engine, for connections beside the client's.
    pub(in crate::docker) fn dial(&self) -> &Dial {
        &self.dial
    }

    /// Who we are to registries.
    pub(in crate::docker) fn keyring(&self) -> &Keyring {
        &self.keyring
    }

    /// What the engine said of itself.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Where the engine's published ports are reached.
    pub fn reach(&self) -> Reach {
        self.facts.reach()
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("facts", &self.facts)
            .finish_non_exhaustive()
    }
}
