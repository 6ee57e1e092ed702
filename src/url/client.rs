//! A URL as another program's driver wants it.
//!
//! [`with_dialect`](DatabaseUrl::with_dialect) changes the scheme and keeps the rest. Here the rest
//! changes too: each driver has its own words for a socket, for TLS, for settings and for several
//! hosts, and some have none. What a driver has no word for is said.

use std::fmt;
use std::str::FromStr;

use super::edit::encode_host;
use super::encoding::encode;
use super::endpoint::{Address, Endpoint};
use super::error::Error;
use super::parameters::{Parameters, SslMode};
use super::value::DatabaseUrl;

/// A program or library that takes a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// libpq, and so psql, `pg_dump`, psycopg by itself, pgx.
    Libpq,
    /// SQLAlchemy with psycopg 3.
    Psycopg,
    /// SQLAlchemy with psycopg 2.
    Psycopg2,
    /// SQLAlchemy with asyncpg.
    Asyncpg,
    /// SQLAlchemy with pg8000.
    Pg8000,
    /// sqlx.
    Sqlx,
    /// PostgreSQL's JDBC driver.
    Jdbc,
    /// node-postgres.
    Node,
    /// Prisma.
    Prisma,
}

/// A URL in the words of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelled {
    /// The URL.
    pub url: DatabaseUrl,
    /// What the client has no word for, a sentence each.
    pub warnings: Vec<String>,
}

impl Client {
    /// Every one.
    pub const ALL: [Self; 9] = [
        Self::Libpq,
        Self::Psycopg,
        Self::Psycopg2,
        Self::Asyncpg,
        Self::Pg8000,
        Self::Sqlx,
        Self::Jdbc,
        Self::Node,
        Self::Prisma,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Libpq => "libpq",
            Self::Psycopg => "psycopg",
            Self::Psycopg2 => "psycopg2",
            Self::Asyncpg => "asyncpg",
            Self::Pg8000 => "pg8000",
            Self::Sqlx => "sqlx",
            Self::Jdbc => "jdbc",
            Self::Node => "node",
            Self::Prisma => "prisma",
        }
    }

    fn scheme(self) -> &'static str {
        match self {
            Self::Libpq | Self::Sqlx | Self::Node | Self::Prisma => "postgresql",
            Self::Psycopg => "postgresql+psycopg",
            Self::Psycopg2 => "postgresql+psycopg2",
            Self::Asyncpg => "postgresql+asyncpg",
            Self::Pg8000 => "postgresql+pg8000",
            Self::Jdbc => "jdbc:postgresql",
        }
    }

    /// Whether it can be told several hosts.
    fn takes_several(self) -> bool {
        match self {
            Self::Libpq | Self::Psycopg | Self::Psycopg2 | Self::Asyncpg | Self::Jdbc => true,
            Self::Pg8000 | Self::Sqlx | Self::Node | Self::Prisma => false,
        }
    }

    /// Whether its URL can name settings for the session, certificates, an application.
    fn takes_options(self) -> bool {
        !matches!(self, Self::Asyncpg | Self::Pg8000)
    }
}

impl FromStr for Client {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|it| it.as_str() == text)
            .ok_or(())
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl DatabaseUrl {
    /// The same database in the words of `client`.
    pub fn spelled_for(&self, client: Client) -> Result<Spelled, Error> {
        let parameters = self.parameters();
        let mut writer = Writer {
            client,
            query: Vec::new(),
            warnings: parameters.warnings.clone(),
        };
        let hosts = writer.hosts(&parameters)?;
        let account = writer.account(&parameters);
        writer.tls(&parameters);
        writer.session(&parameters);
        let database = parameters.database.as_ref().map_or("", |it| it.as_str());
        let query: Vec<String> = writer
            .query
            .iter()
            .map(|(key, value)| format!("{key}={}", encode(value)))
            .collect();
        let question = if query.is_empty() { "" } else { "?" };
        let text = format!(
            "{}://{account}{hosts}/{}{question}{}",
            client.scheme(),
            encode(database),
            query.join("&"),
        );
        Ok(Spelled {
            url: Self::edited(text),
            warnings: writer.warnings,
        })
    }
}

/// The parts of a URL that is being written.
struct Writer {
    client: Client,
    query: Vec<(&'static str, String)>,
    warnings: Vec<String>,
}

impl Writer {
    fn add(&mut self, key: &'static str, value: impl Into<String>) {
        self.query.push((key, value.into()));
    }

    fn lacks(&mut self, what: &str) {
        let client = self.client;
        self.warnings.push(format!(
            "a URL for {client} cannot say {what}, so it is left out"
        ));
    }

