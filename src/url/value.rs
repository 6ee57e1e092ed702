//! The URL itself: its text, and what its parts say.

use std::fmt;
use std::str::FromStr;

use super::dialect;
use super::encoding;
use super::endpoint::{Address, Endpoint};
use super::error::Error;
use super::layout::{self, Layout};
use super::mask;
use super::query::{self, Parameter};
use crate::ident::{DatabaseName, RoleName};
use crate::secret::Secret;

/// The URL of a PostgreSQL database, byte for byte as it was written.
///
/// `Display` and `Debug` mask the password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    pub(in crate::url) text: String,
    pub(in crate::url) layout: Layout,
}

impl DatabaseUrl {
    /// Reads a URL in any dialect of PostgreSQL's.
    pub fn parse(text: &str) -> Result<Self, Error> {
        layout::refuse_blanks(text)?;
        let layout = Layout::read(text)?;
        layout.refuse_doubt(text)?;
        Ok(Self {
            layout,
            text: text.to_owned(),
        })
    }

    /// Writes a `postgresql://` URL, every part encoded so that all drivers read it alike.
    pub fn build(
        user: &RoleName,
        password: Option<&Secret>,
        endpoint: &Endpoint,
        database: &DatabaseName,
    ) -> Self {
        let password = password.map_or_else(String::new, |it| {
            format!(":{}", encoding::encode(it.reveal()))
        });
        Self::edited(format!(
            "postgresql://{}{password}@{endpoint}/{}",
            encoding::encode(user.as_str()),
            encoding::encode(database.as_str()),
        ))
    }

    /// Takes text that one of our own edits made of a proper URL.
    pub(in crate::url) fn edited(text: String) -> Self {
        let layout = Layout::read(&text).expect("an edit keeps a URL well formed");
        Self { text, layout }
    }

    /// The whole text with its password, for a child's environment.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// All before `://`: `postgresql`, `postgresql+psycopg`, `jdbc:postgresql`.
    pub fn dialect(&self) -> &str {
        &self.text[self.layout.scheme.clone()]
    }

    /// The user, decoded.
    pub fn user(&self) -> Option<RoleName> {
        self.last(&["user"])
            .or_else(|| self.decoded(self.layout.user.clone()))
            .map(RoleName::new)
    }

    /// The password, decoded.
    pub fn password(&self) -> Option<Secret> {
        self.last(&["password"])
            .or_else(|| self.layout.password.clone().map(|it| self.decode(it)))
            .map(Secret::new)
    }

    /// The database, decoded. Where none is named, a client takes the one called like the user.
    pub fn database(&self) -> Option<DatabaseName> {
        self.last(&["dbname", "database"])
            .or_else(|| self.decoded(self.layout.path.clone()))
            .map(DatabaseName::new)
    }

    /// Where the server is, in the order in which a client tries. Never empty.
    ///
    /// `host`, `hostaddr`, `port` and a socket's path in the query win over what stands before
    /// the path, as they do in libpq.
    pub fn addresses(&self) -> Vec<Address> {
        let written: Vec<(String, Option<u16>)> = self
            .layout
            .each
            .iter()
            .map(|host| (self.decode(host.name.clone()), host.port))
            .collect();
        let hosts = self.hosts_in_query();
        let ports: Vec<Option<u16>> = match self.last(&["port"]) {
            Some(list) => list.split(',').map(|it| it.parse().ok()).collect(),
            None => hosts
                .iter()
                .map(|(_, port)| *port)
                .chain(written.iter().map(|(_, port)| *port))
                .filter(|port| hosts.is_empty() || port.is_some())
                .collect(),
        };
        let names: Vec<String> = if hosts.is_empty() {
            written.into_iter().map(|(name, _)| name).collect()
        } else {
            hosts.into_iter().map(|(name, _)| name).collect()
        };
        let port = |index: usize| {
            let single = if ports.len() == 1 { ports[0] } else { None };
            single
                .or_else(|| ports.get(index).copied().flatten())
                .unwrap_or(Endpoint::DEFAULT_PORT)
        };
        names
            .into_iter()
            .enumerate()
            .map(|(index, name)| address(name, port(index)))
            .collect()
    }

    /// The first of [`addresses`](Self::addresses).
    pub fn address(&self) -> Address {
        let mut addresses = self.addresses();
        addresses.swap_remove(0)
    }

    /// The hosts that the query names, with a port where the form `host=name:port` has one.
    fn hosts_in_query(&self) -> Vec<(String, Option<u16>)> {
        let mut hosts = Vec::new();
        for key in ["unix_sock", "unix_socket", "hostaddr", "host"] {
            for parameter in self.query().into_iter().filter(|it| it.key == key) {
                for host in parameter.value.split(',').filter(|it| !it.is_empty()) {
                    hosts.push(split_port(host));
                }
            }
            if !hosts.is_empty() {
                break;
            }
        }
        hosts
    }

    /// All parameters, in order.
    pub(in crate::url) fn query(&self) -> Vec<Parameter> {
        let plus_is_space = dialect::plus_is_space(self.dialect());
        self.layout.query.as_ref().map_or_else(Vec::new, |range| {
            query::read(&self.text, range, plus_is_space)
                .into_iter()
                .flatten()
                .collect()
        })
    }

    /// The last parameter of these names that is not empty: later ones win, as in libpq.
    pub(in crate::url) fn last(&self, keys: &[&str]) -> Option<String> {
        self.query()
            .into_iter()
            .rev()
            .find(|it| keys.contains(&it.key.as_str()) && !it.value.is_empty())
            .map(|it| it.value)
    }

    fn decoded(&self, range: Option<std::ops::Range<usize>>) -> Option<String> {
        range.map(|it| self.decode(it)).filter(|it| !it.is_empty())
    }

    fn decode(&self, range: std::ops::Range<usize>) -> String {
        encoding::decode(&self.text[range]).expect("every part was seen to decode when it was read")
    }
}

/// SQLAlchemy's `host=name:port`; an address with several colons is an IPv6 address.
fn split_port(host: &str) -> (String, Option<u16>) {
    if !host.starts_with(['/', '@'])
        && host.matches(':').count() == 1
        && let Some((name, digits)) = host.split_once(':')
        && (digits.is_empty() || digits.parse::<u16>().is_ok())
    {
        return (name.to_owned(), digits.parse().ok());
    }
    (host.to_owned(), None)
}

fn address(name: String, port: u16) -> Address {
    if name.is_empty() {
        return Address::Unnamed { port };
    }
    if !name.starts_with(['/', '@']) {
        return Address::Tcp(Endpoint::new(name, port));
    }
    // pg8000 names the socket itself, libpq the directory it lies in.
    match name
        .rsplit_once("/.s.PGSQL.")
        .map(|(directory, digits)| (directory.to_owned(), digits.parse()))
    {
        Some((directory, Ok(port))) => Address::Socket { directory, port },
        Some((_, Err(_))) | None => Address::Socket {
            directory: name,
            port,
        },
    }
}

impl FromStr for DatabaseUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mask::parsed(&self.text, &self.layout))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}
