//! Which engine is meant, decided from values alone.
//!
//! The order is that of Docker's own client: `--context`, `DOCKER_HOST`, `DOCKER_CONTEXT`, the
//! current context of `config.json`, and last the places where engines are usually found. A
//! choice that somebody made is exclusive: when that engine does not answer, no other is asked,
//! since another engine has other data. Only the usual places are tried one after the other.

use std::{fmt, path::PathBuf};

use super::Error;

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

/// An endpoint to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Where it is.
    pub address: Address,
    /// Who named it.
    pub origin: Origin,
}

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

/// Who named an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `--context`, with the context's name.
    Flag(String),
    /// `DOCKER_HOST`.
    HostVariable,
    /// `DOCKER_CONTEXT`, with the context's name.
    ContextVariable(String),
    /// `currentContext` in `config.json`, with the context's name.
    CurrentContext(String),
    /// Nobody: one of the usual places.
    Default(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(f, "--context {name}"),
            Self::HostVariable => f.write_str("DOCKER_HOST"),
            Self::ContextVariable(name) => write!(f, "DOCKER_CONTEXT={name}"),
            Self::CurrentContext(name) => write!(f, "current context {name}"),
            Self::Default(what) => f.write_str(what),
        }
    }
}

/// Which engine is meant, before any file of a context was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The one at `DOCKER_HOST`.
    Host(String),
    /// The one that a context of the store names.
    Context(Origin),
    /// Whichever of the usual places answers first.
    Usual,
}

impl Origin {
    /// The context that was named, if one was.
    pub fn context(&self) -> Option<&str> {
        match self {
            Self::Flag(name) | Self::ContextVariable(name) | Self::CurrentContext(name) => {
                Some(name)
            }
            Self::HostVariable | Self::Default(_) => None,
        }
    }
}

/// Which engine is meant, `current_context` being that of `config.json`.
///
/// The context `default` is not in the store; it stands for `DOCKER_HOST` or the usual places.
pub fn choose(surroundings: &Surroundings, current_context: Option<&str>) -> Choice {
    let host = surroundings.docker_host.clone();
    let variable = surroundings.docker_context.clone();
    let named = match (&surroundings.context, &host, variable, current_context) {
        (Some(name), ..) => Origin::Flag(name.clone()),
        (None, Some(host), ..) => return Choice::Host(host.clone()),
        (None, None, Some(name), _) => Origin::ContextVariable(name),
        (None, None, None, Some(name)) => Origin::CurrentContext(name.to_owned()),
        (None, None, None, None) => return Choice::Usual,
    };
    match (named.context(), host) {
        (Some("default" | ""), Some(host)) => Choice::Host(host),
        (Some("default" | ""), None) => Choice::Usual,
        _ => Choice::Context(named),
    }
}

/// The TLS files that the variables ask for, for an address of `DOCKER_HOST`.
pub fn variable_tls(surroundings: &Surroundings) -> Option<Tls> {
    if !surroundings.tls_verify {
        return None;
    }
    let directory = surroundings
        .cert_path
        .clone()
        .or_else(|| surroundings.configuration())?;
    Some(Tls {
        ca: Some(directory.join("ca.pem")),
        identity: Some((directory.join("cert.pem"), directory.join("key.pem"))),
        verify: Verify::Server,
    })
}

/// Reads an address as `DOCKER_HOST` and contexts write it.
pub fn parse(text: &str, origin: Origin, tls: Option<Tls>) -> Result<Candidate, Error> {
    let malformed = || Error::Address {
        address: text.to_owned(),
        origin: origin.to_string(),
    };
    let trimmed = text.trim();
    let (scheme, rest) = match trimmed.split_once("://") {
        Some((scheme, rest)) => (scheme, rest),
        None if trimmed.starts_with('/') => ("unix", trimmed),
        None => ("tcp", trimmed),
    };
    if rest.is_empty() {
        return Err(malformed());
    }
    let address = match scheme {
        "unix" => Address::Socket(PathBuf::from(rest)),
        "npipe" => Address::Pipe(rest.replace('\\', "/")),
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
            let (host, port) = host_and_port(authority).ok_or_else(malformed)?;
            Address::Tcp {
                host,
                port: port.unwrap_or(usual),
                tls,
            }
        }
        "ssh" => Address::Ssh(ssh_target(rest).ok_or_else(malformed)?),
        _ => return Err(malformed()),
    };
    Ok(Candidate { address, origin })
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

    use super::{
        Address, Choice, Origin, Platform, SshTarget, Surroundings, Tls, Verify, choose, parse,
        variable_tls,
    };

    #[test]
    fn the_order_is_that_of_dockers_client() {
        let host = || Choice::Host("tcp://h".to_owned());
        let flag = || Choice::Context(Origin::Flag("f".to_owned()));
        let variable = || Choice::Context(Origin::ContextVariable("v".to_owned()));
        let current = || Choice::Context(Origin::CurrentContext("c".to_owned()));
        // --context, DOCKER_HOST, DOCKER_CONTEXT, currentContext
        let cases = [
            (Some("f"), Some("tcp://h"), Some("v"), Some("c"), flag()),
            (None, Some("tcp://h"), Some("v"), Some("c"), host()),
            (None, None, Some("v"), Some("c"), variable()),
            (None, None, None, Some("c"), current()),
            (None, None, None, None, Choice::Usual),
            (Some("default"), None, Some("v"), Some("c"), Choice::Usual),
            (Some("default"), Some("tcp://h"), None, None, host()),
            (None, None, Some("default"), Some("c"), Choice::Usual),
            (None, None, None, Some("default"), Choice::Usual),
        ];
        for (context, docker_host, docker_context, current, expected) in cases {
            let surroundings = Surroundings {
                context: context.map(str::to_owned),
                docker_host: docker_host.map(str::to_owned),
                docker_context: docker_context.map(str::to_owned),
                ..Surroundings::new(Platform::Linux)
            };
            assert_eq!(choose(&surroundings, current), expected);
        }
    }

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
            let candidate = parse(text, Origin::HostVariable, None).expect(text);
            assert_eq!(candidate.address, expected, "{text}");
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
            assert!(parse(text, Origin::HostVariable, None).is_err(), "{text}");
        }
    }

    #[test]
    fn tls_as_the_variables_say() {
        let bare = Surroundings::new(Platform::Linux);
        assert_eq!(variable_tls(&bare), None);
        let home = Surroundings {
            tls_verify: true,
            home: Some("/home/u".into()),
            ..bare
        };
        let files = |directory: &str| Tls {
            ca: Some(format!("{directory}/ca.pem").into()),
            identity: Some((
                format!("{directory}/cert.pem").into(),
                format!("{directory}/key.pem").into(),
            )),
            verify: Verify::Server,
        };
        assert_eq!(variable_tls(&home), Some(files("/home/u/.docker")));
        let certificates = Surroundings {
            cert_path: Some("/certs".into()),
            ..home
        };
        let tls = variable_tls(&certificates);
        assert_eq!(tls, Some(files("/certs")));
        let candidate = parse("tcp://host", Origin::HostVariable, tls.clone());
        let expected = Address::Tcp {
            host: "host".to_owned(),
            port: 2376,
            tls,
        };
        assert_eq!(candidate.expect("an address").address, expected);
    }

    #[test]
    fn a_host_is_never_an_option_of_ssh() {
        let Ok(Address::Ssh(target)) = parse(
            "ssh://me@-oProxyCommand=x:22/a b'c",
            Origin::HostVariable,
            None,
        )
        .map(|candidate| candidate.address) else {
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
