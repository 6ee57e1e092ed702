//! Where an engine listens: the addresses that `DOCKER_HOST` and contexts write.

use std::{fmt, path::PathBuf};

/// Where an engine listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A Unix socket.
    Socket(PathBuf),
    /// A Windows named pipe, as `//./pipe/docker_engine`.
    Pipe(String),
    /// A TCP port.
    Tcp {
        /// A name or an address, IPv6 without brackets.
        host: String,
        /// The port.
        port: u16,
        /// How the connection is kept private, if it is.
        tls: Option<Tls>,
    },
    /// Another machine's own engine, through `ssh`.
    Ssh(SshTarget),
}

/// The files of a TLS connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// Who may vouch for the engine, beside the system's own authorities.
    pub ca: Option<PathBuf>,
    /// Our certificate and its key.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// Whether the engine has to prove who it is.
    pub verify: Verify,
}

/// Whether a TLS server has to prove who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verify {
    /// It has to.
    Server,
    /// A context said `SkipTLSVerify`.
    Nothing,
}

/// A machine as `ssh` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SshTarget {
    /// The user, if not the one of ssh's configuration.
    pub user: Option<String>,
    /// The host, or an alias of ssh's configuration.
    pub host: String,
    /// The port, if not the one of ssh's configuration.
    pub port: Option<u16>,
    /// The engine's socket over there, if not the usual one.
    pub socket: Option<String>,
}

impl Address {
    /// Reads an address as `DOCKER_HOST` and contexts write it; `tls` counts for those of TCP.
    pub fn read(text: &str, tls: Option<Tls>) -> Option<Self> {
        let trimmed = text.trim();
        let (scheme, rest) = match trimmed.split_once("://") {
            Some((scheme, rest)) => (scheme, rest),
            None if trimmed.starts_with('/') => ("unix", trimmed),
            None => ("tcp", trimmed),
        };
        if rest.is_empty() {
            return None;
        }
        Some(match scheme {
            "unix" => Self::Socket(PathBuf::from(rest)),
            "npipe" => Self::Pipe(rest.replace('\\', "/")),
            "tcp" | "http" | "https" => {
                let tls = match scheme {
                    "https" => Some(tls.unwrap_or(Tls {
                        ca: None,
                        identity: None,
                        verify: Verify::Server,
                    })),
                    "http" => None,
                    _ => tls,
                };
                let usual = if tls.is_some() { 2376 } else { 2375 };
                let authority = rest.split('/').next().unwrap_or_default();
                let (host, port) = host_and_port(authority)?;
                Self::Tcp {
                    host,
                    port: port.unwrap_or(usual),
                    tls,
                }
            }
            "ssh" => Self::Ssh(ssh_target(rest)?),
            _ => return None,
        })
    }
}

fn ssh_target(rest: &str) -> Option<SshTarget> {
    let (authority, path) = match rest.find('/') {
        Some(slash) => rest.split_at(slash),
        None => (rest, ""),
    };
    let (user, authority) = match authority.rsplit_once('@') {
        Some((user, authority)) => (Some(user), authority),
        None => (None, authority),
    };
    // Docker's client refuses a password in the address too: ssh has no use for it.
    if user.is_some_and(|user| user.is_empty() || user.contains(':')) {
        return None;
    }
    let (host, port) = host_and_port(authority)?;
    Some(SshTarget {
        user: user.map(str::to_owned),
        host,
        port,
        socket: (path.len() > 1).then(|| path.to_owned()),
    })
}

fn host_and_port(authority: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (host, port) = rest.split_once(']')?;
        let port = match port {
            "" => None,
            port => Some(port.strip_prefix(':')?),
        };
        (host, port)
    } else if authority.matches(':').count() > 1 {
        (authority, None)
    } else {
        match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        }
    };
    if host.is_empty() || host.contains(char::is_whitespace) {
        return None;
    }
    let port = match port {
        Some(port) => Some(port.parse().ok().filter(|port| *port != 0)?),
        None => None,
    };
    Some((host.to_owned(), port))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(path) => write!(f, "unix://{}", path.display()),
            Self::Pipe(name) => write!(f, "npipe://{name}"),
            Self::Tcp { host, port, .. } if host.contains(':') => {
                write!(f, "tcp://[{host}]:{port}")
            }
            Self::Tcp { host, port, .. } => write!(f, "tcp://{host}:{port}"),
            Self::Ssh(SshTarget {
                user,
                host,
                port,
                socket,
            }) => {
                f.write_str("ssh://")?;
                if let Some(user) = user {
                    write!(f, "{user}@")?;
                }
                f.write_str(host)?;
                if let Some(port) = port {
                    write!(f, ":{port}")?;
                }
                f.write_str(socket.as_deref().unwrap_or_default())
            }
        }
    }
}

