//! Which engine is meant, decided from values alone.
//!
//! The order is that of Docker's own client: `--context`, `DOCKER_HOST`, `DOCKER_CONTEXT`, the
//! current context of `config.json`, and last the places where engines are usually found. A
//! choice that somebody made is exclusive: when that engine does not answer, no other is asked,
//! since another engine has other data. Only the usual places are tried one after the other.

pub mod address;
pub mod attempt;
pub mod context_store;
pub mod surroundings;
pub(in crate::docker) mod usual;

use std::fmt;

use crate::docker::Error;
use crate::docker::endpoint::address::{Address, Tls, Verify};
use crate::docker::endpoint::surroundings::Surroundings;

/// An endpoint to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Where it is.
    pub address: Address,
    /// Who named it.
    pub origin: Origin,
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
    match Address::read(text, tls) {
        Some(address) => Ok(Candidate { address, origin }),
        None => Err(Error::Address {
            address: text.to_owned(),
            origin: origin.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{Choice, Origin, choose, parse, variable_tls};
    use crate::docker::endpoint::address::{Address, Tls, Verify};
    use crate::docker::endpoint::surroundings::{Platform, Surroundings};

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
}
