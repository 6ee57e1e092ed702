//! What a log says about why its container ended.
//!
//! A table of signs, read against the text; no container is looked at here. The signs are those
//! of the official PostgreSQL image and of the server itself. Where none is found the line that
//! most likely ended it is shown: clients that were turned away also write `FATAL`, and a health
//! check without a user writes one at each probe, so such lines do not count.

use std::fmt;

/// Why a container ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The image refuses to initialise a cluster without a password.
    PasswordMissing,
    /// A variable and its `_FILE` form are both set.
    SetTwice(String),
    /// PostgreSQL 18's image refuses a mount at the path that older ones used.
    FormerMount,
    /// PostgreSQL 18's image found the cluster of an older one beside its own directory.
    FormerCluster(String),
    /// The data was written by another major version.
    OtherMajor {
        /// The version that wrote the data.
        data: String,
        /// The version that was asked to read it.
        server: String,
    },
    /// There is something in the data directory, but no cluster.
    NotEmpty(String),
    /// No space is left.
    DiskFull,
    /// `/dev/shm` is too small.
    SharedMemoryFull,
    /// A file or directory cannot be used by the server's user.
    Permission(String),
    /// A script of `/docker-entrypoint-initdb.d` failed.
    InitScript {
        /// The script.
        script: String,
        /// What it said.
        said: String,
    },
    /// A script has the line ends of Windows.
    LineEnds(String),
    /// Another server holds the data directory.
    DirectoryInUse,
    /// The cluster's own files are damaged.
    Damaged(String),
    /// A setting was refused.
    Setting(String),
    /// The image is for another kind of processor.
    OtherPlatform,
    /// The kernel killed it for its memory.
    OutOfMemory,
    /// The engine could not start its command.
    NotStarted(String),
    /// What its last telling line says.
    Said(String),
    /// It said nothing.
    Silent,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PasswordMissing => f.write_str("`POSTGRES_PASSWORD` is not set"),
            Self::SetTwice(name) => write!(f, "both `{name}` and `{name}_FILE` are set"),
            Self::FormerMount => f.write_str(
                "from PostgreSQL 18 the image keeps its data in `/var/lib/postgresql`, and the \
                 volume is mounted at `/var/lib/postgresql/data`",
            ),
            Self::FormerCluster(path) => {
                write!(f, "there is a cluster of an older PostgreSQL in `{path}`")
            }
            Self::OtherMajor { data, server } => write!(
                f,
                "its data was written by PostgreSQL {data}, and PostgreSQL {server} cannot read it"
            ),
            Self::NotEmpty(path) => {
                write!(
                    f,
                    "`{path}` is not empty, and what is in it is not a cluster"
                )
            }
            Self::DiskFull => f.write_str("no space is left on the engine's disk"),
            Self::SharedMemoryFull => f.write_str("its `/dev/shm` is too small"),
            Self::Permission(line) | Self::Damaged(line) | Self::Setting(line) => f.write_str(line),
            Self::InitScript { script, said } => {
                write!(f, "the initialisation script `{script}` failed: {said}")
            }
            Self::LineEnds(line) => {
                write!(f, "a script has the line ends of Windows: {line}")
            }
            Self::DirectoryInUse => f.write_str("another server holds its data directory"),
            Self::OtherPlatform => f.write_str("its image is for another kind of processor"),
            Self::OutOfMemory => f.write_str("it was killed for using too much memory"),
            Self::NotStarted(said) | Self::Said(said) => f.write_str(said),
            Self::Silent => f.write_str("it wrote nothing"),
        }
    }
}

