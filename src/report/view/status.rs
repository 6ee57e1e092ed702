//! How the development database stands.

use std::fmt;

use serde::Serialize;

use super::Report;
use crate::database::provider::State;
use crate::report::words::{Bytes, Count};
use crate::report::{Painter, Shade};

/// What `dev status` found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Status {
    /// The Compose project.
    pub project: String,
    /// Its database service.
    pub service: String,
    /// What runs it.
    pub provider: String,
    /// The container, or the server's binaries.
    pub runner: String,
    /// The image, or the directory of the binaries.
    pub source: String,
    /// Whether it runs.
    pub state: State,
    /// What its health check says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health: Option<String>,
    /// Where its data is.
    pub data: String,
    /// Its address as seen from here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Its URL, the password masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What the server answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// Why there is no answer although it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// What to do about that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

/// What only a server that answers can tell.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Answer {
    /// The server's version.
    pub server_version: String,
    /// The database's size in bytes.
    pub size: u64,
    /// The applied heads.
    pub revisions: Vec<String>,
    /// The heads of the history.
    pub heads: Vec<String>,
    /// How many revisions are not applied; absent where there is no history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pending: Option<usize>,
}

impl Report for Status {
    fn human(&self, out: &mut Painter) -> fmt::Result {
        let name = out.shade(Shade::Name, &self.service);
        out.fact(
            "service",
            format_args!("{name} of project {}", self.project),
        )?;
        out.fact(
            "provider",
            format_args!("{}, {}", self.provider, self.runner),
        )?;
        if !self.runner.contains(&self.source) {
            out.fact("source", &self.source)?;
        }
        let state = out.shade(shade(self.state), word(self.state));
        match &self.health {
            Some(health) => out.fact("state", format_args!("{state}, {health}"))?,
            None => out.fact("state", state)?,
        }
        out.fact("data", &self.data)?;
        if let Some(endpoint) = &self.endpoint {
            out.fact("endpoint", endpoint)?;
        }
        if let Some(url) = &self.url {
            out.fact("url", url)?;
        }
        if let Some(trouble) = &self.trouble {
            let trouble = out.shade(Shade::Bad, trouble);
            out.fact("answer", trouble)?;
            if let Some(help) = &self.help {
                out.fact("help", help)?;
            }
        }
        let Some(answer) = &self.answer else {
            return Ok(());
        };
        out.fact(
            "server",
            format_args!("PostgreSQL {}", answer.server_version),
        )?;
        out.fact("size", Bytes(answer.size))?;
        if let Some(pending) = answer.pending {
            let revision = match answer.revisions.as_slice() {
                [] => "none applied".to_owned(),
                revisions => revisions.join(", "),
            };
            let pending = match pending {
                0 => out.shade(Shade::Good, "nothing pending"),
                pending => {
                    let heads = match answer.heads.as_slice() {
                        [] => String::new(),
                        heads => format!(", up to {}", heads.join(", ")),
                    };
                    let pending = format!("{} pending{heads}", Count(pending, "revision"));
                    out.shade(Shade::Warning, pending)
                }
            };
            out.fact("revision", format_args!("{revision}, {pending}"))?;
        }
        Ok(())
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Absent => "not created",
        State::Stopped => "stopped",
        State::Running => "running",
        State::Restarting => "restarting over and over",
        State::Paused => "paused",
    }
}

fn shade(state: State) -> Shade {
    match state {
        State::Running => Shade::Good,
        State::Restarting => Shade::Bad,
        State::Absent | State::Stopped | State::Paused => Shade::Warning,
    }
}
