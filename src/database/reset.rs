//! What a reset will do, and whether it may: a value, shown before anything happens.

use std::time::{Duration, SystemTime};

use super::{
    Error,
    provider::{Data, State, Status},
};
use crate::ident::DatabaseName;

/// How deep a reset goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Depth {
    /// The database is replaced by an empty one. Roles, settings, other databases stay.
    Contents,
    /// The whole data directory is removed and initialised anew.
    Volume,
}

/// Whether a directory of the host may be emptied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindMount {
    /// Nobody said so.
    Spare,
    /// The louder flag was given.
    Empty,
}

/// One database that would die.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct Holding {
    /// `datname`.
    pub name: DatabaseName,
    /// Whether it takes connections. Snapshots do not.
    pub open: bool,
    /// Bytes on disk.
    pub size: u64,
    /// What is in it, where it could be looked into.
    #[serde(default)]
    pub inside: Option<Inside>,
}

/// What is in a database.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct Inside {
    /// Tables outside of the system's schemas.
    pub tables: u64,
    /// Rows in them, as the statistics estimate.
    pub rows: u64,
    /// Anything at all that a person or a migration made: tables, views, functions, types,
    /// schemas, large objects.
    pub objects: u64,
    /// When a file of one of the tables was last written, in seconds since 1970. The server
    /// writes some minutes behind.
    pub last_write: Option<u64>,
}

impl Inside {
    /// When a table was last written to disk.
    pub fn last_written(&self) -> Option<SystemTime> {
        self.last_write
            .map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
    }
}

/// What a reset would destroy, as far as it can be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The server told.
    Known {
        /// The databases; the one that is asked for stands first.
        holdings: Vec<Holding>,
        /// Roles that `initdb` did not make, where the whole cluster goes.
        roles: u64,
    },
    /// The server does not run or does not answer; there may be anything.
    Unknown,
}

impl Loss {
    /// Whether there is certainly nothing to lose.
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Known { holdings, roles } => {
                let empty = |inside: &Inside| inside.objects == 0;
                *roles == 0
                    && holdings
                        .iter()
                        .all(|it| it.inside.as_ref().is_some_and(empty))
            }
            Self::Unknown => false,
        }
    }
}

/// What is known before a reset is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What the provider found.
    pub status: Status,
    /// What would die.
    pub loss: Loss,
    /// Other containers that mount the same data, by name.
    pub sharers: Vec<String>,
}

/// A reset that is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// How deep.
    pub depth: Depth,
    /// The database that is asked for.
    pub database: DatabaseName,
    /// Where the data is.
    pub data: Data,
    /// What dies.
    pub loss: Loss,
    /// Whether a copy is kept.
    pub safety: Safety,
}

/// Whether a copy is kept before anything is destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// Yes; `dev snapshot restore` undoes the reset.
    Keep,
    /// There is nothing to keep.
    Nothing,
}

impl Plan {
    /// Decides. Everything that must not be touched is refused here.
    pub fn decide(
        depth: Depth,
        database: &DatabaseName,
        facts: Facts,
        bind_mount: BindMount,
    ) -> Result<Self, Error> {
        let Facts {
            status,
            loss,
            sharers,
        } = facts;
        match (depth, &status.data, status.state) {
            (Depth::Contents, _, State::Running) => {}
            (
                Depth::Contents,
                _,
                State::Absent | State::Stopped | State::Restarting | State::Paused,
            ) => {
                return Err(Error::NotRunning);
            }
            (Depth::Volume, Data::ExternalVolume(volume), _) => {
                return Err(Error::ExternalVolume {
                    volume: volume.clone(),
                });
            }
            (Depth::Volume, Data::BindMount(directory), _) if bind_mount == BindMount::Spare => {
                return Err(Error::BindMounted {
                    directory: directory.clone(),
                });
            }
            (Depth::Volume, _, _) if !sharers.is_empty() => {
                return Err(Error::Shared {
                    data: words(&status.data),
                    containers: sharers,
                });
            }
            (Depth::Volume, _, _) => {}
        }
        let safety = match (status.state, &loss) {
            (State::Absent, Loss::Unknown)
                if depth == Depth::Volume && status.data == Data::Anonymous =>
            {
                Safety::Nothing
            }
            _ if loss.is_nothing() => Safety::Nothing,
            _ => Safety::Keep,
        };
        Ok(Self {
            depth,
            database: database.clone(),
            data: status.data,
            loss,
            safety,
        })
    }

    /// What will be done, a line each.
    pub fn steps(&self) -> Vec<String> {
        let database = &self.database;
        let mut steps = Vec::new();
        match self.depth {
            Depth::Contents => {
                steps.push(format!("create an empty database in place of `{database}`"));
                steps.push(match self.safety {
                    Safety::Keep => format!("keep the old `{database}` as a safety snapshot"),
                    Safety::Nothing => format!("drop the old `{database}`, which is empty"),
                });
            }
            Depth::Volume => {
                let data = words(&self.data);
                steps.push("stop the server".to_owned());
                if self.safety == Safety::Keep {
                    steps.push(format!("copy {data} as a safety snapshot"));
                }
                steps.push(format!("remove {data}"));
                steps.push("start the server, which initialises itself anew".to_owned());
            }
        }
        steps
    }
}

/// Where the data is, for a sentence.
pub fn words(data: &Data) -> String {
    match data {
        Data::Volume(name) => format!("volume `{name}`"),
        Data::ExternalVolume(name) => format!("external volume `{name}`"),
        Data::BindMount(path) | Data::Directory(path) => format!("directory `{path}`"),
        Data::Anonymous => "the container's own volume".to_owned(),
    }
}