impl Cause {
    /// The one thing to do next, for a container of `service`.
    pub fn remedy(&self, service: &str) -> String {
        const AGAIN: &str = "run `townpass dev down` and `townpass dev up`";
        const ANEW: &str = "run `townpass dev reset-db --volume`";
        match self {
            Self::PasswordMissing => format!(
                "set `POSTGRES_PASSWORD` under `services.{service}.environment`, then {AGAIN}"
            ),
            Self::SetTwice(name) => format!(
                "remove `{name}` or `{name}_FILE` from `services.{service}.environment`, then \
                 {AGAIN}"
            ),
            Self::FormerMount => format!(
                "mount the volume at `/var/lib/postgresql` under `services.{service}.volumes`, \
                 then {AGAIN}"
            ),
            Self::FormerCluster(_) => format!(
                "set the image under `services.{service}.image` back to the older major, or \
                 {ANEW} to begin anew"
            ),
            Self::OtherMajor { data, .. } => format!(
                "set `services.{service}.image` back to PostgreSQL {data}, or {ANEW} to begin \
                 anew; a snapshot of the old volume is kept"
            ),
            Self::NotEmpty(_) => format!(
                "set `PGDATA` to a directory beneath the mount under \
                 `services.{service}.environment`, or {ANEW} to empty the volume"
            ),
            Self::DiskFull => {
                "run `docker system df` to see what takes it and `docker system prune` to free it"
                    .to_owned()
            }
            Self::SharedMemoryFull => {
                format!("set `services.{service}.shm_size` to `256mb`, then {AGAIN}")
            }
            Self::Permission(_) => format!(
                "make the mounted directory belong to the server's user, or keep the data in a \
                 named volume under `services.{service}.volumes`"
            ),
            Self::InitScript { .. } => format!(
                "mend the script, then {ANEW}: the next start would skip the scripts and serve \
                 a half-made cluster"
            ),
            Self::LineEnds(_) => format!(
                "save the script with line ends of Unix (`*.sh text eol=lf` in `.gitattributes`), \
                 then {ANEW}"
            ),
            Self::DirectoryInUse => {
                "stop the other container that uses the volume; `docker ps --all` lists them"
                    .to_owned()
            }
            Self::Damaged(_) => {
                format!("restore a snapshot with `townpass dev snapshot restore`, or {ANEW}")
            }
            Self::Setting(_) => {
                format!("mend the setting under `services.{service}.command`, then {AGAIN}")
            }
            Self::OtherPlatform => format!(
                "set `services.{service}.platform`, or name an image for this processor, then \
                 {AGAIN}"
            ),
            Self::OutOfMemory => format!(
                "raise `services.{service}.mem_limit` or the memory of the engine, then \
                 {AGAIN}"
            ),
            Self::NotStarted(_) | Self::Said(_) | Self::Silent => {
                format!("run `townpass dev logs {service}` to see its whole log")
            }
        }
    }

    /// Whether a log tells of a first start that a script ended half-way.
    pub fn of_first_start(log: &str) -> Option<Self> {
        init_script(log)
    }

    /// Reads the cause from a log.
    pub fn of_log(log: &str) -> Self {
        SIGNS
            .iter()
            .find_map(|sign| sign(log))
            .unwrap_or_else(|| match telling_line(log) {
                Some(line) => Self::Said(line.to_owned()),
                None => Self::Silent,
            })
    }
}

/// Where the image looks for scripts of the first start.
const SCRIPTS: &str = "/docker-entrypoint-initdb.d/";

/// A reader of one kind of sign.
type Sign = fn(&str) -> Option<Cause>;

/// In the order in which they are looked for: what says more stands first.
const SIGNS: &[Sign] = &[
    init_script,
    line_ends,
    |log| {
        has(
            log,
            "Database is uninitialized and superuser password is not specified",
        )
        .then_some(Cause::PasswordMissing)
    },
    set_twice,
    other_major,
    former,
    |log| {
        let line = line_with(log, "exists but is not empty")?;
        Some(Cause::NotEmpty(
            between(line, "directory \"", "\"")?.to_owned(),
        ))
    },
    |log| has(log, "could not resize shared memory segment").then_some(Cause::SharedMemoryFull),
    |log| has(log, "No space left on device").then_some(Cause::DiskFull),
    |log| has(log, "exec format error").then_some(Cause::OtherPlatform),
    |log| {
        line_with(log, "lock file \"postmaster.pid\" already exists")
            .or_else(|| line_with(log, "is the server already running"))
            .map(|_| Cause::DirectoryInUse)
    },
    permission,
    damaged,
    setting,
];

