//! Which revision follows which.
//!
//! There are two kinds of arrows. A revision *revises* its parents; it may also *depend* on others,
//! which must be applied before it, but which it does not join: a head that only dependents follow
//! is still a head. A version is always greater than those it revises and depends on, so the order
//! of versions is an order in which everything can be applied, and there can be no cycle.

pub mod fork;
pub(in crate::migration) mod link;
pub mod name;
pub mod range;
pub mod route;
pub mod target;
pub mod touch;

use std::collections::{BTreeMap, BTreeSet};

use crate::migration::directory::header::Revises;
use crate::migration::directory::version::Version;
use crate::migration::directory::{Directory, Revision};
use crate::migration::error::Error;

/// The revisions of a history and the arrows between them. Those of a folder of SQL are called by
/// their [`Version`]; whatever calls those of another history keeps the order: a revision is
/// greater than those it follows and depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Graph<K = Version> {
    parents: Arrows<K>,
    children: Arrows<K>,
    depends: Arrows<K>,
    dependents: Arrows<K>,
    replaces: Arrows<K>,
    /// The revision whose header has the label.
    owners: BTreeMap<String, K>,
    /// The labels of a revision, its own and those of its branch.
    labels: BTreeMap<K, BTreeSet<String>>,
}

type Arrows<K> = BTreeMap<K, Vec<K>>;

/// A revision and where its arrows lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node<K> {
    /// Which.
    pub revision: K,
    /// What it follows.
    pub parents: Vec<K>,
    /// What must be applied before it though it does not follow it.
    pub depends: Vec<K>,
    /// The names of the branch that begins with it. No two revisions have the same.
    pub labels: Vec<String>,
}

impl<K> Default for Graph<K> {
    fn default() -> Self {
        Self {
            parents: Arrows::new(),
            children: Arrows::new(),
            depends: Arrows::new(),
            dependents: Arrows::new(),
            replaces: Arrows::new(),
            owners: BTreeMap::new(),
            labels: BTreeMap::new(),
        }
    }
}

impl Graph {
    /// Follows the headers of `directory`.
    pub fn of(directory: &Directory) -> Result<Self, Error> {
        let (graph, faults) = Self::survey(directory);
        match faults.into_iter().next() {
            Some(fault) => Err(fault),
            None => Ok(graph),
        }
    }

    /// Follows the headers of `directory` as far as they lead somewhere, and says which do not.
    pub fn survey(directory: &Directory) -> (Self, Vec<Error>) {
        let mut graph = Self::default();
        let mut faults = Vec::new();
        let mut previous = None;
        for revision in directory.revisions() {
            let version = revision.version;
            let mut sound = |links: &[Version], key: &'static str| -> Vec<Version> {
                let (sound, wrong) = link::check(directory, revision, links, key);
                faults.extend(wrong);
                sound
            };
            let parents = match &revision.header.revises {
                Revises::Previous => previous.into_iter().collect(),
                Revises::Base => Vec::new(),
                Revises::Parents(parents) => sound(parents, "revises"),
            };
            let depends = sound(&revision.header.depends, "depends");
            graph.insert(version, parents, depends);
            faults.extend(graph.claim(directory, revision));
            previous = Some(version);
        }
        graph.spread_labels();
        (graph, faults)
    }

    /// Notes the labels of `revision` and what it replaces.
    fn claim(&mut self, directory: &Directory, revision: &Revision) -> Vec<Error> {
        let mut faults = Vec::new();
        for label in &revision.header.labels {
            match self.owners.get(label) {
                Some(&owner) => faults.push(link::label_used(revision, label, owner)),
                None => {
                    self.owners.insert(label.clone(), revision.version);
                }
            }
        }
        let replaced = &revision.header.replaces;
        let still = replaced.iter().find(|&&it| directory.get(it).is_some());
        if let Some(&still) = still {
            faults.push(link::still_there(revision, still));
        } else if !replaced.is_empty() {
            self.replaces.insert(revision.version, replaced.clone());
        }
        faults
    }
}

