//! What a URL asks of a connection, as plain values.
//!
//! Drivers disagree about parameters: one ignores `ssl=require` and connects in clear, another
//! refuses `search_path`. Here every dialect's words are read once, and what is not understood is
//! said instead of dropped.

use super::dialect;
use super::encoding;
use super::endpoint::Address;
use super::value::DatabaseUrl;
use crate::ident::{DatabaseName, RoleName};
use crate::secret::Secret;

/// Everything needed to connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// Where the server is, in the order to try. Never empty.
    pub addresses: Vec<Address>,
    /// The role, where one is named.
    pub user: Option<RoleName>,
    /// The password, where there is one.
    pub password: Option<Secret>,
    /// The database, where one is named.
    pub database: Option<DatabaseName>,
    /// How TLS is used.
    pub ssl_mode: SslMode,
    /// The file with the certificates to trust.
    pub ssl_root_certificate: Option<String>,
    /// The file with the client's certificate.
    pub ssl_certificate: Option<String>,
    /// The file with the client's key.
    pub ssl_key: Option<String>,
    /// The name shown in `pg_stat_activity`.
    pub application_name: Option<String>,
    /// Which of several servers will do.
    pub server: Server,
    /// Settings for the session, name and value, as after `-c`.
    pub settings: Vec<(String, String)>,
    /// What was not understood or looks wrong, a sentence each.
    pub warnings: Vec<String>,
}

/// Which of several servers will do, in libpq's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Server {
    /// The first that takes us.
    #[default]
    Any,
    /// The first that takes writes.
    ReadWrite,
}

impl Server {
    /// The value of `target_session_attrs`, where one is needed.
    pub fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Any => None,
            Self::ReadWrite => Some("read-write"),
        }
    }
}

/// How TLS is used, in libpq's words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SslMode {
    /// Never.
    Disable,
    /// Only where the server insists.
    Allow,
    /// Where the server can.
    #[default]
    Prefer,
    /// Always, trusting any certificate.
    Require,
    /// Always, with a certificate of a trusted authority.
    VerifyCa,
    /// Always, with a certificate of a trusted authority for this very host.
    VerifyFull,
}

impl SslMode {
    /// The value of `sslmode`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Allow => "allow",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }
}

/// Parameters of drivers and poolers that change nothing about what a migration sees.
const HARMLESS: &[&str] = &[
    "async_fallback",
    "autosave",
    "client_encoding",
    "command_timeout",
    "connect_timeout",
    "connection_limit",
    "connectTimeout",
    "fallback_application_name",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "loginTimeout",
    "passfile",
    "pgbouncer",
    "pool_max_conns",
    "pool_timeout",
    "prepareThreshold",
    "prepared_statement_cache_size",
    "reWriteBatchedInserts",
    "socketTimeout",
    "sslnegotiation",
    "statement-cache-capacity",
    "statement_cache_size",
    "tcpKeepAlive",
    "tcp_user_timeout",
    "uselibpqcompat",
];

impl DatabaseUrl {
    /// What the URL asks of a connection.
    pub fn parameters(&self) -> Parameters {
        let mut parameters = Parameters {
            addresses: self.addresses(),
            user: self.user(),
            password: self.password(),
            database: self.database(),
            ssl_mode: SslMode::default(),
            ssl_root_certificate: None,
            ssl_certificate: None,
            ssl_key: None,
            application_name: None,
            server: Server::default(),
            settings: Vec::new(),
            warnings: Vec::new(),
        };
        self.warn_of_encoding(&mut parameters.warnings);
        let jdbc = dialect::keeps_account_in_query(self.dialect());
        for parameter in self.query() {
            parameters.take(&parameter.key, parameter.value, jdbc);
        }
        // Both ask for the whole check, by the authorities that everybody trusts.
        let asks = |key: &str, value: &str| self.last(&[key]).is_some_and(|it| it == value);
        if asks("sslrootcert", "system") || asks("sslaccept", "strict") {
            parameters.ssl_mode = SslMode::VerifyFull;
        }
        parameters
    }