/// A script that was announced last, and not followed by the end of the initialisation. The
/// next start finds a cluster, skips the scripts and serves what is half made, so what comes
/// after such a start is no word of the script's.
fn init_script(log: &str) -> Option<Cause> {
    let (announced, verb) = ["running", "sourcing"]
        .into_iter()
        .filter_map(|verb| Some((log.rfind(&format!(": {verb} {SCRIPTS}"))?, verb)))
        .max()?;
    let rest = &log[announced + ": ".len() + verb.len()..];
    if has(rest, "PostgreSQL init process complete") {
        return None;
    }
    let script = rest.split_whitespace().next()?;
    let said = rest
        .lines()
        .skip(1)
        .take_while(|it| !has(it, "Skipping initialization"))
        .filter(|it| !it.trim().is_empty());
    let said = telling(said.clone())
        .or_else(|| said.last())
        .unwrap_or("it said nothing");
    let said = said.trim().to_owned();
    Some(
        if has(&said, "\\r': command not found") || has(&said, "^M") {
            Cause::LineEnds(said)
        } else {
            Cause::InitScript {
                script: script.to_owned(),
                said,
            }
        },
    )
}

fn line_ends(log: &str) -> Option<Cause> {
    [
        "\\r': command not found",
        "bash\\r",
        "sh\r",
        "^M: bad interpreter",
    ]
    .iter()
    .find_map(|sign| line_with(log, sign))
    .map(|line| Cause::LineEnds(line.trim().to_owned()))
}

fn set_twice(log: &str) -> Option<Cause> {
    let line = line_with(log, "are set (but are exclusive)")?;
    let name = between(line, "both ", " and ")?;
    Some(Cause::SetTwice(name.to_owned()))
}

fn other_major(log: &str) -> Option<Cause> {
    let line = line_with(
        log,
        "The data directory was initialized by PostgreSQL version",
    )?;
    let data = between(line, "by PostgreSQL version ", ",")?;
    let server = line.split("not compatible with this version ").nth(1)?;
    let server = server.split([' ', '.']).next()?;
    Some(Cause::OtherMajor {
        data: data.to_owned(),
        server: server.to_owned(),
    })
}

fn former(log: &str) -> Option<Cause> {
    let (_, listed) = log.split_once("there appears to be PostgreSQL data in:")?;
    let path = listed
        .lines()
        .map(str::trim)
        .find(|it| it.starts_with('/'))?;
    Some(match path.strip_suffix("(unused mount/volume)") {
        Some(_) => Cause::FormerMount,
        None => Cause::FormerCluster(path.to_owned()),
    })
}

fn permission(log: &str) -> Option<Cause> {
    let line = ["has wrong ownership", "has invalid permissions"]
        .iter()
        .find_map(|sign| line_with(log, sign))
        .or_else(|| {
            log.lines()
                .rev()
                .filter(|it| !is_of_a_client(it))
                .find(|it| {
                    [
                        "Permission denied",
                        "Operation not permitted",
                        "Read-only file system",
                    ]
                    .iter()
                    .any(|sign| has(it, sign))
                })
        })?;
    Some(Cause::Permission(worth(line)))
}

fn damaged(log: &str) -> Option<Cause> {
    let line = [
        "could not locate a valid checkpoint record",
        "could not locate required checkpoint record",
        "could not open file \"global/pg_filenode.map\"",
        "is not a valid data directory",
        "invalid primary checkpoint record",
        "incorrect checksum in control file",
    ]
    .iter()
    .find_map(|sign| line_with(log, sign))?;
    Some(Cause::Damaged(worth(line)))
}

fn setting(log: &str) -> Option<Cause> {
    let line = [
        "unrecognized configuration parameter",
        "invalid value for parameter",
        "configuration file",
        "could not load library",
        "could not access file",
        "invalid locale name",
        "invalid locale settings",
        "could not load server certificate file",
    ]
    .iter()
    .find_map(|sign| {
        log.lines()
            .rev()
            .find(|it| has(it, sign) && (has(it, "FATAL") || has(it, "error:")))
    })?;
    Some(Cause::Setting(worth(line)))
}

/// The line of a log that most likely tells why its process ended.
pub fn telling_line(log: &str) -> Option<&str> {
    telling(log.lines())
        .or_else(|| {
            log.lines()
                .rev()
                .find(|it| !it.trim().is_empty() && !is_of_a_client(it))
        })
        .map(str::trim)
}

fn telling<'a>(lines: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lines: Vec<_> = lines.filter(|it| !is_of_a_client(it)).collect();
    ["PANIC:", "FATAL:", "ERROR:", "error:", "Error:"]
        .iter()
        .find_map(|sign| lines.iter().rev().find(|it| has(it, sign)))
        .copied()
}

