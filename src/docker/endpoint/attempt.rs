//! One endpoint that was tried in vain, and why it did not answer.

use std::{collections::BTreeSet, fmt, path::PathBuf};

use crate::docker::endpoint::address::Address;
use crate::docker::endpoint::{Candidate, Origin};

/// An endpoint that did not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The endpoint and who named it.
    pub candidate: Candidate,
    /// Why it did not answer.
    pub cause: Cause,
}

/// Why an endpoint did not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// No socket or pipe of that name.
    Absent,
    /// It is there, and we may not open it.
    PermissionDenied,
    /// It is there, and nobody listens.
    Stopped,
    /// The host's name means nothing.
    UnknownHost(String),
    /// Nobody answered in time.
    TimedOut,
    /// A file that TLS needs is missing or not what it should be.
    TlsFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        because: String,
    },
    /// The TLS handshake failed.
    Tls(String),
    /// `ssh` failed; its words.
    Ssh(String),
    /// It answered, but not as an engine does.
    NotAnEngine(String),
    /// The operating system's words.
    Other(String),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("not there"),
            Self::PermissionDenied => f.write_str("permission denied"),
            Self::Stopped => f.write_str("nobody listens, the engine is stopped"),
            Self::UnknownHost(because) => write!(f, "the host is not known: {because}"),
            Self::TimedOut => f.write_str("no answer in time"),
            Self::TlsFile { path, because } => {
                write!(f, "TLS file `{}`: {because}", path.display())
            }
            Self::Tls(because) => write!(f, "TLS failed: {because}"),
            Self::Ssh(because) => write!(f, "ssh failed: {because}"),
            Self::NotAnEngine(because) => write!(f, "not a container engine: {because}"),
            Self::Other(because) => f.write_str(because),
        }
    }
}

impl Attempt {
    /// What to do about it.
    fn advice(&self) -> String {
        let desktop = matches!(self.candidate.origin, Origin::Default(_))
            || matches!(self.candidate.address, Address::Pipe(_));
        match &self.cause {
            Cause::Absent | Cause::Stopped if desktop => {
                "start the engine: `sudo systemctl start docker`, or Docker Desktop".to_owned()
            }
            Cause::Absent => format!(
                "nothing is at the address that {} names: start that engine, or unset it",
                self.candidate.origin
            ),
            Cause::Stopped => "start the engine that listens there".to_owned(),
            Cause::PermissionDenied => {
                "join the group: `sudo usermod -aG docker $USER`, then `newgrp docker` or log in again"
                    .to_owned()
            }
            Cause::UnknownHost(_) | Cause::TimedOut | Cause::Other(_) => {
                format!("check the address that {} names", self.candidate.origin)
            }
            Cause::TlsFile { .. } | Cause::Tls(_) => {
                "check DOCKER_CERT_PATH (`ca.pem`, `cert.pem`, `key.pem`) and DOCKER_TLS_VERIFY, or the context's TLS files"
                    .to_owned()
            }
            Cause::Ssh(_) => format!(
                "try it by hand: `ssh -T HOST docker version` must work for {}",
                self.candidate.address
            ),
            Cause::NotAnEngine(_) => {
                "the address belongs to something else; name the engine's with DOCKER_HOST".to_owned()
            }
        }
    }
}

/// The attempts as lines below a message.
pub(in crate::docker) struct List<'a>(pub(in crate::docker) &'a [Attempt]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.0.is_empty() {
            f.write_str("; tried:")?;
        }
        for Attempt { candidate, cause } in self.0 {
            write!(
                f,
                "\n  {} ({}): {cause}",
                candidate.address, candidate.origin
            )?;
        }
        Ok(())
    }
}

/// What to do: the advice of the attempts that found something there, or else of all.
pub(in crate::docker) fn advice(tried: &[Attempt]) -> String {
    let found: Vec<_> = tried
        .iter()
        .filter(|attempt| attempt.cause != Cause::Absent)
        .collect();
    let relevant = if found.is_empty() {
        tried.iter().collect()
    } else {
        found
    };
    let mut seen = BTreeSet::new();
    let mut lines: Vec<_> = relevant
        .into_iter()
        .map(Attempt::advice)
        .filter(|advice| seen.insert(advice.clone()))
        .collect();
    lines.push("without an engine, `--provider embedded` runs a private PostgreSQL".to_owned());
    lines.join("\n")
}
