//! A URL with one thing changed and every other byte kept.

use std::fmt::Write as _;
use std::ops::Range;

use super::dialect;
use super::encoding;
use super::endpoint::Endpoint;
use super::error::Error;
use super::value::DatabaseUrl;
use crate::ident::DatabaseName;
use crate::secret::Secret;

impl DatabaseUrl {
    /// The same URL for a server at `endpoint`.
    ///
    /// Several hosts become one. Parameters that would win over it (`host`, `hostaddr`, `port`,
    /// a socket's path) are taken out.
    #[must_use]
    pub fn with_endpoint(&self, endpoint: &Endpoint) -> Self {
        let bare = self.without(&["host", "hostaddr", "port", "unix_sock", "unix_socket"]);
        let name = encode_host(&endpoint.host);
        bare.replace(
            bare.layout.hosts.clone(),
            &format!("{name}:{}", endpoint.port),
        )
    }

    /// The same URL for another database.
    #[must_use]
    pub fn with_database(&self, database: &DatabaseName) -> Self {
        let bare = self.without(&["dbname", "database"]);
        let name = encoding::encode(database.as_str());
        if let Some(path) = bare.layout.path.clone() {
            return bare.replace(path, &name);
        }
        let end = bare.layout.hosts.end;
        bare.replace(end..end, &format!("/{name}"))
    }

    /// The same URL with another password, in the place where this one keeps it.
    #[must_use]
    pub fn with_password(&self, password: &Secret) -> Self {
        let encoded = encoding::encode(password.reveal());
        if let Some(parameter) = self.query().into_iter().rfind(|it| it.key == "password") {
            return self.replace(parameter.value_span, &encoded);
        }
        if dialect::keeps_account_in_query(self.dialect()) && self.layout.user.is_none() {
            return self.append(&format!("password={encoded}"));
        }
        match (&self.layout.password, &self.layout.user) {
            (Some(range), _) => self.replace(range.clone(), &encoded),
            (None, Some(user)) => self.replace(user.end..user.end, &format!(":{encoded}")),
            (None, None) => {
                let start = self.layout.hosts.start;
                self.replace(start..start, &format!(":{encoded}@"))
            }
        }
    }

    /// The same URL in another dialect: `postgresql`, `postgresql+asyncpg`, `jdbc:postgresql`.
    ///
    /// JDBC's driver takes user and password as parameters alone, and asyncpg calls `sslmode`
    /// `ssl`: both are moved where the other dialect looks for them.
    pub fn with_dialect(&self, dialect: &str) -> Result<Self, Error> {
        if !dialect::is_postgres(dialect) {
            return Err(Error::OtherDatabase {
                scheme: dialect.to_owned(),
            });
        }
        let (from, to) = (
            dialect::tls_parameter(self.dialect()),
            dialect::tls_parameter(dialect),
        );
        let account_moves = dialect::keeps_account_in_query(self.dialect())
            != dialect::keeps_account_in_query(dialect);
        let to_query = dialect::keeps_account_in_query(dialect);
        let (user, password) = (self.user(), self.password());

        // A `+` of libpq's is a plus, of all others a space: the change must not turn one into
        // the other.
        let mut url = self.respell_plus(dialect);
        if from != to
            && let Some(parameter) = url.query().into_iter().find(|it| it.key == from)
        {
            let key = parameter.span.start..parameter.span.start + from.len();
            url = url.replace(key, to);
        }
        url = url.replace(url.layout.scheme.clone(), dialect);
        if !account_moves {
            return Ok(url);
        }
        url = url.without(&["user", "password"]);
        url = url.replace(url.layout.userinfo.clone(), "");
        let user = user.map(|it| encoding::encode(it.as_str()));
        let password = password.map(|it| encoding::encode(it.reveal()));
        if to_query {
            for (key, value) in [("user", user), ("password", password)] {
                if let Some(value) = value {
                    url = url.append(&format!("{key}={value}"));
                }
            }
            return Ok(url);
        }
        let mut userinfo = user.unwrap_or_default();
        if let Some(password) = password {
            let _ = write!(userinfo, ":{password}");
        }
        if !userinfo.is_empty() {
            userinfo.push('@');
        }
        let start = url.layout.hosts.start;
        Ok(url.replace(start..start, &userinfo))
    }

