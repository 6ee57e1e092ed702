//! One connection to one database, with a deadline, and why it was refused.
//!
//! Nothing beside this file names sqlx in `database/`. A [`Session`] speaks the simple protocol:
//! its statements are whole texts built with `sql::quote`, its answers are texts, exactly as
//! they are through [`Provider::admin`](super::Provider::admin). There is no pool: a command
//! needs one connection, or two, and must know when the last one is gone.

use std::{io, time::Duration};

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, PgConnection, Row,
    postgres::{PgConnectOptions, PgDatabaseError},
};
use tokio::time;

use super::Account;
use crate::{host::Endpoint, ident::DatabaseName};

/// Where to knock, as whom, and for which database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The server's address from here.
    pub endpoint: Endpoint,
    /// Role, password and database.
    pub account: Account,
}

impl Target {
    /// The account's own database at this address.
    pub fn new(endpoint: Endpoint, account: Account) -> Self {
        Self { endpoint, account }
    }

    /// The same role at the same address, in another database.
    #[must_use]
    pub fn in_database(&self, database: &DatabaseName) -> Self {
        let mut other = self.clone();
        other.account.database = database.clone();
        other
    }
}

/// An authenticated connection.
#[derive(Debug)]
pub struct Session {
    connection: PgConnection,
}

impl Session {
    /// Connects, or says why not, before `deadline` has passed.
    pub async fn open(target: &Target, deadline: Duration) -> Result<Self, Refusal> {
        let account = &target.account;
        let password = account.password.as_ref();
        let options = PgConnectOptions::new_without_pgpass()
            .host(&target.endpoint.host)
            .port(target.endpoint.port)
            .username(account.user.as_str())
            .password(password.map_or("", |secret| secret.reveal()))
            .database(account.database.as_str())
            .application_name("townpass")
            .disable_statement_logging();
        match time::timeout(deadline, options.connect()).await {
            Ok(Ok(connection)) => Ok(Self { connection }),
            Ok(Err(error)) => Err(Refusal::from(error)),
            Err(_) => Err(Refusal::Silent),
        }
    }

    /// Runs one statement, or several as one transaction.
    pub async fn run(&mut self, statement: &str) -> Result<(), Complaint> {
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned()))
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }

    /// The rows that a query answers, each value as the server writes it.
    pub async fn rows(&mut self, query: &str) -> Result<Vec<Vec<Option<String>>>, Complaint> {
        let rows = sqlx::raw_sql(AssertSqlSafe(query.to_owned()))
            .fetch_all(&mut self.connection)
            .await?;
        rows.iter()
            .map(|row| {
                (0..row.len())
                    .map(|index| row.try_get_unchecked(index).map_err(Complaint::from))
                    .collect()
            })
            .collect()
    }

    /// The first value of the first row.
    pub async fn value(&mut self, query: &str) -> Result<Option<String>, Complaint> {
        let rows = self.rows(query).await?;
        Ok(rows.into_iter().flatten().next().flatten())
    }

    /// Says goodbye, so that the server no longer counts this session. A failure to do so is
    /// no news to anyone.
    pub async fn close(self) {
        let _ = self.connection.close().await;
    }
}

/// Why no session came about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody listens there.
    #[error("connection refused")]
    Closed,
    /// The connection was taken and dropped: a port proxy with no server behind it yet.
    #[error("connection closed before the server answered")]
    HungUp,
    /// No answer in time.
    #[error("no answer")]
    Silent,
    /// The server starts, stops or recovers.
    #[error("{0}")]
    Starting(String),
    /// 28P01.
    #[error("{0}")]
    Password(String),
    /// 28000: no such role, a role that may not log in, no line in `pg_hba.conf`.
    #[error("{0}")]
    Authorization(String),
    /// 3D000.
    #[error("{0}")]
    NoDatabase(String),
    /// 55000: the database takes no connections.
    #[error("{0}")]
    ClosedDatabase(String),
    /// A standby, where writes are wanted.
    #[error("the server takes no writes")]
    ReadOnly,
    /// Our driver cannot send this password or name.
    #[error("the password or the name holds a character that cannot be sent")]
    Unsendable,
    /// Something answered that does not speak PostgreSQL's protocol, or not as expected.
    #[error("{0}")]
    Protocol(String),
    /// The network said no.
    #[error("{0}")]
    Network(String),
    /// Another answer of the server.
    #[error("{message} (SQLSTATE {sqlstate})")]
    Server {
        /// Five characters.
        sqlstate: String,
        /// As the server words it.
        message: String,
    },
}

