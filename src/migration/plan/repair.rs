//! What is wrong between a folder and a journal, and what puts it right.
//!
//! Finding is a pure comparison. Putting right is always asked for by name: nothing here guesses
//! what a person did by hand.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::migration::directory::Directory;
use crate::migration::directory::checksum::Likeness;
use crate::migration::directory::version::Version;
use crate::migration::error::Error;
use crate::migration::graph::Graph;
use crate::migration::graph::target::Target;
use crate::migration::journal::lease::Lease;
use crate::migration::journal::ledger::Kept;
use crate::migration::journal::{Journal, Row};
use crate::migration::plan::direction::Direction;
use crate::migration::plan::step::Step;

/// Something wrong with one revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Which.
    pub version: Version,
    /// Its slug as words.
    pub description: String,
    /// What.
    pub kind: Kind,
}

/// What is wrong with a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is applied, and its file is gone.
    FileMissing {
        /// Whether the ledger keeps the way back.
        kept: bool,
    },
    /// Its file was edited after it was applied.
    Edited,
    /// Only the line ends of its file differ. We do not mind; plain sqlx does.
    LineEnds,
    /// It is half done.
    HalfDone {
        /// Which way, where that is known.
        direction: Option<Direction>,
        /// How many statements took effect, where that is known.
        done: Option<usize>,
        /// Whether somebody is at it right now.
        busy: bool,
    },
}

impl Kind {
    /// Whether it keeps `upgrade` from going on.
    pub fn is_in_the_way(&self) -> bool {
        !matches!(self, Self::LineEnds)
    }

    /// What puts `version` right.
    pub fn remedy(&self, version: Version) -> String {
        match self {
            Self::FileMissing { kept: true } => format!(
                "restore the file, or revert it by what the database keeps: \
                 `townpass migrate downgrade {version}-1`"
            ),
            Self::FileMissing { kept: false } => {
                "restore the file, or `townpass migrate stamp --purge REVISION`".to_owned()
            }
            Self::Edited => format!(
                "restore the file, or take it as it is: `townpass migrate repair --accept {version}`"
            ),
            Self::LineEnds => format!(
                "nothing to do; for plain sqlx `townpass migrate repair --accept {version}`"
            ),
            Self::HalfDone { busy: true, .. } => "wait for the run that is at it".to_owned(),
            Self::HalfDone {
                direction: Some(direction),
                ..
            } => format!(
                "go on: `townpass migrate {direction} {}`",
                match direction {
                    Direction::Upgrade => version.to_string(),
                    Direction::Downgrade => format!("{version}-1"),
                }
            ),
            Self::HalfDone { .. } => format!(
                "finish it by hand and `townpass migrate repair --applied {version}`, or undo it by \
                 hand and `townpass migrate repair --reverted {version}`"
            ),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FileMissing { .. } => f.write_str("is applied, but its file is missing"),
            Self::Edited => f.write_str("was edited after it was applied"),
            Self::LineEnds => f.write_str("has other line ends than when it was applied"),
            Self::HalfDone { done, busy, .. } => {
                f.write_str(if *busy {
                    "is being run"
                } else {
                    "is half done"
                })?;
                match done {
                    Some(done) => write!(f, ", {done} of its statements took effect"),
                    None => Ok(()),
                }
            }
        }
    }
}

/// Everything that is wrong, oldest revision first.
pub fn survey(
    directory: &Directory,
    journal: &Journal,
    kept: &[Kept],
) -> Result<Vec<Trouble>, Error> {
    let graph = Graph::of(directory)?;
    let trouble = |row: &Row| {
        let kind = match directory.get(row.version) {
            None if graph.replacement(row.version).is_some() => None,
            None => Some(Kind::FileMissing {
                kept: kept
                    .iter()
                    .any(|it| it.version == row.version && it.down.is_some()),
            }),
            Some(_) if !row.success => Some(half_done(journal.lease(row.version))),
            Some(revision) => match row.checksum.compare(&revision.up.text) {
                Likeness::Same => None,
                Likeness::LineEnds => Some(Kind::LineEnds),
                Likeness::Different => Some(Kind::Edited),
            },
        };
        kind.map(|kind| Trouble {
            version: row.version,
            description: row.description.clone(),
            kind,
        })
    };
    Ok(journal.rows().filter_map(trouble).collect())
}

fn half_done(lease: Option<&Lease>) -> Kind {
    Kind::HalfDone {
        direction: lease.map(|it| it.direction),
        done: lease.map(|it| it.done),
        busy: lease.is_some_and(|it| it.alive),
    }
}

