//! What a private cluster is told: initdb's arguments, its settings, who may connect.
//!
//! As in the container: the same superuser, SCRAM over TCP, no password on the socket (which is
//! in a directory of its own that nobody else can enter), UTC, UTF-8. Unlike it: loopback only,
//! and `synchronous_commit` is off, so that a power cut may lose the last moments but never
//! corrupts.

use std::{fmt::Write as _, path::Path};

use super::layout::Channel;
use crate::{database::Account, ident::ProjectName};

/// A way to give initdb a locale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locale {
    arguments: &'static [&'static str],
    /// How it is called when it is spoken of.
    pub name: &'static str,
}

/// The locales to try, the best first. Later ones serve systems that lack the earlier.
pub fn locales(major: u16) -> &'static [Locale] {
    const BUILTIN: Locale = Locale {
        arguments: &[
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
        ],
        name: "C.UTF-8",
    };
    const OF_THE_SYSTEM: Locale = Locale {
        arguments: &["--locale=C.UTF-8"],
        name: "C.UTF-8",
    };
    const OF_MACOS: Locale = Locale {
        arguments: &["--locale=C", "--lc-ctype=UTF-8"],
        name: "C",
    };
    const PLAIN: Locale = Locale {
        arguments: &["--locale=C"],
        name: "C",
    };
    if major >= 17 {
        &[BUILTIN]
    } else if cfg!(windows) {
        &[PLAIN]
    } else if cfg!(target_os = "macos") {
        &[OF_THE_SYSTEM, OF_MACOS, PLAIN]
    } else {
        &[OF_THE_SYSTEM, PLAIN]
    }
}

/// The arguments of initdb.
pub fn initdb(
    data: &Path,
    account: &Account,
    password_file: Option<&Path>,
    locale: &Locale,
) -> Vec<String> {
    let mut arguments = vec![
        format!("--pgdata={}", data.display()),
        format!("--username={}", account.user),
        "--encoding=UTF8".to_owned(),
        "--no-sync".to_owned(),
    ];
    match password_file {
        Some(file) => {
            arguments.push("--auth=scram-sha-256".to_owned());
            arguments.push(format!("--pwfile={}", file.display()));
        }
        None => arguments.push("--auth=trust".to_owned()),
    }
    arguments.extend(locale.arguments.iter().map(|&it| it.to_owned()));
    arguments
}

/// The name of our own settings file in the data directory.
pub const SETTINGS_FILE: &str = "townpass.conf";

/// The line that makes `postgresql.conf` read it.
pub const INCLUDE: &str =
    "\n# Written by townpass, again at every start.\ninclude = 'townpass.conf'\n";

/// Where the server listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listen {
    /// For everyone on this machine.
    Public(u16),
    /// For us alone: by the socket, or on a port that nobody else was told.
    Private(u16),
    /// The same, while a cluster is made: it is not worth a wait for the disk yet.
    Initial(u16),
}

/// Our own settings file.
pub fn settings(project: &ProjectName, channel: &Channel, listen: Listen) -> String {
    let (sockets, private_addresses) = match channel {
        Channel::Socket(directory) => (directory.display().to_string(), ""),
        Channel::Loopback => (String::new(), "127.0.0.1"),
    };
    let (addresses, port) = match listen {
        Listen::Public(port) => ("127.0.0.1", port),
        Listen::Private(port) | Listen::Initial(port) => (private_addresses, port),
    };
    let fsync = match listen {
        Listen::Public(_) | Listen::Private(_) => "on",
        Listen::Initial(_) => "off",
    };
    let name = format!("townpass {project}");
    let mut text = String::new();
    for (key, value) in [
        ("listen_addresses", quoted(addresses)),
        ("port", port.to_string()),
        (
            "unix_socket_directories",
            quoted(&quoted_in_a_list(&sockets)),
        ),
        ("unix_socket_permissions", "0700".to_owned()),
        ("cluster_name", quoted(&name)),
        ("password_encryption", quoted("scram-sha-256")),
        ("ssl", "off".to_owned()),
        ("fsync", fsync.to_owned()),
        ("synchronous_commit", "off".to_owned()),
        ("logging_collector", "off".to_owned()),
        ("log_destination", quoted("stderr")),
        ("log_line_prefix", quoted("%m [%p] ")),
    ] {
        let _ = writeln!(text, "{key} = {value}");
    }
    text
}

