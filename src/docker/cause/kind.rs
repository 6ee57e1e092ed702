//! The reasons for which a container ends, in words.

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
