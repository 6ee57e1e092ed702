//! Which revision follows which.
//!
//! A child's version is always greater than its parents', so the order of versions is an order
//! in which everything can be applied, and there can be no cycle.

use std::collections::{BTreeMap, BTreeSet};

use crate::migration::directory::{Directory, Revision};
use crate::migration::error::Error;
use crate::migration::header::Revises;
use crate::migration::version::Version;

/// The revisions of a folder and the arrows between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph {
    parents: BTreeMap<Version, Vec<Version>>,
    children: BTreeMap<Version, Vec<Version>>,
}

impl Graph {
    /// Follows the headers of `directory`.
    pub fn of(directory: &Directory) -> Result<Self, Error> {
        let mut parents: BTreeMap<Version, Vec<Version>> = BTreeMap::new();
        let mut children: BTreeMap<Version, Vec<Version>> = BTreeMap::new();
        let mut previous = None;
        for revision in directory.revisions() {
            let own = parents_of(directory, revision, previous)?;
            for parent in &own {
                children.entry(*parent).or_default().push(revision.version);
            }
            parents.insert(revision.version, own);
            previous = Some(revision.version);
        }
        Ok(Self { parents, children })
    }

    /// What `version` follows; nothing where it begins a history.
    pub fn parents(&self, version: Version) -> &[Version] {
        self.parents.get(&version).map_or(&[], Vec::as_slice)
    }

    /// What follows `version`.
    pub fn children(&self, version: Version) -> &[Version] {
        self.children.get(&version).map_or(&[], Vec::as_slice)
    }

    /// The revisions that follow nothing.
    pub fn roots(&self) -> Vec<Version> {
        self.versions()
            .filter(|&it| self.parents(it).is_empty())
            .collect()
    }

    /// The revisions that nothing follows, oldest first.
    pub fn heads(&self) -> Vec<Version> {
        self.versions().filter(|&it| self.is_head(it)).collect()
    }

    /// Whether nothing follows `version`.
    pub fn is_head(&self, version: Version) -> bool {
        self.children(version).is_empty()
    }

    /// All versions, oldest first.
    pub fn versions(&self) -> impl Iterator<Item = Version> + '_ {
        self.parents.keys().copied()
    }

    /// These and everything that must be there before them.
    pub fn with_ancestors(&self, versions: &[Version]) -> BTreeSet<Version> {
        closure(versions, |version| self.parents(version))
    }

    /// These and everything that needs them.
    pub fn with_descendants(&self, versions: &[Version]) -> BTreeSet<Version> {
        closure(versions, |version| self.children(version))
    }

    /// Those of `applied` that nothing applied follows: where a database stands.
    pub fn standing(&self, applied: &BTreeSet<Version>) -> Vec<Version> {
        let followed: Vec<Version> = applied
            .iter()
            .flat_map(|&version| self.parents(version).iter().copied())
            .collect();
        let beaten = self.with_ancestors(&followed);
        applied.difference(&beaten).copied().collect()
    }
}

fn parents_of(
    directory: &Directory,
    revision: &Revision,
    previous: Option<Version>,
) -> Result<Vec<Version>, Error> {
    let parents = match &revision.header.revises {
        Revises::Previous => return Ok(previous.into_iter().collect()),
        Revises::Base => return Ok(Vec::new()),
        Revises::Parents(parents) => parents,
    };
    for &parent in parents {
        let link = |parent| (parent, revision.up.path.clone());
        if directory.get(parent).is_none() {
            let (parent, path) = link(parent);
            return Err(Error::NoParent { parent, path });
        }
        if parent >= revision.version {
            let (parent, path) = link(parent);
            return Err(Error::ParentNotOlder { parent, path });
        }
    }
    Ok(parents.clone())
}

fn closure<'a>(versions: &[Version], next: impl Fn(Version) -> &'a [Version]) -> BTreeSet<Version> {
    let mut found = BTreeSet::new();
    let mut pending = versions.to_vec();
    while let Some(version) = pending.pop() {
        if found.insert(version) {
            pending.extend(next(version));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Error, Graph, Version};
    use crate::migration::directory::tests::directory;

    fn versions(numbers: &[i64]) -> Vec<Version> {
        numbers.iter().copied().map(Version::new).collect()
    }

    fn graph(files: &[(&str, &str)]) -> Result<Graph, Error> {
        Graph::of(&directory(files)?)
    }

    const BRANCHED: [(&str, &str); 5] = [
        ("1_a.sql", ""),
        ("2_b.sql", "-- townpass:revises 1"),
        ("3_c.sql", "-- townpass:revises 1"),
        ("4_d.sql", "-- townpass:revises 3"),
        ("5_e.sql", "-- townpass:revises 2,4"),
    ];

    #[test]
    fn files_without_headers_are_a_line() {
        let graph = graph(&[("3_c.sql", ""), ("1_a.sql", ""), ("2_b.sql", "")]).expect("builds");
        assert_eq!(graph.roots(), versions(&[1]));
        assert_eq!(graph.heads(), versions(&[3]));
        assert_eq!(graph.parents(Version::new(3)), versions(&[2]));
    }

    #[test]
    fn branches_and_a_merge() {
        let graph = graph(&BRANCHED[..4]).expect("builds");
        assert_eq!(graph.heads(), versions(&[2, 4]));
        let merged = Graph::of(&directory(&BRANCHED).expect("reads")).expect("builds");
        assert_eq!(merged.heads(), versions(&[5]));
        let set = |numbers: &[i64]| versions(numbers).into_iter().collect::<BTreeSet<_>>();
        assert_eq!(merged.with_ancestors(&versions(&[4])), set(&[1, 3, 4]));
        assert_eq!(merged.with_descendants(&versions(&[3])), set(&[3, 4, 5]));
        for (applied, standing) in [
            (&[1, 2, 3, 4, 5][..], &[5][..]),
            (&[1, 2, 3, 4], &[2, 4]),
            (&[1, 2], &[2]),
            (&[], &[]),
            (&[1, 99], &[1, 99]),
        ] {
            assert_eq!(
                merged.standing(&set(applied)),
                versions(standing),
                "{applied:?}"
            );
        }
    }

    #[test]
    fn broken_links_name_the_file() {
        for (text, message) in [
            (
                "-- townpass:revises 7",
                "revision `7`, which `migrations/2_b.sql` revises, is not in the folder",
            ),
            (
                "-- townpass:revises 3",
                "`migrations/2_b.sql` revises `3`, which is not older than it",
            ),
            (
                "-- townpass:revises 2",
                "`migrations/2_b.sql` revises `2`, which is not older than it",
            ),
        ] {
            let error =
                graph(&[("1_a.sql", ""), ("2_b.sql", text), ("3_c.sql", "")]).expect_err(text);
            assert_eq!(error.to_string().replace('\\', "/"), message);
        }
    }
}
