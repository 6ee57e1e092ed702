//! The signs that causes leave in a log: those of the official PostgreSQL image and of the server
//! itself. They are read against the text alone.

use super::Cause;
use super::line::{between, has, is_of_a_client, line_with, telling, telling_line, worth};

impl Cause {
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