impl SshTarget {
    /// The arguments for `ssh` that join its pipes to the engine over there.
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = vec![
            "-T".to_owned(),
            "-o".to_owned(),
            "ConnectTimeout=30".to_owned(),
        ];
        if let Some(user) = &self.user {
            arguments.extend(["-l".to_owned(), user.clone()]);
        }
        if let Some(port) = self.port {
            arguments.extend(["-p".to_owned(), port.to_string()]);
        }
        // A host that begins with a dash must not be read as an option.
        arguments.extend(["--".to_owned(), self.host.clone(), "docker".to_owned()]);
        if let Some(socket) = &self.socket {
            let quoted = socket.replace('\'', r"'\''");
            arguments.extend(["--host".to_owned(), format!("'unix://{quoted}'")]);
        }
        arguments.extend(["system".to_owned(), "dial-stdio".to_owned()]);
        arguments
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Address, SshTarget};

    #[test]
    fn addresses() {
        let tcp = |host: &str, port| Address::Tcp {
            host: host.to_owned(),
            port,
            tls: None,
        };
        let ssh = |user: Option<&str>, host: &str, port, socket: Option<&str>| {
            Address::Ssh(SshTarget {
                user: user.map(str::to_owned),
                host: host.to_owned(),
                port,
                socket: socket.map(str::to_owned),
            })
        };
        let socket = |path: &str| Address::Socket(PathBuf::from(path));
        let cases = [
            (
                "unix:///var/run/docker.sock",
                socket("/var/run/docker.sock"),
            ),
            ("/run/x.sock", socket("/run/x.sock")),
            (
                "npipe:////./pipe/docker_engine",
                Address::Pipe("//./pipe/docker_engine".to_owned()),
            ),
            (
                r"npipe://\\.\pipe\docker_engine",
                Address::Pipe("//./pipe/docker_engine".to_owned()),
            ),
            ("tcp://host:1234", tcp("host", 1234)),
            ("tcp://host", tcp("host", 2375)),
            ("http://host:1234/", tcp("host", 1234)),
            ("host:1234", tcp("host", 1234)),
            ("tcp://[::1]:1234", tcp("::1", 1234)),
            ("tcp://[::1]", tcp("::1", 2375)),
            ("tcp://::1", tcp("::1", 2375)),
            ("ssh://host", ssh(None, "host", None, None)),
            ("ssh://me@host:22", ssh(Some("me"), "host", Some(22), None)),
            (
                "ssh://host/run/d.sock",
                ssh(None, "host", None, Some("/run/d.sock")),
            ),
            (
                "ssh://me@[fe80::1]:22/",
                ssh(Some("me"), "fe80::1", Some(22), None),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(Address::read(text, None), Some(expected), "{text}");
        }
        for text in [
            "",
            "unix://",
            "tcp://",
            "ftp://host",
            "tcp://host:port",
            "tcp://host:0",
            "tcp://ho st",
            "ssh://",
            "ssh://me:secret@host",
            "ssh://@host",
            "tcp://[::1",
        ] {
            assert_eq!(Address::read(text, None), None, "{text}");
        }
    }

    #[test]
    fn a_host_is_never_an_option_of_ssh() {
        let Some(Address::Ssh(target)) = Address::read("ssh://me@-oProxyCommand=x:22/a b'c", None)
        else {
            panic!("it is an address");
        };
        let expected = [
            "-T",
            "-o",
            "ConnectTimeout=30",
            "-l",
            "me",
            "-p",
            "22",
            "--",
            "-oProxyCommand=x",
            "docker",
            "--host",
            r"'unix:///a b'\''c'",
            "system",
            "dial-stdio",
        ];
        assert_eq!(target.arguments(), expected);
    }
}
