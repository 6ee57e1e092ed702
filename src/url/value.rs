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
        self.addresses()
            .into_iter()
            .next()
            .expect("a URL has at least one, perhaps unnamed, host")
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
    fn last(&self, keys: &[&str]) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use super::DatabaseUrl;
    use crate::url::Error;

    fn url(text: &str) -> DatabaseUrl {
        DatabaseUrl::parse(text).expect(text)
    }

    #[test]
    fn parts_are_read_in_every_dialect() {
        // URL, dialect, user, password, addresses, database
        for (text, dialect, user, password, addresses, database) in [
            (
                "postgresql+psycopg://admin:password@db:5432/townpass_db",
                "postgresql+psycopg",
                "admin",
                "password",
                "db:5432",
                "townpass_db",
            ),
            ("postgres://a:b@h/d", "postgres", "a", "b", "h:5432", "d"),
            (
                "postgresql+psycopg2://a:b@h:1/d",
                "postgresql+psycopg2",
                "a",
                "b",
                "h:1",
                "d",
            ),
            (
                "postgresql+asyncpg://a@h/d?ssl=require",
                "postgresql+asyncpg",
                "a",
                "",
                "h:5432",
                "d",
            ),
            (
                "postgresql+pg8000://a:@h/d",
                "postgresql+pg8000",
                "a",
                "",
                "h:5432",
                "d",
            ),
            (
                "jdbc:postgresql://h:6/d?user=a&password=p%26q",
                "jdbc:postgresql",
                "a",
                "p&q",
                "h:6",
                "d",
            ),
            (
                "r2dbc:pool:postgresql://a:b@h/d",
                "r2dbc:pool:postgresql",
                "a",
                "b",
                "h:5432",
                "d",
            ),
            (
                "PostgreSQL://a:b@H/d",
                "PostgreSQL",
                "a",
                "b",
                "H:5432",
                "d",
            ),
            ("postgis://a:b@h/d", "postgis", "a", "b", "h:5432", "d"),
            (
                "postgres://a%40b:p%3Aq%2F%E5%AF%86@h/d%20e",
                "postgres",
                "a@b",
                "p:q/密",
                "h:5432",
                "d e",
            ),
            (
                "postgres://a:100%@h/d",
                "postgres",
                "a",
                "100%",
                "h:5432",
                "d",
            ),
            (
                "postgres://a:p@ss@h/d",
                "postgres",
                "a",
                "p@ss",
                "h:5432",
                "d",
            ),
            (
                "postgresql+psycopg://a:p/s?s#@h:7/d?x=y",
                "postgresql+psycopg",
                "a",
                "p/s?s#",
                "h:7",
                "d",
            ),
            (
                "postgres://a:1#2@h/d",
                "postgres",
                "a",
                "1#2",
                "h:5432",
                "d",
            ),
            (
                "postgres://a:b:c@h/d",
                "postgres",
                "a",
                "b:c",
                "h:5432",
                "d",
            ),
            (
                "postgres://a:b@[::1]:5433/d",
                "postgres",
                "a",
                "b",
                "[::1]:5433",
                "d",
            ),
            (
                "postgres://a:b@[fe80::1%25eth0]/d",
                "postgres",
                "a",
                "b",
                "[fe80::1%eth0]:5432",
                "d",
            ),
            (
                "postgres://a:b@h1:1,h2,[::1]:3/d",
                "postgres",
                "a",
                "b",
                "h1:1 h2:5432 [::1]:3",
                "d",
            ),
            (
                "postgres://a:b@h1,h2/d?port=7",
                "postgres",
                "a",
                "b",
                "h1:7 h2:7",
                "d",
            ),
            (
                "postgres://a:b@h1,h2/d?port=7,8",
                "postgres",
                "a",
                "b",
                "h1:7 h2:8",
                "d",
            ),
            ("postgres://a:b@h:/d", "postgres", "a", "b", "h:5432", "d"),
            (
                "postgres:///d",
                "postgres",
                "",
                "",
                "this machine, port 5432",
                "d",
            ),
            (
                "postgres://",
                "postgres",
                "",
                "",
                "this machine, port 5432",
                "",
            ),
            (
                "postgres://:6/d",
                "postgres",
                "",
                "",
                "this machine, port 6",
                "d",
            ),
            ("postgres://a@h", "postgres", "a", "", "h:5432", ""),
            ("postgres://a@h/", "postgres", "a", "", "h:5432", ""),
            (
                "postgres://a@h?sslmode=disable",
                "postgres",
                "a",
                "",
                "h:5432",
                "",
            ),
            (
                "postgres://a:b@%2Fcloudsql%2Fp%3Ar%3Ai/d",
                "postgres",
                "a",
                "b",
                "/cloudsql/p:r:i/.s.PGSQL.5432",
                "d",
            ),
            (
                "postgres://a:b@/d?host=/cloudsql/p:r:i",
                "postgres",
                "a",
                "b",
                "/cloudsql/p:r:i/.s.PGSQL.5432",
                "d",
            ),
            (
                "postgres://a:b@h/d?host=%2Ftmp&port=6",
                "postgres",
                "a",
                "b",
                "/tmp/.s.PGSQL.6",
                "d",
            ),
            (
                "postgresql+pg8000://a:b@/d?unix_sock=/cloudsql/x/.s.PGSQL.6",
                "postgresql+pg8000",
                "a",
                "b",
                "/cloudsql/x/.s.PGSQL.6",
                "d",
            ),
            (
                "postgresql+psycopg://a:b@/d?host=h1:1&host=h2:2",
                "postgresql+psycopg",
                "a",
                "b",
                "h1:1 h2:2",
                "d",
            ),
            (
                "postgres://h:9/d?host=other",
                "postgres",
                "",
                "",
                "other:9",
                "d",
            ),
            (
                "postgres://h/d?hostaddr=10.0.0.1&dbname=e&user=u&password=w",
                "postgres",
                "u",
                "w",
                "10.0.0.1:5432",
                "e",
            ),
            ("postgres://h/a/b#c", "postgres", "", "", "h:5432", "a/b"),
        ] {
            let url = url(text);
            assert_eq!(url.reveal(), text);
            assert_eq!(url.dialect(), dialect, "{text}");
            assert_eq!(
                url.user().map_or(String::new(), |it| it.to_string()),
                user,
                "{text}"
            );
            assert_eq!(
                url.password()
                    .map_or(String::new(), |it| it.reveal().to_owned()),
                password,
                "{text}"
            );
            assert_eq!(
                url.database().map_or(String::new(), |it| it.to_string()),
                database,
                "{text}"
            );
            let found: Vec<String> = url.addresses().iter().map(ToString::to_string).collect();
            assert_eq!(found.join(" "), addresses, "{text}");
        }
    }

    #[test]
    fn no_password_is_ever_shown() {
        for text in [
            "postgres://admin:hunter2@db:5432/x",
            "postgres://admin:a@hunter2@db/x",
            "postgresql+psycopg://admin:a/hunter2#@db/x",
            "jdbc:postgresql://db/x?user=admin&password=hunter2",
            "postgres://db/x?sslpassword=hunter2&%70assword=hunter2",
        ] {
            let url = url(text);
            for shown in [url.to_string(), format!("{url:?}")] {
                assert!(!shown.contains("hunter2"), "{shown}");
                assert!(shown.contains("****"), "{shown}");
                assert!(shown.contains("db"), "{shown}");
            }
        }
        let kept = "postgres://admin@db/x?a=b#c";
        assert_eq!(url(kept).to_string(), kept);
    }

    #[test]
    fn errors_say_what_and_where_and_hide_the_password() {
        for (text, problem, shown, place) in [
            (
                "postgres://admin:hunter2@db:54x2/x",
                "the port is not a number",
                "postgres://admin:****@db:54x2/x",
                "54x2",
            ),
            (
                "postgres://admin:hunter2@db:70000/x",
                "the port is out of range",
                "postgres://admin:****@db:70000/x",
                "70000",
            ),
            (
                "postgres://admin:hunter2/x",
                "the port is not a number",
                "postgres://admin:****/x",
                "****",
            ),
            (
                "postgres://admin:hunter2@::1/x",
                "the host has more than one colon",
                "postgres://admin:****@::1/x",
                "::1",
            ),
            (
                "postgres://admin:hunter2@[::1/x",
                "the bracket of an IPv6 address is not closed",
                "postgres://admin:****@[::1/x",
                "[::1",
            ),
            (
                "postgres://admin:hunter2@[::1]x/x",
                "something stands behind the host that is no port",
                "postgres://admin:****@[::1]x/x",
                "x",
            ),
            (
                "postgres://a:hunter2@db/x?port=0",
                "the port is out of range",
                "postgres://a:****@db/x?port=0",
                "0",
            ),
            (
                "postgres://a:%FFhunter2@db/x",
                "the password is not UTF-8 text once decoded, or holds a NUL",
                "postgres://a:****@db/x",
                "****",
            ),
            (
                "postgres://a:hunter2@db/x%00",
                "the database name is not UTF-8 text once decoded, or holds a NUL",
                "postgres://a:****@db/x%00",
                "x%00",
            ),
            (
                "admin:hunter2@db/x",
                "it has no `://` after a scheme",
                "admin:****@db/x",
                "admin:****@db/x",
            ),
            (
                "postgres://admin:12/hunter2@db/x",
                "it can be read in two ways",
                "postgres://admin:****@db/x",
                "****@db/x",
            ),
            (
                "host=db password=hunter2",
                "it is a list of keywords, not a URL",
                "host=db password=****",
                "host=db password=****",
            ),
            (
                "\"postgres://a:hunter2@db/x\"",
                "it begins with a quote",
                "\"postgres://a:****@db/x\"",
                "\"",
            ),
            (
                "postgres://a:hunter2@db/x\n",
                "there is a blank around it",
                "postgres://a:****@db/x\n",
                "\n",
            ),
            (
                " postgres://a:hunter2@db/x",
                "there is a blank around it",
                " postgres://a:****@db/x",
                " ",
            ),
            (
                "://db/x",
                "what stands before `://` is no scheme",
                "://db/x",
                "",
            ),
            ("", "it has no `://` after a scheme", "", ""),
        ] {
            match DatabaseUrl::parse(text) {
                Err(Error::Malformed {
                    problem: said,
                    url,
                    at,
                    ..
                }) => {
                    assert_eq!(said, problem, "{text}");
                    assert_eq!(url, shown, "{text}");
                    assert_eq!(&url[at.offset()..at.offset() + at.len()], place, "{text}");
                }
                other => panic!("{text}: {other:?}"),
            }
        }
        for scheme in [
            "mysql",
            "sqlite",
            "mysql+pymysql",
            "jdbc:mysql",
            "prisma+postgres",
        ] {
            match DatabaseUrl::parse(&format!("{scheme}://a:b@h/d")) {
                Err(Error::OtherDatabase { scheme: said }) => assert_eq!(said, scheme),
                other => panic!("{scheme}: {other:?}"),
            }
        }
    }
}