    /// What stands between account and database.
    fn hosts(&mut self, parameters: &Parameters) -> Result<String, Error> {
        let several = parameters.addresses.len() > 1;
        if several && !self.client.takes_several() {
            let client = self.client;
            self.warnings.push(format!(
                "a URL for {client} names one host: the first of several is taken"
            ));
        }
        match &parameters.addresses[0] {
            Address::Socket { directory, port } => self.socket(directory, *port),
            Address::Unnamed { port } => Ok(format!("localhost:{port}")),
            Address::Tcp(first) if !several || !self.client.takes_several() => Ok(written(first)),
            Address::Tcp(_) => {
                let all = parameters.addresses.iter().filter_map(|it| match it {
                    Address::Tcp(endpoint) => Some(endpoint),
                    Address::Socket { .. } | Address::Unnamed { .. } => None,
                });
                if matches!(self.client, Client::Libpq | Client::Jdbc) {
                    return Ok(all.map(written).collect::<Vec<_>>().join(","));
                }
                // SQLAlchemy's own way to name several.
                for endpoint in all {
                    self.add("host", endpoint.to_string());
                }
                Ok(String::new())
            }
        }
    }

    fn socket(&mut self, directory: &str, port: u16) -> Result<String, Error> {
        let unusual = port != Endpoint::DEFAULT_PORT;
        match self.client {
            Client::Jdbc => Err(Error::NoSockets {
                client: self.client.as_str(),
                directory: directory.to_owned(),
            }),
            Client::Pg8000 => {
                self.add("unix_sock", format!("{directory}/.s.PGSQL.{port}"));
                Ok(String::new())
            }
            // It refuses an account without a host.
            Client::Sqlx => Ok(if unusual {
                format!("{}:{port}", encode(directory))
            } else {
                encode(directory)
            }),
            Client::Libpq
            | Client::Psycopg
            | Client::Psycopg2
            | Client::Asyncpg
            | Client::Node
            | Client::Prisma => {
                self.add("host", directory);
                if unusual {
                    self.add("port", port.to_string());
                }
                let needs_host = self.client == Client::Prisma;
                Ok(if needs_host { "localhost" } else { "" }.to_owned())
            }
        }
    }

    /// User and password with their `@`.
    fn account(&mut self, parameters: &Parameters) -> String {
        let user = parameters.user.as_ref().map(|it| it.as_str().to_owned());
        let password = parameters
            .password
            .as_ref()
            .map(|it| it.reveal().to_owned());
        if self.client == Client::Jdbc {
            for (key, value) in [("user", user), ("password", password)] {
                if let Some(value) = value {
                    self.add(key, value);
                }
            }
            return String::new();
        }
        match (user, password) {
            (None, None) => String::new(),
            (user, None) => format!("{}@", encode(&user.unwrap_or_default())),
            (user, Some(password)) => format!(
                "{}:{}@",
                encode(&user.unwrap_or_default()),
                encode(&password)
            ),
        }
    }

    fn tls(&mut self, parameters: &Parameters) {
        let mode = parameters.ssl_mode;
        let files = [
            ("sslrootcert", &parameters.ssl_root_certificate),
            ("sslcert", &parameters.ssl_certificate),
            ("sslkey", &parameters.ssl_key),
        ];
        match self.client {
            _ if mode == SslMode::default() => {}
            Client::Asyncpg => self.add("ssl", mode.as_str()),
            Client::Pg8000 => self.lacks("how TLS is used"),
            Client::Prisma => {
                let verifies = matches!(mode, SslMode::VerifyCa | SslMode::VerifyFull);
                match mode {
                    SslMode::Disable => self.add("sslmode", "disable"),
                    SslMode::Allow | SslMode::Prefer => self.add("sslmode", "prefer"),
                    SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => {
                        self.add("sslmode", "require");
                        let accept = if verifies {
                            "strict"
                        } else {
                            "accept_invalid_certs"
                        };
                        self.add("sslaccept", accept);
                    }
                }
            }
            Client::Node => {
                self.add("sslmode", mode.as_str());
                // Without it, `require` would mean `verify-full`.
                self.add("uselibpqcompat", "true");
            }
            Client::Libpq | Client::Psycopg | Client::Psycopg2 | Client::Sqlx | Client::Jdbc => {
                self.add("sslmode", mode.as_str());
            }
        }
        for (key, file) in files {
            let Some(file) = file else { continue };
            match (self.client, key) {
                (Client::Prisma, "sslrootcert") => self.add("sslcert", file),
                (Client::Prisma, _) => self.lacks("a client's certificate"),
                (client, _) if client.takes_options() => self.add(key, file),
                _ => self.lacks("a certificate's file"),
            }
        }
    }

    /// The application's name, and settings for the session.
    fn session(&mut self, parameters: &Parameters) {
        if let Some(name) = &parameters.application_name {
            match self.client {
                Client::Asyncpg | Client::Prisma => self.lacks("the application's name"),
                Client::Jdbc => self.add("ApplicationName", name),
                _ => self.add("application_name", name),
            }
        }
        if let Some(attribute) = parameters.server.as_str() {
            match self.client {
                Client::Libpq | Client::Psycopg | Client::Psycopg2 => {
                    self.add("target_session_attrs", attribute);
                }
                Client::Jdbc => self.add("targetServerType", "primary"),
                _ => self.lacks("that the server must take writes"),
            }
        }
        let mut options = Vec::new();
        for (name, value) in &parameters.settings {
            match (self.client, name.as_str()) {
                (Client::Prisma, "search_path") => self.add("schema", value),
                (client, _) if client.takes_options() => {
                    let escaped = value.replace('\\', "\\\\").replace(' ', "\\ ");
                    options.push(format!("-c {name}={escaped}"));
                }
                _ => self.lacks(&format!("the setting `{name}`")),
            }
        }
        if !options.is_empty() {
            self.add("options", options.join(" "));
        }
    }
}

fn written(endpoint: &Endpoint) -> String {
    format!("{}:{}", encode_host(&endpoint.host), endpoint.port)
}

#[cfg(test)]
mod tests {
    use super::{Client, DatabaseUrl};