impl Refusal {
    /// Whether waiting longer cannot change the answer.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Password(_)
            | Self::Authorization(_)
            | Self::NoDatabase(_)
            | Self::ClosedDatabase(_)
            | Self::Unsendable => true,
            Self::Closed
            | Self::HungUp
            | Self::Silent
            | Self::Starting(_)
            | Self::Protocol(_)
            | Self::Network(_)
            | Self::ReadOnly
            | Self::Server { .. } => false,
        }
    }

    /// Whether the server took the role and the password, whatever it said afterwards.
    pub fn is_after_authentication(&self) -> bool {
        matches!(self, Self::NoDatabase(_) | Self::ClosedDatabase(_))
    }

    fn from_network(error: &io::Error) -> Self {
        let hung_up = [
            io::ErrorKind::ConnectionReset,
            io::ErrorKind::ConnectionAborted,
            io::ErrorKind::BrokenPipe,
            io::ErrorKind::UnexpectedEof,
        ];
        let kind = error.kind();
        if kind == io::ErrorKind::ConnectionRefused {
            Self::Closed
        } else if kind == io::ErrorKind::TimedOut {
            Self::Silent
        } else if hung_up.contains(&kind) {
            Self::HungUp
        } else {
            Self::Network(error.to_string())
        }
    }

    fn from_server(error: &PgDatabaseError) -> Self {
        let message = error.message().to_owned();
        match error.code() {
            "28P01" => Self::Password(message),
            "28000" => Self::Authorization(message),
            "3D000" => Self::NoDatabase(message),
            "55000" => Self::ClosedDatabase(message),
            "57P03" | "57P01" | "57P02" => Self::Starting(message),
            sqlstate => Self::Server {
                sqlstate: sqlstate.to_owned(),
                message,
            },
        }
    }
}

impl From<sqlx::Error> for Refusal {
    fn from(error: sqlx::Error) -> Self {
        if let Some(server) = error
            .as_database_error()
            .and_then(|it| it.try_downcast_ref::<PgDatabaseError>())
        {
            return Self::from_server(server);
        }
        if let sqlx::Error::Io(error) = &error {
            return Self::from_network(error);
        }
        if matches!(error, sqlx::Error::Configuration(_)) {
            return Self::Unsendable;
        }
        if let sqlx::Error::Protocol(text) = &error
            && text.contains("SSLRequest: 0x00")
        {
            // Nothing was read in place of the answer: the proxy of a published port hung up.
            return Self::HungUp;
        }
        Self::Protocol(error.to_string())
    }
}

/// What a server said to a statement it did not carry out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}{}", self.detail.as_ref().map(|it| format!(" ({it})")).unwrap_or_default())]
pub struct Complaint {
    /// Five characters, where the server spoke; none where the connection broke.
    pub sqlstate: Option<String>,
    /// As the server words it.
    pub message: String,
    /// Its DETAIL.
    pub detail: Option<String>,
}

impl Complaint {
    /// `55006`: other sessions use the database.
    pub fn is_in_use(&self) -> bool {
        self.sqlstate.as_deref() == Some("55006")
    }
}

impl From<sqlx::Error> for Complaint {
    fn from(error: sqlx::Error) -> Self {
        match error
            .as_database_error()
            .and_then(|it| it.try_downcast_ref::<PgDatabaseError>())
        {
            Some(server) => Self {
                sqlstate: Some(server.code().to_owned()),
                message: server.message().to_owned(),
                detail: server.detail().map(str::to_owned),
            },
            None => Self {
                sqlstate: None,
                message: error.to_string(),
                detail: None,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;

    #[test]
    fn only_what_time_cannot_mend_ends_a_wait() {
        for (refusal, last_word) in [
            (Refusal::Closed, false),
            (Refusal::HungUp, false),
            (
                Refusal::Starting("the database system is starting up".into()),
                false,
            ),
            (
                Refusal::Password("password authentication failed".into()),
                true,
            ),
            (
                Refusal::Authorization("role \"x\" does not exist".into()),
                true,
            ),
            (
                Refusal::NoDatabase("database \"x\" does not exist".into()),
                true,
            ),
            (Refusal::Unsendable, true),
        ] {
            assert_eq!(refusal.is_final(), last_word, "{refusal:?}");
        }
    }

    #[test]
    fn a_missing_database_means_that_the_password_was_taken() {
        assert!(Refusal::NoDatabase(String::new()).is_after_authentication());
        assert!(!Refusal::Password(String::new()).is_after_authentication());
    }
}