    fn respell_plus(&self, dialect: &str) -> Self {
        let (before, after) = (
            dialect::plus_is_space(self.dialect()),
            dialect::plus_is_space(dialect),
        );
        match (&self.layout.query, before == after) {
            (Some(range), false) if self.text[range.clone()].contains('+') => {
                let spelt = if before { "%20" } else { "%2B" };
                self.replace(range.clone(), &self.text[range.clone()].replace('+', spelt))
            }
            (Some(_) | None, _) => self.clone(),
        }
    }

    /// Takes parameters out, and the `?` with the last of them.
    fn without(&self, keys: &[&str]) -> Self {
        let Some(range) = &self.layout.query else {
            return self.clone();
        };
        let doomed: Vec<Range<usize>> = self
            .query()
            .into_iter()
            .filter(|it| keys.contains(&it.key.as_str()))
            .map(|it| it.span)
            .collect();
        if doomed.is_empty() {
            return self.clone();
        }
        let mut from = range.start;
        let mut kept = Vec::new();
        for piece in self.text[range.clone()].split('&') {
            if !doomed.contains(&(from..from + piece.len())) {
                kept.push(piece);
            }
            from += piece.len() + 1;
        }
        if kept.is_empty() {
            self.replace(range.start - 1..range.end, "")
        } else {
            self.replace(range.clone(), &kept.join("&"))
        }
    }

    /// Adds a parameter behind the others.
    fn append(&self, parameter: &str) -> Self {
        match &self.layout.query {
            Some(range) if range.is_empty() => self.replace(range.clone(), parameter),
            Some(range) => self.replace(range.end..range.end, &format!("&{parameter}")),
            None => {
                let end = self
                    .layout
                    .path
                    .as_ref()
                    .map_or(self.layout.hosts.end, |path| path.end);
                self.replace(end..end, &format!("?{parameter}"))
            }
        }
    }

    fn replace(&self, range: Range<usize>, by: &str) -> Self {
        let mut text = self.text.clone();
        text.replace_range(range, by);
        Self::edited(text)
    }
}

