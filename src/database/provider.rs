//! What every way of running the database can do.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use async_trait::async_trait;

use super::{Error, Event};
use crate::host::{self, Endpoint, Evidence, detect};
use crate::ident::{DatabaseName, RoleName};
use crate::secret::Secret;

/// Who is told what happens. A name for the type, since `async_trait` would give the event a
/// lifetime of the whole call.
pub type OnEvent<'a> = dyn FnMut(Event<'_>) + 'a;

/// Who is handed the bytes of a log.
pub type Sink<'a> = dyn FnMut(&[u8]) + 'a;

/// Runs the database of one project.
///
/// `observe` and `plan` read and never change anything. Everything else may be killed at any
/// moment and run again.
#[async_trait(?Send)]
pub trait Provider {
    /// Which way this is.
    fn kind(&self) -> Kind;

    /// The account that the Compose file asks for.
    fn account(&self) -> &Account;

    /// What is there now.
    async fn observe(&self) -> Result<Status, Error>;

    /// What [`start`](Self::start) would do now, a line each; empty when all is in place.
    async fn plan(&self) -> Result<Vec<String>, Error>;

    /// Makes the server run. It may not answer yet.
    async fn start(&self, on_event: &mut OnEvent<'_>) -> Result<(), Error>;

    /// Stops the server and keeps its data.
    async fn stop(&self, on_event: &mut OnEvent<'_>) -> Result<(), Error>;

    /// What is known of where the server and this process stand, before anything is resolved or
    /// knocked at: from it a URL is rewritten.
    async fn whereabouts(&self) -> Result<Evidence, Error>;

    /// Where the running server is reached from here.
    async fn endpoint(&self) -> Result<Endpoint, Error> {
        let mut evidence = self.whereabouts().await?;
        detect::look_for_server(&mut evidence).await;
        Ok(host::reach(&evidence)?.endpoint)
    }

    /// Why the server will never answer, where that can be known: it exited, it restarts in a
    /// loop. `None` while there is hope.
    async fn ailment(&self) -> Result<Option<Error>, Error>;

    /// For how long the server has been running, where the provider knows.
    async fn running_for(&self) -> Result<Option<Duration>, Error> {
        Ok(None)
    }

    /// Who else uses the data, as its user would call them: other containers that mount the
    /// same volume.
    async fn sharers(&self) -> Result<Vec<String>, Error> {
        Ok(Vec::new())
    }

    /// Hands the server's log to `sink`, the last `tail` lines of it where given.
    async fn logs(&self, follow: bool, tail: Option<u32>, sink: &mut Sink<'_>)
    -> Result<(), Error>;

    /// Runs SQL as the cluster's superuser through a channel that asks for no password (the
    /// container's socket; single-user mode), and returns what it printed, unaligned, tuples
    /// only. The SQL goes by standard input, never by argument.
    async fn admin(&self, database: &DatabaseName, sql: &str) -> Result<String, Error>;

    /// Opens psql on the terminal and returns its exit code.
    async fn psql(&self, database: &DatabaseName, arguments: &[String]) -> Result<u8, Error>;

    /// Removes the server and all its data. The next `start` initialises anew.
    async fn destroy(&self, on_event: &mut OnEvent<'_>) -> Result<(), Error>;

    /// Copies the whole data directory, server stopped, under `name`.
    async fn save(&self, name: &str, on_event: &mut OnEvent<'_>) -> Result<(), Error>;

    /// Puts a copy made by [`save`](Self::save) back in place of the data.
    async fn restore(&self, name: &str, on_event: &mut OnEvent<'_>) -> Result<(), Error>;

    /// The copies made by [`save`](Self::save), oldest first.
    async fn saved(&self) -> Result<Vec<Saved>, Error>;

    /// Deletes one copy.
    async fn forget(&self, name: &str) -> Result<(), Error>;
}

/// Which way the database is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A container of the project's Compose file.
    Docker,
    /// A private PostgreSQL run from its own binaries.
    Embedded,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Docker => "docker",
            Self::Embedded => "embedded",
        })
    }
}

/// The role, password and database that the Compose file asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// `POSTGRES_USER`, `postgres` where it is not set. With the official image this is the superuser.
    pub user: RoleName,
    /// `POSTGRES_PASSWORD`, if there is one (none under trust authentication).
    pub password: Option<Secret>,
    /// `POSTGRES_DB`, the user's name where it is not set.
    pub database: DatabaseName,
}

/// What a provider found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Whether the server runs.
    pub state: State,
    /// What runs it, as its user would call it: `container townpass_db`, `PostgreSQL 16.4 from /usr/lib/postgresql/16/bin`.
    pub runner: String,
    /// The image, or the directory of the binaries.
    pub source: String,
    /// The health check's word, where there is one.
    pub health: Option<String>,
    /// Where the data is.
    pub data: Data,
}

/// How a server stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nothing was created yet.
    Absent,
    /// Created, not running.
    Stopped,
    /// Running.
    Running,
    /// It ends and is started again, over and over.
    Restarting,
    /// Paused by `docker pause`.
    Paused,
}

/// Where the data of a cluster is kept, and so who may destroy it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// A volume of this project.
    Volume(String),
    /// A volume that the Compose file calls external: never created, never removed.
    ExternalVolume(String),
    /// A directory of the host, mounted into the container.
    BindMount(String),
    /// An unnamed volume that dies with its container.
    Anonymous,
    /// A directory of our own.
    Directory(String),
}

/// A copy of a whole data directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created: SystemTime,
    /// Its size in bytes, where known.
    pub size: Option<u64>,
}