impl<K: Copy + Ord> Graph<K> {
    /// Joins revisions whose arrows all lead to others of them.
    pub fn link(nodes: impl IntoIterator<Item = Node<K>>) -> Self {
        let mut graph = Self::default();
        for node in nodes {
            graph.insert(node.revision, node.parents, node.depends);
            let owned = node.labels.into_iter().map(|label| (label, node.revision));
            graph.owners.extend(owned);
        }
        graph.spread_labels();
        graph
    }

    fn insert(&mut self, revision: K, parents: Vec<K>, depends: Vec<K>) {
        connect(&mut self.children, revision, &parents);
        connect(&mut self.dependents, revision, &depends);
        self.parents.insert(revision, parents);
        self.depends.insert(revision, depends);
    }

    /// Gives each revision the labels of its branch.
    fn spread_labels(&mut self) {
        for (label, &owner) in &self.owners {
            for version in self.called(owner) {
                let labels = self.labels.entry(version).or_default();
                labels.insert(label.clone());
            }
        }
    }

    /// The revisions that a label of `owner` is told of: what follows it; and where that is a plain
    /// line, what it follows, up to where the line left another, or joined two.
    fn called(&self, owner: K) -> BTreeSet<K> {
        let mut found = closure(&[owner], |it| self.children(it).iter());
        if !found.iter().all(|&it| self.is_plain(it)) {
            return found;
        }
        let mut here = owner;
        while let [parent] = self.parents(here)
            && self.is_plain(*parent)
        {
            here = *parent;
            found.insert(here);
        }
        found
    }

    /// Whether `version` neither joins branches nor lets several go on.
    fn is_plain(&self, version: K) -> bool {
        let after = self.children(version).len() + arrows(&self.dependents, version).len();
        after < 2 && self.parents(version).len() < 2
    }

    /// What `version` follows; nothing where it begins a history.
    pub fn parents(&self, version: K) -> &[K] {
        arrows(&self.parents, version)
    }

    /// What follows `version`.
    pub fn children(&self, version: K) -> &[K] {
        arrows(&self.children, version)
    }

    /// What must be applied before `version` though it does not follow it.
    pub fn depends(&self, version: K) -> &[K] {
        arrows(&self.depends, version)
    }

    /// The labels of `version`, its own and those of its branch.
    pub fn labels(&self, version: K) -> impl Iterator<Item = &str> {
        self.labels
            .get(&version)
            .into_iter()
            .flatten()
            .map(String::as_str)
    }

    /// The revision whose header says `label`.
    pub fn labelled(&self, label: &str) -> Option<K> {
        self.owners.get(label).copied()
    }

    /// The revisions that follow nothing.
    pub fn roots(&self) -> Vec<K> {
        self.versions()
            .filter(|&it| self.parents(it).is_empty())
            .collect()
    }

    /// The revisions that nothing follows, oldest first.
    pub fn heads(&self) -> Vec<K> {
        self.versions().filter(|&it| self.is_head(it)).collect()
    }

    /// Whether nothing follows `version`.
    pub fn is_head(&self, version: K) -> bool {
        self.children(version).is_empty()
    }

    /// Whether something depends on `version`, so that a database need not stand on it to have it.
    pub fn is_depended_on(&self, version: K) -> bool {
        !arrows(&self.dependents, version).is_empty()
    }

    /// Whether `heads` are meant to stay apart: each has a label that no other has. Several that
    /// have not are a mistake: somebody forgot to join them.
    pub fn is_meant(&self, heads: &[K]) -> bool {
        let named = |head: K| {
            let others = heads.iter().filter(|&&other| other != head);
            let taken: BTreeSet<&str> = others.flat_map(|&other| self.labels(other)).collect();
            self.labels(head).any(|label| !taken.contains(label))
        };
        heads.len() < 2 || heads.iter().all(|&head| named(head))
    }

