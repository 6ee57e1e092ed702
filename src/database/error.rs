//! What can go wrong between `up` and an answer, and the one command that mends it.

use std::{fmt, io, time::Duration};

use super::{Complaint, Refusal, cluster::Sighting, note::SnapshotName, role::Locked};
use crate::docker;
use crate::failure::{Blame, Diagnose};
use crate::host::{self, Endpoint};
use crate::ident::{DatabaseName, RoleName};

/// A failure of the development database.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// Of the embedded provider.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Embedded(#[from] super::embedded::Error),

    /// The engine, or what it runs, failed.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Docker(#[from] docker::Error),

    /// The server's address cannot be found.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Host(#[from] host::Error),

    /// No connection by a URL.
    #[error("cannot connect to `{address}`: {refusal}")]
    #[diagnostic(help("{}", advice(refusal)))]
    Unreachable {
        /// The last address that was tried.
        address: String,
        /// What was said.
        refusal: Refusal,
    },
    /// The server is not running.
    #[error("the database is not running")]
    #[diagnostic(help("start it with `townpass dev up`"))]
    NotRunning,

    /// Patience ran out.
    #[error("`{endpoint}` gave no answer within {} s: {last}", waited.as_secs())]
    #[diagnostic(help(
        "see what it says with `townpass dev logs --tail 50`, or wait longer with `--timeout`"
    ))]
    NotReady {
        /// Where we knocked.
        endpoint: Endpoint,
        /// For how long.
        waited: Duration,
        /// What the last attempt heard.
        last: String,
    },

    /// The name of the database's host leads nowhere.
    #[error("the host name `{host}` is not known here")]
    #[diagnostic(help(
        "correct or unset `TOWNPASS_DB_HOST` if that names it; `townpass -v dev url` says where the address comes from"
    ))]
    UnknownHost {
        /// The name.
        host: String,
    },

    /// The server refuses us and we could not find out why.
    #[error("`{endpoint}` refuses role `{role}`: {refusal}")]
    #[diagnostic(help(
        "see what the server says with `townpass dev logs --tail 50`; its rules stand in `pg_hba.conf`"
    ))]
    Refused {
        /// Where we knocked.
        endpoint: Endpoint,
        /// As whom.
        role: RoleName,
        /// The answer.
        refusal: Refusal,
    },

    /// The data was initialised with another password.
    #[error(
        "the data was initialised with another password for role `{role}` than the one configured now"
    )]
    #[diagnostic(help(
        "set the configured password and keep the data: `townpass dev reset-db --password`"
    ))]
    StalePassword {
        /// Whose.
        role: RoleName,
    },

    /// There is no password to log in with.
    #[error("no password is configured for role `{role}`, and the data was initialised with one")]
    #[diagnostic(help(
        "set `POSTGRES_PASSWORD` of the Compose file, or the variable that it is taken from, to the password that the data has"
    ))]
    NoPassword {
        /// Whose.
        role: RoleName,
    },

    /// The data was initialised with another user.
    #[error(
        "the data was initialised with another user: there is no role `{role}`, its superuser is {}",
        Names(present)
    )]
    #[diagnostic(help(
        "create the role and keep the data: `townpass dev reset-db --password`; or begin anew, with a snapshot kept: `townpass dev reset-db --volume`"
    ))]
    RoleMissing {
        /// Who is wanted.
        role: RoleName,
        /// The superusers that are there.
        present: Vec<RoleName>,
    },

    /// The role is there and may not enter.
    #[error("role `{role}` {why}")]
    #[diagnostic(help(
        "let it in again, with the configured password: `townpass dev reset-db --password`"
    ))]
    RoleLocked {
        /// Whose.
        role: RoleName,
        /// What keeps it out.
        why: Locked,
    },

    /// The database is not in the cluster.
    #[error(
        "there is no database `{database}` in this server, only {}",
        Names(present)
    )]
    #[diagnostic(help("create it: `townpass dev reset-db`"))]
    DatabaseMissing {
        /// Which is wanted.
        database: DatabaseName,
        /// Those that are there.
        present: Vec<DatabaseName>,
    },

    /// The database takes no connections.
    #[error("database `{database}` is closed to connections (`datallowconn` is false)")]
    #[diagnostic(help(
        "open it with `townpass dev psql -- -d postgres -c 'alter database \"{database}\" allow_connections true'`"
    ))]
    DatabaseClosed {
        /// Which.
        database: DatabaseName,
    },

    /// Another PostgreSQL answers at the endpoint.
    #[error("another PostgreSQL server answers on `{endpoint}`: {sighting}")]
    #[diagnostic(help(
        "stop that server, or publish the database on another port: change the host's side of `ports:` in the Compose file"
    ))]
    WrongServer {
        /// Where.
        endpoint: Endpoint,
        /// How it gave itself away.
        sighting: Sighting,
    },

    /// The driver's limit.
    #[error(
        "the password of role `{role}` holds a character that no client can be relied on to send"
    )]
    #[diagnostic(help(
        "use letters, digits and punctuation of any language; no control characters, and no emoji"
    ))]
    Unsendable {
        /// Whose.
        role: RoleName,
    },

    /// There is no password to set.
    #[error("there is no password to set for role `{role}`")]
    #[diagnostic(help(
        "name one: `townpass dev reset-db --password NEW`, or set `POSTGRES_PASSWORD` in the Compose file"
    ))]
    PasswordEmpty {
        /// Whose.
        role: RoleName,
    },

    /// Another `townpass` works on the cluster's databases.
    #[error("another townpass is working on the databases of this server")]
    #[diagnostic(help("wait until it is done, then run the command again"))]
    Busy,

    /// A name that a snapshot cannot have.
    #[error("`{name}` cannot be the name of a snapshot: {why}")]
    #[diagnostic(help("choose another, for example `with-orders`"))]
    SnapshotName {
        /// As it was typed.
        name: String,
        /// The rule.
        why: &'static str,
    },

    /// The name is taken.
    #[error("there is already a snapshot `{name}`")]
    #[diagnostic(help("choose another name, or delete it: `townpass dev snapshot delete {name}`"))]
    SnapshotExists {
        /// Which.
        name: SnapshotName,
    },

    /// No such snapshot.
    #[error("there is no snapshot `{name}`")]
    #[diagnostic(help("see which there are: `townpass dev snapshot list`"))]
    SnapshotMissing {
        /// Which.
        name: SnapshotName,
    },

    /// Nothing was ever kept.
    #[error("there are no snapshots")]
    #[diagnostic(help("keep one with `townpass dev snapshot save NAME`"))]
    NoSnapshots,

    /// Nothing to copy: the data was never initialised or is gone.
    #[error("there is no data to copy")]
    #[diagnostic(help("start the database first: `townpass dev up`"))]
    NoData,

    /// The Compose file calls the volume external.
    #[error(
        "volume `{volume}` is external: it does not belong to this project, so it is not removed"
    )]
    #[diagnostic(help(
        "reset the contents alone, which leaves the volume in place: `townpass dev reset-db`"
    ))]
    ExternalVolume {
        /// Which.
        volume: String,
    },

    /// The data is a directory of the host.
    #[error("the data is in `{directory}`, a directory of the host, which is not emptied unasked")]
    #[diagnostic(help(
        "reset the contents alone: `townpass dev reset-db`; or say so: `townpass dev reset-db --volume --empty-bind-mount`"
    ))]
    BindMounted {
        /// Which.
        directory: String,
    },

    /// The directory with the data could not be renamed.
    #[error("cannot rename `{from}` to `{to}`")]
    #[diagnostic(help("rename or empty it yourself, then run `townpass dev up`"))]
    Aside {
        /// What it is called.
        from: String,
        /// What it was to be called.
        to: String,
        /// Why not.
        source: io::Error,
    },

    /// Others mount the same data.
    #[error("{data} is also used by {}", Names(containers))]
    #[diagnostic(help("remove those containers first: `docker rm -f {}`", containers.join(" ")))]
    Shared {
        /// What is shared.
        data: String,
        /// By whom.
        containers: Vec<String>,
    },

    /// A statement of ours failed.
    #[error("failed to {doing}")]
    #[diagnostic(help("what was done so far is safe; run the command again"))]
    Sql {
        /// What the statement was for, as an infinitive.
        doing: String,
        /// What the server said.
        #[source]
        complaint: Complaint,
    },

    /// The administrative channel said no.
    #[error("cannot administer the server in {runner}: {said}")]
    #[diagnostic(help(
        "see what the server says with `townpass dev logs --tail 50`; its local rules (`local all all trust`) stand in `pg_hba.conf`"
    ))]
    Admin {
        /// What runs the server.
        runner: String,
        /// The server's words.
        said: String,
    },

    /// The provider has no way to copy this data.
    #[error("no snapshot can be made of {data}")]
    #[diagnostic(help("copy it yourself, or reset the contents alone: `townpass dev reset-db`"))]
    CannotCopy {
        /// What it is.
        data: String,
    },

    /// The administrative channel answered something we cannot read.
    #[error("the server's administrative channel answered what cannot be read: {answer:?}")]
    Unreadable {
        /// The answer.
        answer: String,
    },
}