/// Whether a line was written since a client was turned away, which ends no server.
fn is_of_a_client(line: &str) -> bool {
    has(line, "FATAL:")
        && [
            "password authentication failed",
            "the database system is starting up",
            "the database system is shutting down",
            "the database system is not yet accepting connections",
            "terminating connection due to",
            "no pg_hba.conf entry",
            "sorry, too many clients already",
            "connection to client lost",
            "unsupported frontend protocol",
        ]
        .iter()
        .any(|sign| has(line, sign))
        || (has(line, "FATAL:") && has(line, "does not exist"))
            && (has(line, "role \"") || has(line, "database \""))
}

/// What a line says, without the time and process before it.
fn worth(line: &str) -> String {
    [
        "PANIC:",
        "FATAL:",
        "ERROR:",
        "initdb: error:",
        "chown:",
        "chmod:",
        "mkdir:",
    ]
    .iter()
    .find_map(|sign| line.find(sign).map(|at| &line[at..]))
    .unwrap_or(line)
    .trim()
    .to_owned()
}

fn has(text: &str, sign: &str) -> bool {
    text.contains(sign)
}

fn line_with<'a>(log: &'a str, sign: &str) -> Option<&'a str> {
    log.lines().rev().find(|it| has(it, sign))
}

fn between<'a>(line: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(before)?;
    rest.split_once(after).map(|(it, _)| it)
}

#[cfg(test)]
mod tests {
    use super::{Cause, telling_line};

    fn said(line: &str) -> Cause {
        Cause::Said(line.to_owned())
    }

    #[test]
    fn each_known_log_has_its_cause() {
        for (log, cause) in of_the_entrypoint().into_iter().chain(of_the_server()) {
            assert_eq!(Cause::of_log(log), cause, "{log}");
        }
    }

    fn of_the_entrypoint() -> Vec<(&'static str, Cause)> {
        vec![
            (
                "Error: Database is uninitialized and superuser password is not specified.\n       \
                 You must specify POSTGRES_PASSWORD to a non-empty value for the\n",
                Cause::PasswordMissing,
            ),
            (
                "error: both POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are set (but are exclusive)\n",
                Cause::SetTwice("POSTGRES_PASSWORD".into()),
            ),
            (
                "Error: in 18+, these Docker images are configured to store database data in a\n\
                 \x20      Counter to that, there appears to be PostgreSQL data in:\n\
                 \x20        /var/lib/postgresql/data (unused mount/volume)\n\n       This is usually\n",
                Cause::FormerMount,
            ),
            (
                "Error: in 18+, these Docker images\n       Counter to that, there appears to be \
                 PostgreSQL data in:\n         /var/lib/postgresql/data\n",
                Cause::FormerCluster("/var/lib/postgresql/data".into()),
            ),
        ]
    }