    fn spelled(text: &str, client: Client) -> String {
        let url = DatabaseUrl::parse(text).expect(text);
        match url.spelled_for(client) {
            Ok(it) => format!("{} {}", it.url.reveal(), it.warnings.len()),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    #[rustfmt::skip]
    fn each_client_has_words_of_its_own() {
        let socket = "postgresql+psycopg://U:P%40@/DB?host=/cloudsql/p:r:i";
        let tls = "postgresql+asyncpg://u:p@h/d?ssl=require";
        let hosts = "postgres://u@h1,h2:6/d?target_session_attrs=read-write";
        let path = "jdbc:postgresql://h/d?user=u&currentSchema=a%20b&ApplicationName=x";
        for (text, client, expected) in [
            (socket, Client::Libpq, "postgresql://U:P%40@/DB?host=%2Fcloudsql%2Fp%3Ar%3Ai 0"),
            (socket, Client::Psycopg, "postgresql+psycopg://U:P%40@/DB?host=%2Fcloudsql%2Fp%3Ar%3Ai 0"),
            (socket, Client::Asyncpg, "postgresql+asyncpg://U:P%40@/DB?host=%2Fcloudsql%2Fp%3Ar%3Ai 0"),
            (socket, Client::Pg8000, "postgresql+pg8000://U:P%40@/DB?unix_sock=%2Fcloudsql%2Fp%3Ar%3Ai%2F.s.PGSQL.5432 0"),
            (socket, Client::Sqlx, "postgresql://U:P%40@%2Fcloudsql%2Fp%3Ar%3Ai/DB 0"),
            (socket, Client::Node, "postgresql://U:P%40@/DB?host=%2Fcloudsql%2Fp%3Ar%3Ai 0"),
            (socket, Client::Prisma, "postgresql://U:P%40@localhost/DB?host=%2Fcloudsql%2Fp%3Ar%3Ai 0"),
            (socket, Client::Jdbc, "a URL for jdbc cannot name the socket in `/cloudsql/p:r:i`"),
            (tls, Client::Libpq, "postgresql://u:p@h:5432/d?sslmode=require 0"),
            (tls, Client::Psycopg2, "postgresql+psycopg2://u:p@h:5432/d?sslmode=require 0"),
            (tls, Client::Asyncpg, "postgresql+asyncpg://u:p@h:5432/d?ssl=require 0"),
            (tls, Client::Pg8000, "postgresql+pg8000://u:p@h:5432/d 1"),
            (tls, Client::Jdbc, "jdbc:postgresql://h:5432/d?user=u&password=p&sslmode=require 0"),
            (tls, Client::Node, "postgresql://u:p@h:5432/d?sslmode=require&uselibpqcompat=true 0"),
            (tls, Client::Prisma, "postgresql://u:p@h:5432/d?sslmode=require&sslaccept=accept_invalid_certs 0"),
            (hosts, Client::Libpq, "postgresql://u@h1:5432,h2:6/d?target_session_attrs=read-write 0"),
            (hosts, Client::Psycopg, "postgresql+psycopg://u@/d?host=h1%3A5432&host=h2%3A6&target_session_attrs=read-write 0"),
            (hosts, Client::Jdbc, "jdbc:postgresql://h1:5432,h2:6/d?user=u&targetServerType=primary 0"),
            (hosts, Client::Sqlx, "postgresql://u@h1:5432/d 2"),
            (path, Client::Libpq, "postgresql://u@h:5432/d?application_name=x&options=-c%20search_path%3Da%5C%20b 0"),
            (path, Client::Prisma, "postgresql://u@h:5432/d?schema=a%20b 1"),
            (path, Client::Asyncpg, "postgresql+asyncpg://u@h:5432/d 2"),
            ("postgres://u@[::1]/d", Client::Psycopg, "postgresql+psycopg://u@[::1]:5432/d 0"),
        ] {
            assert_eq!(spelled(text, client), expected, "{text} {client}");
        }
    }

    #[test]
    fn what_one_client_is_told_another_understands() {
        let text = "postgresql://u%20v:p%2F%25@h:7/d%3F?sslmode=verify-full&sslrootcert=/ca.pem\
                    &application_name=x&options=-c%20a%3Db";
        let url = DatabaseUrl::parse(text).expect(text);
        for client in [Client::Libpq, Client::Psycopg, Client::Sqlx, Client::Jdbc] {
            let there = url.spelled_for(client).expect("it has a host").url;
            let back = there.spelled_for(Client::Libpq).expect("it has a host").url;
            assert_eq!(back.parameters(), url.parameters(), "{client}");
        }
    }
}
