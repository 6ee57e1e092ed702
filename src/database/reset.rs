//! What a reset will do, and whether it may: a value, shown before anything happens.

use std::time::{Duration, SystemTime};

use super::{
    Error,
    note::Note,
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
    /// Its `COMMENT`, which is a note where the database is a copy of ours.
    #[serde(default)]
    pub comment: Option<String>,
    /// What is in it, where it could be looked into.
    #[serde(default)]
    pub inside: Option<Inside>,
}

impl Holding {
    /// What the copy is for, if it is one of ours.
    pub fn note(&self) -> Option<Note> {
        self.comment.as_deref().and_then(Note::read)
    }

    /// Whether there is certainly nothing in it.
    pub fn is_empty(&self) -> bool {
        self.inside
            .as_ref()
            .is_some_and(|inside| inside.objects == 0)
    }
}

/// What is in a database.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub struct Inside {
    /// Tables outside of the system's schemas.
    pub tables: u64,
    /// Rows in them, as the statistics estimate; none where a table with rows was not counted yet.
    pub rows: Option<u64>,
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
                *roles == 0 && holdings.iter().all(Holding::is_empty)
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
        match depth {
            Depth::Contents if status.state != State::Running => return Err(Error::NotRunning),
            Depth::Contents => {}
            Depth::Volume => ensure_ours(&status.data, sharers, bind_mount)?,
        }
        let safety = if loss.is_nothing() {
            Safety::Nothing
        } else {
            Safety::Keep
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

/// Refuses data that is not this project's alone.
fn ensure_ours(data: &Data, sharers: Vec<String>, bind_mount: BindMount) -> Result<(), Error> {
    match data {
        Data::ExternalVolume(volume) => Err(Error::ExternalVolume {
            volume: volume.clone(),
        }),
        Data::BindMount(directory) if bind_mount == BindMount::Spare => Err(Error::BindMounted {
            directory: directory.clone(),
        }),
        _ if !sharers.is_empty() => Err(Error::Shared {
            data: words(data),
            containers: sharers,
        }),
        Data::Volume(_) | Data::BindMount(_) | Data::Anonymous | Data::Directory(_) => Ok(()),
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

#[cfg(test)]
mod tests {
    use super::{BindMount, Depth, Facts, Holding, Inside, Loss, Plan, Safety};
    use crate::{
        database::{
            Error,
            provider::{Data, State, Status},
        },
        ident::DatabaseName,
    };

    fn facts(data: Data, state: State, sharers: &[&str]) -> Facts {
        Facts {
            status: Status {
                state,
                runner: "container townpass_db".into(),
                source: "postgres:16".into(),
                health: None,
                data,
            },
            loss: Loss::Unknown,
            sharers: sharers.iter().map(|it| (*it).to_owned()).collect(),
        }
    }

    fn decide(depth: Depth, facts: Facts, bind_mount: BindMount) -> Result<Plan, Error> {
        Plan::decide(depth, &DatabaseName::new("townpass_db"), facts, bind_mount)
    }

    #[test]
    fn what_is_not_ours_is_refused() {
        let volume = || Data::Volume("backend_pgdata".into());
        let bind = || Data::BindMount("/srv/data".into());
        let external = || Data::ExternalVolume("shared".into());
        let (contents, whole) = (Depth::Contents, Depth::Volume);
        let (spare, empty) = (BindMount::Spare, BindMount::Empty);
        for (depth, data, state, sharers, bind_mount, expected) in [
            (contents, volume(), State::Running, &[][..], spare, "fine"),
            (contents, external(), State::Running, &[], spare, "fine"),
            (contents, bind(), State::Running, &[], spare, "fine"),
            (
                contents,
                volume(),
                State::Stopped,
                &[],
                spare,
                "not running",
            ),
            (contents, volume(), State::Absent, &[], spare, "not running"),
            (
                contents,
                volume(),
                State::Restarting,
                &[],
                spare,
                "not running",
            ),
            (whole, volume(), State::Running, &[], spare, "fine"),
            (whole, volume(), State::Restarting, &[], spare, "fine"),
            (whole, volume(), State::Absent, &[], spare, "fine"),
            (
                whole,
                volume(),
                State::Stopped,
                &["x-db-1"],
                spare,
                "shared",
            ),
            (whole, external(), State::Running, &[], empty, "external"),
            (whole, bind(), State::Running, &[], spare, "bind mount"),
            (whole, bind(), State::Running, &[], empty, "fine"),
            (whole, bind(), State::Running, &["x-db-1"], empty, "shared"),
            (whole, Data::Anonymous, State::Running, &[], spare, "fine"),
        ] {
            let case = format!("{depth:?} {data:?} {state:?} {sharers:?} {bind_mount:?}");
            let found = match decide(depth, facts(data, state, sharers), bind_mount) {
                Ok(_) => "fine".to_owned(),
                Err(Error::NotRunning) => "not running".to_owned(),
                Err(Error::ExternalVolume { .. }) => "external".to_owned(),
                Err(Error::BindMounted { .. }) => "bind mount".to_owned(),
                Err(Error::Shared { .. }) => "shared".to_owned(),
                Err(other) => other.to_string(),
            };
            assert_eq!(found, expected, "{case}");
        }
    }

    #[test]
    fn a_copy_is_kept_unless_there_is_certainly_nothing() {
        let holding = |objects: Option<u64>| Holding {
            name: DatabaseName::new("x"),
            open: objects.is_some(),
            size: 7_000_000,
            comment: None,
            inside: objects.map(|objects| Inside {
                tables: 0,
                rows: Some(0),
                objects,
                last_write: None,
            }),
        };
        for (objects, roles, safety) in [
            (&[][..], 0, Safety::Nothing),
            (&[Some(0), Some(0)], 0, Safety::Nothing),
            (&[Some(0), Some(1)], 0, Safety::Keep),
            (&[Some(0), None], 0, Safety::Keep),
            (&[Some(0)], 1, Safety::Keep),
        ] {
            let mut facts = facts(Data::Anonymous, State::Running, &[]);
            facts.loss = Loss::Known {
                holdings: objects.iter().map(|it| holding(*it)).collect(),
                roles,
            };
            let plan = decide(Depth::Volume, facts, BindMount::Spare).expect("it may");
            assert_eq!(plan.safety, safety, "{objects:?} {roles}");
        }
    }
}