    /// All versions, oldest first.
    pub fn versions(&self) -> impl DoubleEndedIterator<Item = K> + '_ {
        self.parents.keys().copied()
    }

    /// These and everything that must be there before them.
    pub fn with_ancestors(&self, versions: &[K]) -> BTreeSet<K> {
        closure(versions, |it| {
            self.parents(it).iter().chain(self.depends(it))
        })
    }

    /// These and everything that needs them.
    pub fn with_descendants(&self, versions: &[K]) -> BTreeSet<K> {
        closure(versions, |it| {
            self.children(it).iter().chain(arrows(&self.dependents, it))
        })
    }

    /// These and everything that follows them, whether or not something depends on them.
    pub fn with_followers(&self, versions: &[K]) -> BTreeSet<K> {
        closure(versions, |it| self.children(it).iter())
    }

    /// The branch that `version` is on: what follows it, and what it follows up to where the
    /// branch left another, or joined two.
    pub fn branch(&self, version: K) -> BTreeSet<K> {
        let mut found = closure(&[version], |it| self.children(it).iter());
        let mut here = version;
        while self.children(here).len() + arrows(&self.dependents, here).len() < 2
            && let [parent] = self.parents(here)
            && self.is_plain(*parent)
        {
            here = *parent;
            found.insert(here);
        }
        found
    }

    /// What `version` follows, itself, and what follows it, however far: what is on a line with it.
    pub fn lineage(&self, version: K) -> BTreeSet<K> {
        let mut found = closure(&[version], |it| self.parents(it).iter());
        found.extend(closure(&[version], |it| self.children(it).iter()));
        found
    }

    /// Those of `applied` that nothing applied follows: where a database stands.
    pub fn standing(&self, applied: &BTreeSet<K>) -> Vec<K> {
        let followed: Vec<K> = applied
            .iter()
            .flat_map(|&version| self.parents(version).iter().chain(self.depends(version)))
            .copied()
            .collect();
        let beaten = self.with_ancestors(&followed);
        applied.difference(&beaten).copied().collect()
    }

    /// What counts as applied where a journal has `recorded`: a revision that replaces others
    /// does, as soon as all of those are there, and they no longer count.
    pub fn counted(&self, recorded: &BTreeSet<K>) -> BTreeSet<K> {
        let mut counted = recorded.clone();
        for (&version, replaced) in &self.replaces {
            if replaced.iter().all(|it| recorded.contains(it)) {
                counted.insert(version);
                counted.retain(|it| !replaced.contains(it));
            }
        }
        counted
    }

    /// The revision that stands for `version`, whose file is gone.
    pub fn replacement(&self, version: K) -> Option<K> {
        let mut all = self.replaces.iter();
        all.find_map(|(&by, replaced)| replaced.contains(&version).then_some(by))
    }

    /// What `version` stands for.
    pub fn replaces(&self, version: K) -> &[K] {
        arrows(&self.replaces, version)
    }
}

/// The ends of the arrows that leave `version`.
fn arrows<K: Copy + Ord>(arrows: &Arrows<K>, version: K) -> &[K] {
    arrows.get(&version).map_or(&[], Vec::as_slice)
}

/// Draws an arrow from each of `from` to `to`.
fn connect<K: Copy + Ord>(arrows: &mut Arrows<K>, to: K, from: &[K]) {
    for &from in from {
        arrows.entry(from).or_default().push(to);
    }
}

