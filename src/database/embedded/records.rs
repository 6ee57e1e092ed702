//! What is remembered of a private server, and what PostgreSQL itself leaves in its directory.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What is remembered between two commands. Losing it loses no data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Record {
    /// The port that the server has, and keeps.
    pub port: Option<u16>,
    /// The binaries that run it.
    pub bin: Option<PathBuf>,
    /// Their version.
    pub version: Option<String>,
    /// Where in the log the last start begins.
    pub log_from: u64,
}

/// `postmaster.pid`: what a server says of itself. It may be long dead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PidFile {
    /// The process.
    pub pid: u32,
    /// When it was started, in seconds since 1970.
    pub started: u64,
    /// Its port.
    pub port: u16,
    /// The first address that it listens on; empty where there is none.
    pub address: String,
    /// How far it is, in its own words (`ready`, `starting`, `stopping`).
    pub status: String,
}

impl PidFile {
    /// Reads the file's lines: process, directory, start time, port, socket directory, address,
    /// shared memory, status.
    pub fn parse(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        Some(Self {
            // The stand-alone backend of initdb writes its number negative: it is no server.
            pid: lines.first()?.parse().ok()?,
            started: lines.get(2).and_then(|it| it.parse().ok()).unwrap_or(0),
            port: lines.get(3).and_then(|it| it.parse().ok()).unwrap_or(0),
            address: lines.get(5).copied().unwrap_or_default().to_owned(),
            status: lines.get(7).copied().unwrap_or_default().to_owned(),
        })
    }
}

/// The last thing in a server's log that explains why it ended.
///
/// A client that was turned away is `FATAL` too, but only for the client.
pub fn last_words(log: &str) -> Option<&str> {
    const OF_CLIENTS: &[&str] = &[
        "password authentication failed",
        "no pg_hba.conf entry",
        "the database system is",
        "terminating connection",
        "terminating background worker",
        "sorry, too many clients",
        "remaining connection slots",
        "canceling authentication",
        "unsupported frontend protocol",
        "connection to client lost",
        "SASL authentication failed",
        "expected SASL response",
        "terminating logical replication",
        "no PostgreSQL user name specified",
    ];
    let of_a_client = |words: &str| {
        OF_CLIENTS.iter().any(|it| words.contains(it))
            || ((words.contains("role \"") || words.contains("database \""))
                && words.ends_with("does not exist"))
    };
    log.lines().rev().find_map(|line| {
        if let Some(complaint) = line.split_once("error while loading shared libraries: ") {
            return Some(complaint.1.trim());
        }
        ["FATAL:", "PANIC:"].iter().find_map(|level| {
            let words = line.split_once(level)?.1.trim();
            (!of_a_client(words)).then_some(words)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pid_files() {
        let whole =
            "4711\n/data\n1760000000\n5433\n/data/socket\n127.0.0.1\n  1234 5678\nready   \n";
        let read = PidFile::parse(whole).expect("a pid file");
        assert_eq!((read.pid, read.port), (4711, 5433));
        assert_eq!(read.started, 1_760_000_000);
        assert_eq!((&*read.address, &*read.status), ("127.0.0.1", "ready"));
        let early = PidFile::parse("4711\n/data\n").expect("a pid file");
        assert_eq!((early.pid, early.port), (4711, 0));
        assert_eq!(PidFile::parse("-99\n/data\n"), None);
        assert_eq!(PidFile::parse(""), None);
    }

    #[test]
    fn the_last_words_are_the_servers_own() {
        let log = "\
2026-07-28 10:00:00.000 UTC [1] FATAL:  could not create any TCP/IP sockets
2026-07-28 10:00:00.000 UTC [1] LOG:  database system is shut down
2026-07-28 10:00:01.000 UTC [9] FATAL:  password authentication failed for user \"admin\"
2026-07-28 10:00:01.000 UTC [9] FATAL:  role \"nobody\" does not exist
2026-07-28 10:00:01.000 UTC [9] FATAL:  the database system is starting up
";
        assert_eq!(last_words(log), Some("could not create any TCP/IP sockets"));
        assert_eq!(last_words("LOG:  ready\n"), None);
    }
}
