//! A connection to one engine, and what is known of it. The files beside this one add what it
//! can do.

use std::fmt;

use bollard::Docker;

use crate::docker::{
    connect::dial::Dial,
    endpoint::Candidate,
    endpoint::address::{Address, SshTarget},
    image::credentials::Keyring,
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
    /// The newest API it speaks.
    pub api_version: ApiVersion,
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
    pub(in crate::docker) fn parse(text: &str) -> Option<Self> {
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
