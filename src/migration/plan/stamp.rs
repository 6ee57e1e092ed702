//! Which rows a stamp moves.
//!
//! As with Alembic, stamping a revision says that it and all before it are applied, and nothing
//! after it; other branches stay as they are. No statement of any migration is run.

use std::collections::BTreeSet;

use crate::migration::directory::Directory;
use crate::migration::directory::version::Version;
use crate::migration::error::Error;
use crate::migration::graph::Graph;
use crate::migration::graph::target::Target;
use crate::migration::journal::Journal;
use crate::migration::plan::direction::Direction;
use crate::migration::plan::step::Step;

/// A change of the journal alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The rows to be taken away, newest first.
    pub removed: Vec<Version>,
    /// The rows to be written, oldest first.
    pub added: Vec<Step>,
    start: Journal,
}

/// What is done about rows that the folder knows nothing of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// They are a reason to refuse.
    Refuse,
    /// They go, like all rows that there are: `--purge`.
    Purge,
}

impl Stamp {
    /// What it takes to make the journal say that the database is at `targets`.
    pub fn plan(
        directory: &Directory,
        journal: &Journal,
        targets: &[Target],
        others: Others,
    ) -> Result<Self, Error> {
        let graph = Graph::of(directory)?;
        let before = match others {
            Others::Refuse => {
                if let Some(row) = journal
                    .rows()
                    .find(|row| directory.get(row.version).is_none())
                {
                    return Err(Error::Missing {
                        version: row.version,
                        description: row.description.clone(),
                        kept: None,
                    });
                }
                journal.versions()
            }
            Others::Purge => BTreeSet::new(),
        };
        let standing = graph.standing(&before);
        let mut after = before.clone();
        let mut named = Vec::new();
        for target in targets {
            let versions = target.revisions(directory, &graph, &standing)?;
            if versions.is_empty() {
                after.clear();
            }
            named.extend(versions);
        }
        let beyond = graph.with_descendants(&named);
        after.retain(|version| !beyond.contains(version));
        after.extend(graph.with_ancestors(&named));
        let there = journal.versions();
        let removed = there
            .iter()
            .rev()
            .filter(|it| !after.contains(it))
            .copied()
            .collect();
        let added = after
            .iter()
            // A row that was left half done is written anew.
            .filter(|&&version| !there.contains(&version) || journal.is_partial(version))
            .filter_map(|&version| directory.get(version))
            .map(|revision| Step::stamped(Direction::Upgrade, revision, &graph))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            removed,
            added,
            start: journal.clone(),
        })
    }

    /// Whether the journal says so already.
    pub fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.added.is_empty()
    }

    /// The journal that it was made for.
    pub(in crate::migration) fn start(&self) -> &Journal {
        &self.start
    }
}

#[cfg(test)]
mod tests {
    use super::{Others, Stamp};
    use crate::migration::directory::tests::directory;
    use crate::migration::journal::Row;
    use crate::migration::{Checksum, Error, Journal, Target, Version};

    const BRANCHED: [(&str, &str); 5] = [
        ("1_a.sql", ""),
        ("2_b.sql", "-- townpass:revises 1"),
        ("3_c.sql", "-- townpass:revises 1"),
        ("4_d.sql", "-- townpass:revises 3"),
        ("5_e.sql", "copy t from stdin;\n-- townpass:revises 4"),
    ];

    fn stamp(applied: &[i64], targets: &[&str], others: Others) -> Result<String, Error> {
        let row = |&version: &i64| Row {
            version: Version::new(version),
            description: String::new(),
            installed_on: jiff::Timestamp::UNIX_EPOCH,
            success: version != 4,
            checksum: Checksum::of(""),
            execution_time: None,
        };
        let targets: Vec<Target> = targets
            .iter()
            .map(|it| it.parse())
            .collect::<Result<_, _>>()?;
        let journal = Journal::of(applied.iter().map(row));
        let stamp = Stamp::plan(&directory(&BRANCHED)?, &journal, &targets, others)?;
        let removed = stamp.removed.iter().map(|it| format!("-{it}"));
        let added = stamp.added.iter().map(|it| format!("+{}", it.version));
        Ok(removed.chain(added).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn rows_move_along_their_branch() {
        for (applied, targets, moved) in [
            (&[] as &[i64], &["2"][..], "+1 +2"),
            (&[], &["heads"], "+1 +2 +3 +4 +5"),
            (&[1, 2, 3], &["1"], "-3 -2"),
            (&[1, 2], &["3"], "+3"),
            (&[1, 2, 3], &["base"], "-3 -2 -1"),
            (&[1, 2, 3], &["3"], ""),
            (&[1, 3, 4], &["4"], "+4"),
            (&[1, 3], &["current"], ""),
        ] {
            let found = stamp(applied, targets, Others::Refuse).expect("plans");
            assert_eq!(found, moved, "{applied:?} {targets:?}");
        }
    }

    #[test]
    fn only_a_purge_moves_what_nobody_knows() {
        let refused = stamp(&[1, 9], &["2"], Others::Refuse);
        assert!(matches!(refused, Err(Error::Missing { .. })), "{refused:?}");
        let purged = stamp(&[1, 3, 9], &["2"], Others::Purge).expect("plans");
        assert_eq!(purged, "-9 -3 +2");
    }
}