/// A host as it stands in a URL: an IPv6 address in brackets, anything unusual encoded.
pub(in crate::url) fn encode_host(host: &str) -> String {
    if host.contains(':') {
        format!("[{host}]")
    } else {
        encoding::encode(host)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::DatabaseUrl;
    use crate::ident::{DatabaseName, RoleName};
    use crate::secret::Secret;
    use crate::url::Endpoint;

    fn url(text: &str) -> DatabaseUrl {
        DatabaseUrl::parse(text).expect(text)
    }

    #[test]
    fn another_endpoint_changes_host_and_port_alone() {
        for (before, after) in [
            (
                "postgresql+psycopg://admin:password@db:5432/townpass_db",
                "postgresql+psycopg://admin:password@127.0.0.1:5433/townpass_db",
            ),
            (
                "postgres://a:%70%2f%2F+@db/d?sslmode=disable#x",
                "postgres://a:%70%2f%2F+@127.0.0.1:5433/d?sslmode=disable#x",
            ),
            (
                "postgres://a:b@[::1]:1/d",
                "postgres://a:b@127.0.0.1:5433/d",
            ),
            (
                "postgres://a:b@h1:1,h2:2/d",
                "postgres://a:b@127.0.0.1:5433/d",
            ),
            (
                "postgres://a:b@/d?host=/cloudsql/x&options=-c%20a%3Db",
                "postgres://a:b@127.0.0.1:5433/d?options=-c%20a%3Db",
            ),
            (
                "postgres://a:b@%2Fcloudsql%2Fx/d",
                "postgres://a:b@127.0.0.1:5433/d",
            ),
            (
                "postgres://h/d?x=1&host=q&port=5&&y=2",
                "postgres://127.0.0.1:5433/d?x=1&&y=2",
            ),
            ("postgres://?host=h#f", "postgres://127.0.0.1:5433#f"),
            (
                "postgres://a:p/q?r#s@db/d",
                "postgres://a:p/q?r#s@127.0.0.1:5433/d",
            ),
            (
                "jdbc:postgresql://db/d?user=a",
                "jdbc:postgresql://127.0.0.1:5433/d?user=a",
            ),
        ] {
            let changed = url(before).with_endpoint(&Endpoint::new("127.0.0.1", 5433));
            assert_eq!(changed.reveal(), after);
        }
        assert_eq!(
            url("postgres://db/d")
                .with_endpoint(&Endpoint::new("::1", 1))
                .reveal(),
            "postgres://[::1]:1/d"
        );
    }

    #[test]
    fn another_database_or_password_stands_where_the_old_one_stood() {
        let name = DatabaseName::new("x y");
        for (before, after) in [
            ("postgres://a:b@h/d?q=1", "postgres://a:b@h/x%20y?q=1"),
            ("postgres://a:b@h?q=1", "postgres://a:b@h/x%20y?q=1"),
            ("postgres://a:b@h/d?dbname=e", "postgres://a:b@h/x%20y"),
        ] {
            assert_eq!(url(before).with_database(&name).reveal(), after);
        }
        for (before, after) in [
            ("postgres://a:b@h/d", "postgres://a:n%3Aw@h/d"),
            ("postgres://a@h/d", "postgres://a:n%3Aw@h/d"),
            ("postgres://h/d", "postgres://:n%3Aw@h/d"),
            (
                "postgres://a:b@h/d?password=c",
                "postgres://a:b@h/d?password=n%3Aw",
            ),
            (
                "jdbc:postgresql://h/d?user=a",
                "jdbc:postgresql://h/d?user=a&password=n%3Aw",
            ),
            ("jdbc:postgresql://h", "jdbc:postgresql://h?password=n%3Aw"),
        ] {
            assert_eq!(
                url(before).with_password(&Secret::new("n:w")).reveal(),
                after
            );
        }
    }

    #[test]
    fn dialects_translate() {
        for (before, dialect, after) in [
            (
                "postgresql+psycopg://a:b@h/d?sslmode=require",
                "postgresql",
                "postgresql://a:b@h/d?sslmode=require",
            ),
            (
                "postgresql+psycopg://a:b@h/d?x=1&sslmode=require",
                "postgresql+asyncpg",
                "postgresql+asyncpg://a:b@h/d?x=1&ssl=require",
            ),
            (
                "postgresql+asyncpg://a:b@h/d?ssl=require",
                "postgres",
                "postgres://a:b@h/d?sslmode=require",
            ),
            (
                "postgres://a%40:p%26+@h/d?x=1",
                "jdbc:postgresql",
                "jdbc:postgresql://h/d?x=1&user=a%40&password=p%26%2B",
            ),
            (
                "jdbc:postgresql://h/d?user=a&password=p+q",
                "postgres",
                "postgres://a:p%20q@h/d",
            ),
            (
                "postgres://h/d?options=a+b",
                "postgresql+psycopg",
                "postgresql+psycopg://h/d?options=a%2Bb",
            ),
        ] {
            assert_eq!(
                url(before).with_dialect(dialect).expect(dialect).reveal(),
                after
            );
        }
        assert!(url("postgres://h/d").with_dialect("mysql").is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_built_reads_back(user in "[^\\x00]{1,12}", password in "[^\\x00]{1,24}", database in "[^\\x00]{1,12}", port in 1u16..) {
            let (user, database) = (RoleName::new(user), DatabaseName::new(database));
            let secret = Secret::new(password);
            let endpoint = Endpoint::new("127.0.0.1", port);
            let built = DatabaseUrl::build(&user, Some(&secret), &endpoint, &database);
            prop_assert_eq!(built.user(), Some(user));
            prop_assert_eq!(built.password(), Some(secret));
            prop_assert_eq!(built.database(), Some(database));
            prop_assert_eq!(built.address().to_string(), endpoint.to_string());
            let jdbc = built.with_dialect("jdbc:postgresql").expect("a dialect");
            prop_assert_eq!(jdbc.user(), built.user());
            prop_assert_eq!(jdbc.password(), built.password());
            let back = jdbc.with_dialect("postgresql").expect("a dialect");
            prop_assert_eq!(back.reveal(), built.reveal());
        }

        #[test]
        fn no_text_makes_it_panic(text in "postgres(ql)?(\\+x)?://[a:@/?#,%\\[\\]=&0-9 host]{0,24}") {
            if let Ok(url) = DatabaseUrl::parse(&text) {
                let _ = (url.to_string(), url.parameters(), url.addresses());
                let moved = url.with_endpoint(&Endpoint::new("10.0.0.1", 7));
                let _ = moved.with_password(&Secret::new("p")).with_database(&DatabaseName::new("d"));
                let _ = url.with_dialect("jdbc:postgresql").expect("a dialect").with_dialect("postgresql+asyncpg").expect("a dialect");
            }
        }
    }
}