fn closure<'a, K, I>(versions: &[K], next: impl Fn(K) -> I) -> BTreeSet<K>
where
    K: Copy + Ord + 'a,
    I: Iterator<Item = &'a K>,
{
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
                "it revises `7`, which is not in the folder",
            ),
            (
                "-- townpass:revises 1\n-- townpass:depends 9",
                "it depends on `9`, which is not in the folder",
            ),
            (
                "-- townpass:revises 4",
                "it revises `4`, which is not older than it",
            ),
            (
                "-- townpass:revises 3",
                "cycle is detected in revisions (2, 3)",
            ),
            (
                "-- townpass:depends 3",
                "dependency cycle is detected in revisions (2, 3)",
            ),
            (
                "-- townpass:revises 2",
                "self-loop is detected in revisions (2)",
            ),
            (
                "-- townpass:label x\n-- townpass:replaces 3",
                "it replaces `3`, whose file is still in the folder",
            ),
            (
                "-- townpass:label a",
                "branch name 'a' in revision 2 already used by revision 1",
            ),
        ] {
            let error = graph(&[
                ("1_a.sql", "-- townpass:label a"),
                ("2_b.sql", text),
                ("3_c.sql", ""),
                ("4_d.sql", "-- townpass:revises base"),
            ])
            .expect_err(text);
            let told = error.to_string().replace('\\', "/");
            let (place, told) = told.split_once("`: ").expect("a place");
            assert!(place.starts_with("`migrations/2_b.sql:"), "{place}");
            assert_eq!(told, message);
        }
    }

    #[test]
    fn a_dependency_orders_and_does_not_join() {
        let graph = graph(&[
            ("1_a.sql", "-- townpass:revises base"),
            ("2_b.sql", "-- townpass:revises base"),
            ("3_c.sql", "-- townpass:revises 1\n-- townpass:depends 2"),
        ])
        .expect("builds");
        let set = |numbers: &[i64]| versions(numbers).into_iter().collect::<BTreeSet<_>>();
        assert_eq!(graph.heads(), versions(&[2, 3]));
        assert!(graph.is_depended_on(Version::new(2)));
        assert_eq!(graph.with_ancestors(&versions(&[3])), set(&[1, 2, 3]));
        assert_eq!(graph.with_descendants(&versions(&[2])), set(&[2, 3]));
        assert_eq!(graph.standing(&set(&[1, 2, 3])), versions(&[3]));
    }

    #[test]
    fn a_label_names_a_branch_to_where_it_left_another() {
        let line = [
            ("1_a.sql", ""),
            ("2_b.sql", ""),
            ("3_c.sql", "-- townpass:revises 2"),
            ("4_d.sql", "-- townpass:revises 2"),
            (
                "5_e.sql",
                "-- townpass:revises 4\n-- townpass:label pay, bill",
            ),
            ("6_f.sql", "-- townpass:revises 5"),
            ("7_g.sql", "-- townpass:revises 3,6"),
        ];
        let labelled = |files: &[(&str, &str)]| {
            let graph = graph(files).expect("builds");
            let labelled = |version: &Version| graph.labels(*version).eq(["bill", "pay"]);
            let labelled: Vec<i64> = graph
                .versions()
                .filter(labelled)
                .map(Version::number)
                .collect();
            labelled
        };
        assert_eq!(labelled(&line[..6]), [4, 5, 6]);
        // What a branch grew from is not told its name where it is no plain line, as by Alembic.
        assert_eq!(labelled(&line), [5, 6, 7]);
        let graph = graph(&line).expect("builds");
        assert_eq!(graph.labelled("pay"), Some(Version::new(5)));
    }

    #[test]
    fn a_label_of_a_line_names_all_of_it() {
        let graph = graph(&[
            ("1_a.sql", ""),
            ("2_b.sql", "-- townpass:label pay"),
            ("3_c.sql", ""),
        ]);
        let graph = graph.expect("builds");
        assert!(graph.versions().all(|it| graph.labels(it).eq(["pay"])));
    }

    #[test]
    fn what_replaces_others_counts_once_all_of_them_are_there() {
        let graph = graph(&[
            ("4_squashed.sql", "-- townpass:replaces 1,2,3"),
            ("5_e.sql", ""),
        ])
        .expect("builds");
        let set = |numbers: &[i64]| versions(numbers).into_iter().collect::<BTreeSet<_>>();
        for (recorded, counted) in [
            (&[][..], &[][..]),
            (&[1, 2], &[1, 2]),
            (&[1, 2, 3], &[4]),
            (&[1, 2, 3, 5], &[4, 5]),
            (&[4, 5], &[4, 5]),
        ] {
            assert_eq!(graph.counted(&set(recorded)), set(counted), "{recorded:?}");
        }
        assert_eq!(graph.replacement(Version::new(2)), Some(Version::new(4)));
        assert_eq!(graph.replacement(Version::new(4)), None);
    }
}