    fn warn_of_encoding(&self, warnings: &mut Vec<String>) {
        let Some(range) = &self.layout.password else {
            return;
        };
        let password = &self.text[range.clone()];
        if !encoding::is_well_escaped(password) {
            warnings.push(
                "the password holds a `%` that begins no escape; write it as `%25`, some drivers refuse it otherwise".to_owned(),
            );
        }
        if let Some(raw) = password.chars().find(|it| "@/?#".contains(*it)) {
            warnings.push(format!(
                "the password holds a raw `{raw}`; write it as `{}`, some drivers read it differently",
                encoding::encode(&raw.to_string()),
            ));
        }
    }
}

impl Parameters {
    fn take(&mut self, key: &str, value: String, jdbc: bool) {
        match key {
            "host" | "hostaddr" | "port" | "unix_sock" | "unix_socket" | "user" | "password"
            | "dbname" | "database" => {}
            "sslmode" | "ssl-mode" | "ssl" => {
                self.ssl_mode = ssl_mode(&value, jdbc).unwrap_or_else(|| {
                    self.warnings.push(format!(
                        "`{key}={value}` is not known; TLS is required to be safe"
                    ));
                    SslMode::Require
                });
            }
            "sslrootcert" if value == "system" => {}
            "sslrootcert" | "ssl-root-cert" | "ssl-ca" => self.ssl_root_certificate = Some(value),
            "sslaccept" => {}
            "target_session_attrs" | "targetServerType" => self.take_server(key, &value),
            "channel_binding" | "gssencmode" if value == "require" => {
                self.warnings.push(format!(
                    "`{key}=require` cannot be kept: the connection is made without it"
                ));
            }
            "channel_binding" | "gssencmode" => {}
            "cloudSqlInstance" | "socketFactory" => self.warnings.push(format!(
                "`{key}` is understood by Google's JDBC driver alone; name the socket, `?host=/cloudsql/INSTANCE`"
            )),
            "sslcert" | "ssl-cert" => self.ssl_certificate = Some(value),
            "sslkey" | "ssl-key" => self.ssl_key = Some(value),
            "application_name" | "ApplicationName" => self.application_name = Some(value),
            "search_path" | "currentSchema" | "schema" => {
                self.settings.push(("search_path".to_owned(), value));
            }
            "options" => self.take_options(&value),
            _ if HARMLESS.contains(&key) => {}
            _ => match key
                .strip_prefix("options[")
                .and_then(|it| it.strip_suffix(']'))
            {
                Some(name) => self.settings.push((name.to_owned(), value)),
                None => self.warnings.push(format!(
                    "the parameter `{key}` is not understood and ignored"
                )),
            },
        }
    }

    /// Reads which of several servers will do. A migration writes, so that no standby does.
    fn take_server(&mut self, key: &str, value: &str) {
        match value.to_ascii_lowercase().as_str() {
            "any" | "prefer-standby" | "prefersecondary" => {}
            "read-write" | "primary" | "master" | "preferprimary" => {
                self.server = Server::ReadWrite;
            }
            _ => {
                self.server = Server::ReadWrite;
                self.warnings.push(format!(
                    "`{key}={value}` asks for a server that takes no writes; one that does is taken"
                ));
            }
        }
    }

    /// Reads the server's own command line: `-c name=value` and `--name=value`, blanks escaped
    /// by a backslash.
    fn take_options(&mut self, text: &str) {
        let mut words = words(text).into_iter();
        while let Some(word) = words.next() {
            let setting = if word == "-c" {
                words.next()
            } else {
                word.strip_prefix("-c")
                    .or_else(|| word.strip_prefix("--"))
                    .map(str::to_owned)
            };
            match setting.as_deref().and_then(|it| it.split_once('=')) {
                Some((name, value)) if !name.is_empty() => self
                    .settings
                    .push((name.replace('-', "_"), value.to_owned())),
                Some(_) | None => self.warnings.push(format!(
                    "`{word}` in the parameter `options` is not understood and ignored"
                )),
            }
        }
    }
}

