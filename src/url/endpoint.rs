//! The address of a database server: as a URL names it, and as a client connects to it.

use std::fmt;

/// A host and a port that a client can connect to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize)]
pub struct Endpoint {
    /// A name or an address; an IPv6 address stands without brackets.
    pub host: String,
    /// The TCP port.
    pub port: u16,
}

impl Endpoint {
    /// PostgreSQL's own port, meant wherever a URL names none.
    pub const DEFAULT_PORT: u16 = 5432;

    /// Takes a host (an IPv6 address without brackets) and a port.
    pub fn new(host: impl Into<String>, port: u16) -> Self {
        Self {
            host: host.into(),
            port,
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Where a URL says that the server is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// A host and a port.
    Tcp(Endpoint),
    /// A Unix socket: the directory it lies in, and the port that is part of its name.
    Socket {
        /// The directory, or an abstract name beginning with `@`.
        directory: String,
        /// The port in `.s.PGSQL.5432`.
        port: u16,
    },
    /// No host is named: every client has a default of its own, always this machine.
    Unnamed {
        /// The port.
        port: u16,
    },
}

impl Address {
    /// The port, which every kind has.
    pub fn port(&self) -> u16 {
        match self {
            Self::Tcp(endpoint) => endpoint.port,
            Self::Socket { port, .. } | Self::Unnamed { port } => *port,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(endpoint) => endpoint.fmt(f),
            Self::Socket { directory, port } => write!(f, "{directory}/.s.PGSQL.{port}"),
            Self::Unnamed { port } => write!(f, "this machine, port {port}"),
        }
    }
}