/// What to do about a connection that did not come about.
fn advice(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Closed | Refusal::HungUp | Refusal::Silent => {
            "check host and port of the URL and that the server runs; a development database is \
             started by `townpass dev up`, and `townpass dev migrate` finds its address by itself"
        }
        Refusal::Network(_) => {
            "a name such as `db` is known only inside its Compose network: `townpass dev migrate` \
             finds the address for this machine by itself"
        }
        Refusal::Password(_) => {
            "the URL's password is not the one that the server knows; for a development database \
             `townpass dev reset-db --password` makes it the Compose file's"
        }
        Refusal::Authorization(_) => {
            "check the URL's user; `townpass dev status` names the right one"
        }
        Refusal::NoDatabase(_) | Refusal::ClosedDatabase(_) => {
            "check the database's name in the URL, or create it"
        }
        Refusal::ReadOnly => "name the primary server in the URL",
        Refusal::Starting(_) => "wait a moment and run this again",
        Refusal::Unsendable => "percent-encode what is special in the URL's password",
        Refusal::Protocol(_) | Refusal::Server { .. } => {
            "check that the URL points at a PostgreSQL server"
        }
    }
}

/// A list of names in backticks.
struct Names<'a, T>(&'a [T]);

impl<T: fmt::Display> fmt::Display for Names<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("unknown");
        }
        for (index, name) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            write!(f, "{comma}`{name}`")?;
        }
        Ok(())
    }
}