/// What is asked for, one revision at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// The journal takes the file as it is now.
    Accept,
    /// A half-done revision counts as applied.
    Applied,
    /// A half-done revision counts as not applied.
    Reverted,
}

/// One row put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// What was asked for.
    pub wish: Wish,
    /// The revision.
    pub step: Step,
    /// Its up file.
    pub path: PathBuf,
    /// The text that was applied, where the ledger keeps it.
    pub before: Option<Arc<str>>,
    start: Journal,
}

impl Repair {
    /// What it takes to fulfil `wish` for `target`; `None` where it is so already.
    pub fn plan(
        wish: Wish,
        directory: &Directory,
        journal: &Journal,
        target: &Target,
        kept: &[Kept],
    ) -> Result<Option<Self>, Error> {
        let graph = Graph::of(directory)?;
        let standing = graph.standing(&journal.versions());
        let versions = target.revisions(directory, &graph, &standing)?;
        let [version] = versions[..] else {
            return Err(Error::NotOne(target.to_string()));
        };
        let (Some(revision), Some(row)) = (directory.get(version), journal.get(version)) else {
            return Err(Error::NotApplied { version });
        };
        if let Some(lease) = journal.lease(version).filter(|it| it.alive) {
            return Err(Error::Busy {
                version,
                tenant: lease.tenant.clone(),
            });
        }
        match wish {
            Wish::Accept if !row.success => return Err(Error::partial(row)),
            Wish::Accept if row.checksum == revision.checksum() => return Ok(None),
            Wish::Applied | Wish::Reverted if row.success => {
                return Err(Error::NotHalfDone { version });
            }
            Wish::Accept | Wish::Applied | Wish::Reverted => {}
        }
        Ok(Some(Self {
            wish,
            step: Step::stamped(Direction::Upgrade, revision, &graph)?,
            path: revision.up.path.clone(),
            before: kept
                .iter()
                .find(|it| it.version == version)
                .map(|it| Arc::clone(&it.up)),
            start: journal.clone(),
        }))
    }

    /// The journal that it was made for.
    pub(in crate::migration) fn start(&self) -> &Journal {
        &self.start
    }
}

#[cfg(test)]
mod tests {
    use super::{Repair, Trouble, Wish, survey};
    use crate::migration::directory::tests::directory;
    use crate::migration::journal::Row;
    use crate::migration::{Checksum, Error, Journal, Version};

    const FILES: [(&str, &str); 4] = [
        ("1_a.sql", "select 1;\n"),
        ("2_b.sql", "select 2;\r\n"),
        ("3_c.sql", "select 33;\n"),
        ("4_d.sql", "select 4;\n"),
    ];

    fn journal() -> Journal {
        let row = |version: i64, text: &str, success| Row {
            version: Version::new(version),
            description: format!("revision {version}"),
            installed_on: jiff::Timestamp::UNIX_EPOCH,
            success,
            checksum: Checksum::of(text),
            execution_time: None,
        };
        Journal::of([
            row(1, "select 1;\n", true),
            row(2, "select 2;\n", true),
            row(3, "select 3;\n", true),
            row(4, "select 4;\n", false),
            row(9, "", true),
        ])
    }

    #[test]
    fn everything_that_is_wrong_is_found() {
        let found = survey(&directory(&FILES).expect("reads"), &journal(), &[]).expect("a graph");
        let told: Vec<String> = found
            .iter()
            .map(|Trouble { version, kind, .. }| format!("{version} {kind}"))
            .collect();
        assert_eq!(
            told,
            [
                "2 has other line ends than when it was applied",
                "3 was edited after it was applied",
                "4 is half done",
                "9 is applied, but its file is missing",
            ]
        );
    }

    #[test]
    fn a_wish_must_fit() {
        let directory = directory(&FILES).expect("reads");
        let plan = |wish, target: &str| {
            let target = target.parse().expect("a target");
            Repair::plan(wish, &directory, &journal(), &target, &[])
        };
        assert!(matches!(plan(Wish::Accept, "1"), Ok(None)));
        for (wish, target) in [
            (Wish::Accept, "2"),
            (Wish::Accept, "3"),
            (Wish::Applied, "4"),
            (Wish::Reverted, "4"),
        ] {
            let repair = plan(wish, target).expect(target).expect("is to be done");
            assert_eq!(repair.step.version.to_string(), target);
        }
        assert!(matches!(
            plan(Wish::Accept, "4"),
            Err(Error::Partial { .. })
        ));
        assert!(matches!(
            plan(Wish::Applied, "1"),
            Err(Error::NotHalfDone { .. })
        ));
        assert!(matches!(plan(Wish::Accept, "base"), Err(Error::NotOne(_))));
    }
}
