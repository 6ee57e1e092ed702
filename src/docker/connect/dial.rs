//! Opens connections to an engine, whatever the way.
//!
//! One connector of our own serves sockets, pipes, TCP, TLS and ssh alike, rather than one of
//! bollard's per way: so every failure keeps its cause, a busy pipe has a deadline, `ssh://`
//! works on Windows, and a hijacked stream arrives here as the raw bytes it is.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use hyper_util::client::legacy::connect::{Connected, Connection};
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

#[cfg(windows)]
use crate::docker::connect::pipe::Pipe;
use crate::docker::{
    connect::ssh::SshWire,
    connect::tls,
    endpoint::address::{Address, SshTarget},
    endpoint::attempt::Cause,
};

/// A connection, whatever carries it.
pub(in crate::docker) struct Wire(Box<dyn Duplex>);

trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

impl Wire {
    fn new(carrier: impl AsyncRead + AsyncWrite + Send + Unpin + 'static) -> Self {
        Self(Box::new(carrier))
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

impl Connection for Wire {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

/// A way to an engine, with all that it needs loaded.
#[derive(Clone)]
pub(in crate::docker) enum Dial {
    #[cfg(unix)]
    Socket(PathBuf),
    #[cfg(windows)]
    Pipe(String),
    Tcp {
        host: String,
        port: u16,
        tls: Option<Arc<ClientConfig>>,
    },
    Ssh {
        program: PathBuf,
        target: SshTarget,
    },
}

impl Dial {
    /// The way to `address`; reads the files that TLS needs.
    pub(in crate::docker) fn new(address: &Address, ssh: &Path) -> Result<Self, Cause> {
        match address {
            #[cfg(unix)]
            Address::Socket(path) => Ok(Self::Socket(path.clone())),
            #[cfg(not(unix))]
            Address::Socket(_) => Err(Cause::Other("Unix sockets are not used here".to_owned())),
            #[cfg(windows)]
            Address::Pipe(name) => Ok(Self::Pipe(name.replace('/', "\\"))),
            #[cfg(not(windows))]
            Address::Pipe(_) => Err(Cause::Other("named pipes exist on Windows only".to_owned())),
            Address::Tcp { host, port, tls } => Ok(Self::Tcp {
                host: host.clone(),
                port: *port,
                tls: tls.as_ref().map(tls::configuration).transpose()?,
            }),
            Address::Ssh(target) => Ok(Self::Ssh {
                program: ssh.to_owned(),
                target: target.clone(),
            }),
        }
    }

    /// How long an engine may take to answer its first request this way.
    pub(in crate::docker) fn patience(&self) -> Duration {
        Duration::from_secs(match self {
            #[cfg(unix)]
            Self::Socket(_) => 5,
            #[cfg(windows)]
            Self::Pipe(_) => 5,
            Self::Tcp { .. } => 10,
            // `ssh` may ask for a passphrase.
            Self::Ssh { .. } => 60,
        })
    }

    /// Whether such a connection can surely end one way and go on the other.
    ///
    /// A named pipe can only if it is one of messages, which shows when it is open.
    pub(in crate::docker) fn half_closes(&self) -> bool {
        match self {
            #[cfg(unix)]
            Self::Socket(_) => true,
            #[cfg(windows)]
            Self::Pipe(_) => false,
            Self::Tcp { .. } | Self::Ssh { .. } => true,
        }
    }

    /// Opens one connection.
    pub(in crate::docker) async fn open(&self) -> io::Result<Wire> {
        match self {
            #[cfg(unix)]
            Self::Socket(path) => Ok(Wire::new(tokio::net::UnixStream::connect(path).await?)),
            #[cfg(windows)]
            Self::Pipe(name) => Ok(Wire::new(Pipe::open(name).await?)),
            Self::Tcp { host, port, tls } => {
                let stream = open_tcp(host, *port).await?;
                let Some(tls) = tls else {
                    return Ok(Wire::new(stream));
                };
                let name = ServerName::try_from(host.clone())
                    .map_err(|error| Failure::io(Cause::Tls(error.to_string())))?;
                let connector = TlsConnector::from(Arc::clone(tls));
                Ok(Wire::new(connector.connect(name, stream).await?))
            }
            Self::Ssh { program, target } => Ok(Wire::new(SshWire::spawn(program, target)?)),
        }
    }
}

async fn open_tcp(host: &str, port: u16) -> io::Result<TcpStream> {
    let unknown = |because: String| Failure::io(Cause::UnknownHost(because));
    let addresses: Vec<_> = tokio::net::lookup_host((host, port))
        .await
        .map_err(|error| unknown(error.to_string()))?
        .collect();
    let mut last = unknown("it has no address".to_owned());
    for address in addresses {
        match timeout(Duration::from_secs(5), TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Ok(Err(error)) => last = error,
            Err(_) => last = Failure::io(Cause::TimedOut),
        }
    }
    Err(last)
}

/// A cause on its way through the HTTP client's errors.
#[derive(Debug)]
pub(in crate::docker) struct Failure(pub(in crate::docker) Cause);

impl Failure {
    pub(in crate::docker) fn io(cause: Cause) -> io::Error {
        io::Error::other(Self(cause))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Failure {}

/// The cause at the root of an HTTP client's error.
pub(in crate::docker) fn cause_of(error: &(dyn std::error::Error + 'static)) -> Cause {
    let mut this = error;
    loop {
        if let Some(Failure(cause)) = this.downcast_ref() {
            return cause.clone();
        }
        if let Some(error) = this.downcast_ref::<rustls::Error>() {
            return Cause::Tls(error.to_string());
        }
        if let Some(error) = this.downcast_ref::<io::Error>() {
            match error.get_ref() {
                Some(inner) => {
                    this = inner;
                    continue;
                }
                None => return of_system(error),
            }
        }
        match this.source() {
            Some(source) => this = source,
            None => return Cause::NotAnEngine(this.to_string()),
        }
    }
}

fn of_system(error: &io::Error) -> Cause {
    use io::ErrorKind;
    let causes = [
        (ErrorKind::NotFound, Cause::Absent),
        (ErrorKind::NotADirectory, Cause::Absent),
        (ErrorKind::PermissionDenied, Cause::PermissionDenied),
        (ErrorKind::ConnectionRefused, Cause::Stopped),
        (ErrorKind::TimedOut, Cause::TimedOut),
    ];
    let known = causes.into_iter().find(|(kind, _)| *kind == error.kind());
    known.map_or_else(|| Cause::Other(error.to_string()), |(_, cause)| cause)
}