impl Error {
    /// Whether setting the role's password mends it.
    pub fn is_about_login(&self) -> bool {
        matches!(
            self,
            Self::StalePassword { .. } | Self::RoleMissing { .. } | Self::RoleLocked { .. }
        )
    }
}

impl Diagnose for Error {
    fn blame(&self) -> Blame {
        match self {
            Self::Embedded(error) => error.blame(),
            Self::Docker(error) => error.blame(),
            Self::Host(error) => error.blame(),
            Self::NotRunning
            | Self::NotReady { .. }
            | Self::Unreachable { .. }
            | Self::UnknownHost { .. }
            | Self::Refused { .. }
            | Self::StalePassword { .. }
            | Self::NoPassword { .. }
            | Self::RoleMissing { .. }
            | Self::RoleLocked { .. }
            | Self::DatabaseMissing { .. }
            | Self::DatabaseClosed { .. }
            | Self::WrongServer { .. }
            | Self::NoData
            | Self::Admin { .. }
            | Self::Aside { .. }
            | Self::Sql { .. } => Blame::Environment,
            Self::Unsendable { .. }
            | Self::PasswordEmpty { .. }
            | Self::SnapshotName { .. }
            | Self::SnapshotExists { .. }
            | Self::NoSnapshots
            | Self::SnapshotMissing { .. } => Blame::Usage,
            Self::ExternalVolume { .. }
            | Self::BindMounted { .. }
            | Self::CannotCopy { .. }
            | Self::Shared { .. } => Blame::Refusal,
            Self::Busy => Blame::Lock,
            Self::Unreadable { .. } => Blame::Bug,
        }
    }
}