fn ssl_mode(value: &str, jdbc: bool) -> Option<SslMode> {
    Some(match value.to_ascii_lowercase().as_str() {
        "disable" | "false" | "0" | "off" => SslMode::Disable,
        "allow" => SslMode::Allow,
        "prefer" => SslMode::Prefer,
        "true" | "" if jdbc => SslMode::VerifyFull,
        "require" | "true" | "1" | "on" | "no-verify" => SslMode::Require,
        "verify-ca" | "verify_ca" => SslMode::VerifyCa,
        "verify-full" | "verify_full" => SslMode::VerifyFull,
        _ => return None,
    })
}

fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => word.extend(characters.next()),
            it if it.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            it => word.push(it),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::SslMode;
    use crate::url::DatabaseUrl;

    #[test]
    fn words_of_every_dialect_are_understood() {
        for (query, mode, settings, warnings) in [
            ("", SslMode::Prefer, "", 0),
            ("sslmode=disable", SslMode::Disable, "", 0),
            ("ssl=require", SslMode::Require, "", 0),
            (
                "ssl=true&pgbouncer=true&connect_timeout=3",
                SslMode::Require,
                "",
                0,
            ),
            (
                "sslmode=verify-full&sslrootcert=/ca.pem",
                SslMode::VerifyFull,
                "",
                0,
            ),
            ("sslmode=maybe", SslMode::Require, "", 1),
            ("schema=public", SslMode::Prefer, "search_path=public", 0),
            (
                "options=-c%20search_path%3Da%5C%20b%20-cx%3D1%20--work-mem%3D4MB",
                SslMode::Prefer,
                "search_path=a b;x=1;work_mem=4MB",
                0,
            ),
            (
                "options[statement_timeout]=5s",
                SslMode::Prefer,
                "statement_timeout=5s",
                0,
            ),
            ("options=-B%205", SslMode::Prefer, "", 2),
            ("colour=blue", SslMode::Prefer, "", 1),
            ("sslrootcert=system", SslMode::VerifyFull, "", 0),
            (
                "sslaccept=strict&sslmode=require",
                SslMode::VerifyFull,
                "",
                0,
            ),
            ("channel_binding=prefer", SslMode::Prefer, "", 0),
            ("channel_binding=require", SslMode::Prefer, "", 1),
            ("target_session_attrs=read-write", SslMode::Prefer, "", 0),
            ("target_session_attrs=standby", SslMode::Prefer, "", 1),
            ("cloudSqlInstance=p:r:i", SslMode::Prefer, "", 1),
        ] {
            let text = format!("postgresql://a:b@h/d?{query}");
            let found = DatabaseUrl::parse(&text).expect("a URL").parameters();
            assert_eq!(found.ssl_mode, mode, "{query}");
            let said: Vec<String> = found
                .settings
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            assert_eq!(said.join(";"), settings, "{query}");
            assert_eq!(
                found.warnings.len(),
                warnings,
                "{query}: {:?}",
                found.warnings
            );
        }
        let jdbc = DatabaseUrl::parse("jdbc:postgresql://h/d?ssl=true").expect("a URL");
        assert_eq!(jdbc.parameters().ssl_mode, SslMode::VerifyFull);
    }

    #[test]
    fn a_password_that_drivers_read_differently_is_warned_of_and_not_shown() {
        for text in [
            "postgres://a:hunter%@h/d",
            "postgres://a:hunter@2@h/d",
            "postgres://a:hunter/2@h/d",
        ] {
            let warnings = DatabaseUrl::parse(text)
                .expect("a URL")
                .parameters()
                .warnings;
            assert_eq!(warnings.len(), 1, "{text}");
            assert!(!warnings[0].contains("hunter"), "{text}");
        }
    }
}
