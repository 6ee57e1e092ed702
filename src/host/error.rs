//! Why a database cannot be reached from here.

use crate::failure::{Blame, Diagnose};
use crate::ident::ServiceName;

/// The database is out of reach, and no other address would help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// Nothing says where the database is.
    #[error("nothing is known about where the database is")]
    #[diagnostic(help("start it with `townpass dev up`, or set `DATABASE_URL`"))]
    Unknown,
    /// The container does not run, so it publishes nothing.
    #[error("the service `{service}` is not running")]
    #[diagnostic(help("start it with `townpass dev up`"))]
    NotRunning {
        /// The service.
        service: ServiceName,
    },
    /// The port is published nowhere.
    #[error("the service `{service}` does not publish port {port}, so {vantage} cannot reach it")]
    #[diagnostic(help("{help}"))]
    Unpublished {
        /// The service.
        service: ServiceName,
        /// Its port.
        port: u16,
        /// Where this process stands, in words.
        vantage: String,
        /// What to add, and what to run.
        help: String,
    },
    /// The port is published on the loopback of another machine.
    #[error("the service `{service}` publishes port {port} only on the loopback of `{engine}`")]
    #[diagnostic(help(
        "open a tunnel with `ssh -N -L {port}:127.0.0.1:{port} {engine}` and set `TOWNPASS_DB_HOST=127.0.0.1:{port}`"
    ))]
    RemoteLoopback {
        /// The service.
        service: ServiceName,
        /// The published port.
        port: u16,
        /// The engine's machine.
        engine: String,
    },
}

impl Error {
    /// The error of a port that is not published, with the lines that publish it.
    pub(in crate::host) fn unpublished(
        service: &ServiceName,
        port: u16,
        vantage: &super::Vantage,
        join: Option<(&str, &str)>,
    ) -> Self {
        let mut help = format!(
            "add this under `services: {service}:` in the Compose file, then run `townpass dev up`:\n\n    ports:\n      - \"127.0.0.1:{port}:{port}\""
        );
        if let Some((network, container)) = join {
            help = format!(
                "put this container on the service's network with `docker network connect {network} {}`, or {help}",
                &container[..container.len().min(12)],
            );
        }
        Self::Unpublished {
            service: service.clone(),
            port,
            vantage: vantage.to_string(),
            help,
        }
    }
}

impl Diagnose for Error {
    fn blame(&self) -> Blame {
        match self {
            Self::Unknown
            | Self::NotRunning { .. }
            | Self::Unpublished { .. }
            | Self::RemoteLoopback { .. } => Blame::Environment,
        }
    }
}