/// `pg_hba.conf`: as the official image has it, without the networks.
pub fn host_based_authentication(account: &Account, channel: &Channel) -> String {
    let method = match account.password {
        Some(_) => "scram-sha-256",
        None => "trust",
    };
    let mut text = String::from("# Written by townpass.\n");
    if let Channel::Socket(_) = channel {
        text.push_str("local all all trust\nlocal replication all trust\n");
    }
    for database in ["all", "replication"] {
        for address in ["127.0.0.1/32", "::1/128"] {
            let _ = writeln!(text, "host {database} all {address} {method}");
        }
    }
    text
}

/// A connection string for libpq. It holds no password.
pub fn connection(host: &str, port: u16, user: &str, database: &str) -> String {
    let value = |text: &str| text.replace('\\', "\\\\").replace('\'', "\\'");
    format!(
        "host='{}' port={port} user='{}' dbname='{}' connect_timeout=10 application_name=townpass",
        value(host),
        value(user),
        value(database)
    )
}

/// A value in `postgresql.conf`.
fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "''"))
}

/// One directory in a list of directories.
fn quoted_in_a_list(directory: &str) -> String {
    if directory.is_empty() {
        String::new()
    } else {
        format!("\"{}\"", directory.replace('"', "\"\""))
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::{
        ident::{DatabaseName, RoleName},
        secret::Secret,
    };

    fn account(password: Option<&str>) -> Account {
        Account {
            user: RoleName::new("admin"),
            password: password.map(Secret::new),
            database: DatabaseName::new("townpass_db"),
        }
    }

    #[test]
    fn the_private_server_is_not_on_the_network() {
        let project = ProjectName::new("backend");
        let socket = Channel::Socket(PathBuf::from("/var/lib/it's/socket"));
        let text = settings(&project, &socket, Listen::Private(5433));
        assert!(text.contains("listen_addresses = ''\n"));
        assert!(text.contains("unix_socket_directories = '\"/var/lib/it''s/socket\"'\n"));
        let text = settings(&project, &socket, Listen::Public(5433));
        assert!(text.contains("listen_addresses = '127.0.0.1'\nport = 5433\n"));
        let text = settings(&project, &Channel::Loopback, Listen::Public(5433));
        assert!(text.contains("unix_socket_directories = ''\n"));
    }

    #[test]
    fn only_the_socket_asks_for_no_password() {
        let socket = Channel::Socket(PathBuf::from("/s"));
        let text = host_based_authentication(&account(Some("x")), &socket);
        assert_eq!(text.matches("trust").count(), 2);
        assert!(!text.contains("host all all 127.0.0.1/32 trust"));
        let text = host_based_authentication(&account(Some("x")), &Channel::Loopback);
        assert!(!text.contains("trust"));
        let text = host_based_authentication(&account(None), &Channel::Loopback);
        assert!(text.contains("host all all 127.0.0.1/32 trust"));
    }

    #[test]
    fn the_password_is_no_argument() {
        let arguments = initdb(
            Path::new("/data"),
            &account(Some("hunter2")),
            Some(Path::new("/pw")),
            &locales(16)[0],
        );
        assert!(arguments.iter().all(|it| !it.contains("hunter2")));
        assert!(arguments.contains(&"--auth=scram-sha-256".to_owned()));
    }

    #[test]
    fn every_name_survives_a_connection_string() {
        assert_eq!(
            connection("/a b", 1, r"o'b\c", "d=e"),
            r"host='/a b' port=1 user='o\'b\\c' dbname='d=e' connect_timeout=10 application_name=townpass"
        );
    }
}