    fn of_the_server() -> Vec<(&'static str, Cause)> {
        vec![
            (
                "2026-01-02 03:04:05.678 UTC [1] FATAL:  database files are incompatible with server\n\
                 2026-01-02 03:04:05.678 UTC [1] DETAIL:  The data directory was initialized by \
                 PostgreSQL version 16, which is not compatible with this version 17.6 (Debian 17.6-1).\n",
                Cause::OtherMajor {
                    data: "16".into(),
                    server: "17".into(),
                },
            ),
            (
                "initdb: error: directory \"/var/lib/postgresql/data\" exists but is not empty\n\
                 initdb: detail: It contains a lost+found directory\n",
                Cause::NotEmpty("/var/lib/postgresql/data".into()),
            ),
            (
                "FATAL:  could not write lock file \"postmaster.pid\": No space left on device\n",
                Cause::DiskFull,
            ),
            (
                "ERROR:  could not resize shared memory segment \"/PostgreSQL.1\" to 8388608 bytes: \
                 No space left on device\n",
                Cause::SharedMemoryFull,
            ),
            (
                "2026 [1] FATAL:  data directory \"/d\" has wrong ownership\n2026 [1] HINT:  The \
                 server must be started by the user that owns the data directory.\n",
                Cause::Permission("FATAL:  data directory \"/d\" has wrong ownership".into()),
            ),
            (
                "chmod: changing permissions of '/var/lib/postgresql/data': Operation not permitted\n",
                Cause::Permission(
                    "chmod: changing permissions of '/var/lib/postgresql/data': Operation not \
                     permitted"
                        .into(),
                ),
            ),
            (
                "/usr/local/bin/docker-entrypoint.sh: running /docker-entrypoint-initdb.d/01-a.sql\n\
                 CREATE TABLE\n\n\
                 /usr/local/bin/docker-entrypoint.sh: running /docker-entrypoint-initdb.d/02-b.sql\n\
                 psql:/docker-entrypoint-initdb.d/02-b.sql:3: ERROR:  syntax error at or near \"tabel\"\n\
                 LINE 1: create tabel x ();\n",
                Cause::InitScript {
                    script: "/docker-entrypoint-initdb.d/02-b.sql".into(),
                    said:
                        "psql:/docker-entrypoint-initdb.d/02-b.sql:3: ERROR:  syntax error at or \
                           near \"tabel\""
                            .into(),
                },
            ),
            (
                "docker-entrypoint.sh: sourcing /docker-entrypoint-initdb.d/x.sh\n\
                 /docker-entrypoint-initdb.d/x.sh: line 2: $'\\r': command not found\n",
                Cause::LineEnds(
                    "/docker-entrypoint-initdb.d/x.sh: line 2: $'\\r': command not found".into(),
                ),
            ),
            (
                "exec /usr/local/bin/docker-entrypoint.sh: exec format error\n",
                Cause::OtherPlatform,
            ),
            (
                "FATAL:  lock file \"postmaster.pid\" already exists\nHINT:  Is another postmaster \
                 (PID 1) running in data directory \"/var/lib/postgresql/data\"?\n",
                Cause::DirectoryInUse,
            ),
            (
                "LOG:  invalid checkpoint record\n2026 [27] PANIC:  could not locate a valid \
                 checkpoint record at 0/1\n",
                Cause::Damaged("PANIC:  could not locate a valid checkpoint record at 0/1".into()),
            ),
            (
                "2026 [1] FATAL:  unrecognized configuration parameter \"shared_bufers\"\n",
                Cause::Setting(
                    "FATAL:  unrecognized configuration parameter \"shared_bufers\"".into(),
                ),
            ),
            (
                "2026 [9] FATAL:  role \"root\" does not exist\n2026 [1] FATAL:  something new\n\
                 2026 [9] FATAL:  role \"root\" does not exist\n",
                said("2026 [1] FATAL:  something new"),
            ),
            (
                "Traceback (most recent call last):\n  File \"a.py\"\nModuleNotFoundError: No \
                 module named 'app'\n",
                said("ModuleNotFoundError: No module named 'app'"),
            ),
            ("one\ntwo\n\n", said("two")),
            ("\n  \n", Cause::Silent),
        ]
    }

    #[test]
    fn a_script_that_succeeded_is_no_cause() {
        let log = "docker-entrypoint.sh: running /docker-entrypoint-initdb.d/01-a.sql\nCREATE TABLE\n\
                   PostgreSQL init process complete; ready for start up.\n\
                   2026 [1] FATAL:  could not write: No space left on device\n";
        assert_eq!(Cause::of_log(log), Cause::DiskFull);
    }

    #[test]
    fn a_first_start_that_failed_is_seen_after_the_next_start_too() {
        let log = "docker-entrypoint.sh: running /docker-entrypoint-initdb.d/01-a.sh\nboom\n\n\
                   PostgreSQL Database directory appears to contain a database; Skipping \
                   initialization\n\n2026 [1] LOG:  database system is ready to accept connections\n";
        let script = "/docker-entrypoint-initdb.d/01-a.sh".to_owned();
        let said = "boom".to_owned();
        assert_eq!(
            Cause::of_first_start(log),
            Some(Cause::InitScript { script, said })
        );
    }

    #[test]
    fn what_clients_were_told_tells_nothing() {
        let log = "LOG:  all well\nFATAL:  password authentication failed for user \"admin\"\n\
                   FATAL:  database \"x\" does not exist\n";
        assert_eq!(telling_line(log), Some("LOG:  all well"));
    }

    #[test]
    fn each_remedy_names_a_command_or_a_key() {
        for cause in [
            Cause::PasswordMissing,
            Cause::FormerMount,
            Cause::DiskFull,
            Cause::Silent,
            Cause::DirectoryInUse,
        ] {
            assert!(cause.remedy("db").contains('`'), "{cause:?}");
        }
    }
}
