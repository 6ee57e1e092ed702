//! Where to go, in the words of Alembic.
//!
//! `head`, `heads`, `base`, `current`; a version, a unique beginning or end of one, a label, a word
//! of a slug; any of these with `+N` or `-N` behind it; and `+N` and `-N` alone, which count from
//! where the database stands. Before an `@` stands a branch, by its label or by a revision on it:
//! `label@head`, `label@base`, `label@+2`. Unlike Alembic's, the grammar is the same wherever a
//! target is asked for.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::migration::directory::version::Version;
use crate::migration::error::Error;
use crate::migration::graph::Graph;
use crate::migration::graph::name::Names;

/// Where to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    text: String,
    branch: Option<String>,
    anchor: Anchor,
    offset: i64,
}

/// What a target counts from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Anchor {
    Current,
    Head,
    Heads,
    Base,
    Named(String),
}

/// A target found in a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination<K = Version> {
    /// Nothing applied.
    Base,
    /// Nothing of this branch applied.
    BranchBase(BTreeSet<K>),
    /// These, and all that they need.
    Revisions(Vec<K>),
    /// From where the database stands.
    Steps(Steps<K>),
}

/// A way that is counted from where a database stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Steps<K = Version> {
    /// How many, negative for steps back.
    pub count: i64,
    /// The branch whose revisions count; all do where none is named.
    pub branch: Option<BTreeSet<K>>,
}

impl<K: Copy + Ord> Steps<K> {
    /// Whether `version` is one of those that are counted.
    pub fn counts(&self, version: K) -> bool {
        let branch = self.branch.as_ref();
        branch.is_none_or(|branch| branch.contains(&version))
    }
}

/// What a walk does at the end of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::migration) enum Overwalk {
    /// It fails.
    Fails,
    /// It stays there.
    Stays,
}

/// The branch before an `@`.
#[derive(Debug)]
struct Branch<K> {
    /// The revision that names it.
    at: K,
    /// What is on it.
    has: BTreeSet<K>,
}

impl Target {
    /// The one head of the history.
    pub fn head() -> Self {
        Self {
            text: "head".to_owned(),
            branch: None,
            anchor: Anchor::Head,
            offset: 0,
        }
    }

    /// All heads of the history.
    pub fn heads() -> Self {
        Self {
            text: "heads".to_owned(),
            anchor: Anchor::Heads,
            ..Self::head()
        }
    }

    /// Whether it depends on where the database stands, so that doing it twice goes further.
    pub fn is_relative(&self) -> bool {
        self.anchor == Anchor::Current
    }

    /// Whether it is `+N` or `-N`, without a word for what it counts from.
    pub(in crate::migration) fn counts_from_elsewhere(&self) -> bool {
        self.is_relative() && !self.text.contains("current")
    }

    /// Finds it in `graph`, whose revisions are called as `names` says.
    pub fn resolve<N: Names>(
        &self,
        names: &N,
        graph: &Graph<N::Key>,
    ) -> Result<Destination<N::Key>, Error> {
        self.find(names, graph, Overwalk::Fails)
    }

    /// The same, where a walk may be longer than the history.
    fn find<N: Names>(
        &self,
        names: &N,
        graph: &Graph<N::Key>,
        overwalk: Overwalk,
    ) -> Result<Destination<N::Key>, Error> {
        let branch = self.branch(names, graph)?;
        let has = branch.as_ref().map(|branch| &branch.has);
        let within = |version: N::Key| has.is_none_or(|it| it.contains(&version));
        let start = match &self.anchor {
            Anchor::Current => {
                return Ok(Destination::Steps(Steps {
                    count: self.offset,
                    branch: branch.map(|branch| branch.has),
                }));
            }
            Anchor::Heads if self.offset == 0 => {
                return Ok(Destination::Revisions(names.heads(graph, has)));
            }
            Anchor::Base => match has {
                Some(has) if self.offset == 0 => {
                    return Ok(Destination::BranchBase(has.clone()));
                }
                _ => None,
            },
            Anchor::Head => {
                let heads = graph.heads().into_iter().filter(|&it| within(it));
                self.only(names, graph, &heads.collect::<Vec<_>>())?
            }
            // A walk begins at one place.
            Anchor::Heads => self.only(names, graph, &names.heads(graph, has))?,
            Anchor::Named(name) => {
                // What the branch grew from can be named by it as well.
                let line = branch.as_ref().map(|branch| graph.lineage(branch.at));
                let among = |it| line.as_ref().is_none_or(|line| line.contains(&it));
                Some(names.locate(graph, name, &among)?)
            }
        };
        let end = self.walk(names, graph, start, &within, overwalk)?;
        Ok(end.map_or(Destination::Base, |version| {
            Destination::Revisions(vec![version])
        }))
    }

    /// The revisions it means, where the database stands on `standing`; none means the base.
    /// Where a branch is named, its base means what the branch grew from.
    pub fn revisions<N: Names>(
        &self,
        names: &N,
        graph: &Graph<N::Key>,
        standing: &[N::Key],
    ) -> Result<Vec<N::Key>, Error> {
        self.revisions_by(names, graph, standing, Overwalk::Fails)
    }

    /// The same, where a walk may be longer than the history.
    pub(in crate::migration) fn revisions_by<N: Names>(
        &self,
        names: &N,
        graph: &Graph<N::Key>,
        standing: &[N::Key],
        overwalk: Overwalk,
    ) -> Result<Vec<N::Key>, Error> {
        match self.find(names, graph, overwalk)? {
            Destination::Base => Ok(Vec::new()),
            Destination::BranchBase(branch) => Ok(before(graph, &branch)),
            Destination::Revisions(versions) => Ok(versions),
            Destination::Steps(steps) if steps.count > 0 => {
                self.walk_from(names, graph, standing, overwalk)
            }
            Destination::Steps(steps) => {
                let here = standing.iter().copied().filter(|&it| steps.counts(it));
                self.walk_from(names, graph, &here.collect::<Vec<_>>(), overwalk)
            }
        }
    }

    /// The same walk from another place than where the database stands. On a named branch it goes
    /// up from what of that place is on a line with the branch, or else from the last before it
    /// that is.
    pub(in crate::migration) fn walk_from<N: Names>(
        &self,
        names: &N,
        graph: &Graph<N::Key>,
        here: &[N::Key],
        overwalk: Overwalk,
    ) -> Result<Vec<N::Key>, Error> {
        if self.offset == 0 {
            return Ok(here.to_vec());
        }
        let branch = self.branch(names, graph)?;
        let here = match &branch {
            Some(branch) if self.offset > 0 => onto(graph, branch.at, here),
            _ => here.to_vec(),
        };
        let start = match here.as_slice() {
            [] => None,
            [only] => Some(*only),
            _ => return Err(self.ambiguous(names, &here)),
        };
        let has = branch.as_ref().map(|branch| &branch.has);
        let within = |it| has.is_none_or(|has| has.contains(&it));
        let end = self.walk(names, graph, start, &within, overwalk)?;
        Ok(end.into_iter().collect())
    }

    /// Whether a branch is named.
    pub(in crate::migration) fn names_branch(&self) -> bool {
        self.branch.is_some()
    }

    /// The label or revision before the `@`, and the revision that this is.
    pub(in crate::migration) fn branch_point<N: Names>(
        &self,
        names: &N,
        graph: &Graph<N::Key>,
    ) -> Result<Option<(&str, N::Key)>, Error> {
        let Some(name) = &self.branch else {
            return Ok(None);
        };
        let on_it = names.locate(graph, name, &|_| true)?;
        Ok(Some((name, on_it)))
    }

    /// The branch before the `@`.
    fn branch<N: Names>(
        &self,
        names: &N,
        graph: &Graph<N::Key>,
    ) -> Result<Option<Branch<N::Key>>, Error> {
        let found = self.branch_point(names, graph)?;
        Ok(found.map(|(_, at)| Branch {
            at,
            has: names.branch(graph, at),
        }))
    }

    /// Goes `offset` steps from `from`; `None` is the base. At a fork the named branch is taken.
    fn walk<N: Names>(
        &self,
        names: &N,
        graph: &Graph<N::Key>,
        from: Option<N::Key>,
        within: &impl Fn(N::Key) -> bool,
        overwalk: Overwalk,
    ) -> Result<Option<N::Key>, Error> {
        let mut here = from;
        for _ in 0..self.offset.unsigned_abs() {
            let mut next = match here {
                Some(version) if self.offset > 0 => graph.children(version).to_vec(),
                Some(version) => graph.parents(version).to_vec(),
                None if self.offset > 0 => graph.roots(),
                None if overwalk == Overwalk::Stays => return Ok(None),
                None => return Err(self.too_far()),
            };
            if next.len() > 1 && next.iter().any(|&it| within(it)) {
                next.retain(|&it| within(it));
            }
            here = match next.as_slice() {
                [] if self.offset < 0 => None,
                [] if overwalk == Overwalk::Stays => return Ok(here),
                [] => return Err(self.too_far()),
                [only] => Some(*only),
                _ => return Err(self.ambiguous(names, &next)),
            };
        }
        Ok(here)
    }

    /// The head, if there are not several; none in an empty folder.
    fn only<N: Names>(
        &self,
        names: &N,
        graph: &Graph<N::Key>,
        heads: &[N::Key],
    ) -> Result<Option<N::Key>, Error> {
        match heads {
            [] => Ok(None),
            [head] => Ok(Some(*head)),
            heads => Err(Error::SeveralHeads {
                target: self.text.clone(),
                fork: Box::new(names.fork(graph, heads)),
            }),
        }
    }

    /// There are not that many steps.
    pub fn too_far(&self) -> Error {
        Error::TooFar {
            target: self.text.clone(),
            steps: self.offset.unsigned_abs(),
        }
    }

    /// There are several ways.
    fn ambiguous<N: Names>(&self, names: &N, choices: &[N::Key]) -> Error {
        Error::AmbiguousWalk {
            target: self.text.clone(),
            choices: choices.iter().map(|&it| names.told(it)).collect(),
        }
    }
}

/// Those of `here` that are on a line with `branch`, or else the last before them that are.
fn onto<K: Copy + Ord>(graph: &Graph<K>, branch: K, here: &[K]) -> Vec<K> {
    let line = graph.lineage(branch);
    let on_it: Vec<K> = here
        .iter()
        .copied()
        .filter(|it| line.contains(it))
        .collect();
    if !on_it.is_empty() {
        return on_it;
    }
    let mut before = graph.with_ancestors(here);
    before.retain(|it| line.contains(it));
    let followed: BTreeSet<K> = before
        .iter()
        .flat_map(|&it| graph.parents(it))
        .copied()
        .collect();
    before.difference(&followed).copied().collect()
}

/// What `branch` grew from: the revisions before it that are not on it.
fn before<K: Copy + Ord>(graph: &Graph<K>, branch: &BTreeSet<K>) -> Vec<K> {
    let parents = branch.iter().flat_map(|&it| graph.parents(it));
    let outside: BTreeSet<K> = parents.copied().filter(|it| !branch.contains(it)).collect();
    // A merge on the branch has a parent of another: that is not where this one grew from.
    let oldest = branch.iter().next();
    let first = oldest.map_or(&[][..], |&it| graph.parents(it));
    outside
        .into_iter()
        .filter(|it| first.contains(it))
        .collect()
}

impl FromStr for Target {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let unknown = || Error::not_found(text);
        let (branch, place) = match text.split_once('@') {
            Some(("", _)) => return Err(unknown()),
            Some((branch, place)) => (Some(branch.to_owned()), place),
            None => (None, text),
        };
        let digits = place.trim_end_matches(|c: char| c.is_ascii_digit());
        let (name, offset) = match digits.strip_suffix(['+', '-']) {
            Some(name) if digits.len() < place.len() => {
                let offset = place[name.len()..].parse();
                (name, offset.map_err(|_| unknown())?)
            }
            Some(_) | None => (place, 0),
        };
        let anchor = match name {
            "" if place.is_empty() => return Err(unknown()),
            "" | "current" => Anchor::Current,
            "head" => Anchor::Head,
            "heads" => Anchor::Heads,
            "base" => Anchor::Base,
            name => Anchor::Named(name.to_owned()),
        };
        Ok(Self {
            text: text.to_owned(),
            branch,
            anchor,
            offset,
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Destination, Steps, Target};
    use crate::migration::directory::tests::directory;
    use crate::migration::{Error, Graph, Version};

    fn resolve(files: &[(&str, &str)], target: &str) -> Result<Destination, Error> {
        let directory = directory(files)?;
        target
            .parse::<Target>()?
            .resolve(&directory, &Graph::of(&directory)?)
    }

    const LINE: [(&str, &str); 4] = [
        ("20260105083000_create_users.up.sql", ""),
        ("20260106000000_create_test_records.up.sql", ""),
        ("20260107000000_Add_favorites.up.sql", ""),
        ("20270101000000_drop_users_email.up.sql", ""),
    ];

    #[test]
    fn every_way_to_say_it() {
        let at = |number| Destination::Revisions(vec![Version::new(number)]);
        let steps = |count| {
            let branch = None;
            Destination::Steps(Steps { count, branch })
        };
        for (target, destination) in [
            ("head", at(20_270_101_000_000)),
            ("heads", at(20_270_101_000_000)),
            ("base", Destination::Base),
            ("+2", steps(2)),
            ("-1", steps(-1)),
            ("current+1", steps(1)),
            ("current", steps(0)),
            ("20260106000000", at(20_260_106_000_000)),
            ("2027", at(20_270_101_000_000)),
            ("20260106", at(20_260_106_000_000)),
            ("083000", at(20_260_105_083_000)),
            ("5083000", at(20_260_105_083_000)),
            ("favorites", at(20_260_107_000_000)),
            ("FAV", at(20_260_107_000_000)),
            ("create_users", at(20_260_105_083_000)),
            ("records", at(20_260_106_000_000)),
            ("head-1", at(20_260_107_000_000)),
            ("head-4", Destination::Base),
            ("heads-1", at(20_260_107_000_000)),
            ("base+1", at(20_260_105_083_000)),
            ("favorites-1", at(20_260_106_000_000)),
            ("20260105+2", at(20_260_107_000_000)),
        ] {
            assert_eq!(
                resolve(&LINE, target).expect(target),
                destination,
                "{target}"
            );
        }
    }

    #[test]
    fn what_cannot_be_found() {
        for (target, message) in [
            ("nothing", "can't locate revision identified by `nothing`"),
            ("", "can't locate revision identified by ``"),
            (
                "create",
                "several revisions can be meant by `create`: `20260105083000`, `20260106000000`",
            ),
            (
                "2026",
                "several revisions can be meant by `2026`: `20260105083000`, `20260106000000`, `20260107000000`",
            ),
            (
                "head+1",
                "relative revision `head+1` didn't produce 1 migration",
            ),
            (
                "base-1",
                "relative revision `base-1` didn't produce 1 migration",
            ),
            (
                "head-5",
                "relative revision `head-5` didn't produce 5 migrations",
            ),
            (
                "+99999999999999999999",
                "can't locate revision identified by `+99999999999999999999`",
            ),
        ] {
            let error = resolve(&LINE, target).expect_err(target);
            assert_eq!(error.to_string(), message);
        }
    }

    #[test]
    fn branches_are_not_chosen_for_you() {
        let files = [
            ("1_a.sql", ""),
            ("2_b.sql", "-- townpass:revises 1"),
            ("3_c.sql", "-- townpass:revises 1"),
        ];
        let error = resolve(&files, "head").expect_err("two heads").to_string();
        assert_eq!(
            error,
            "Multiple head revisions are present for given argument 'head'; please specify a \
             specific target revision, '<branchname>@head' to narrow to a specific head, or \
             'heads' for all heads"
        );
        let error = resolve(&files, "1+1").expect_err("two ways").to_string();
        assert_eq!(error, "ambiguous walk: `1+1` could lead to `2`, `3`");
        let heads = Destination::Revisions(vec![Version::new(2), Version::new(3)]);
        assert_eq!(resolve(&files, "heads").expect("both"), heads);
    }

    #[test]
    fn an_empty_folder_has_no_head_to_reach() {
        assert_eq!(resolve(&[], "head").expect("base"), Destination::Base);
    }

    const LABELLED: [(&str, &str); 6] = [
        ("1_a.sql", ""),
        ("2_b.sql", ""),
        ("3_c.sql", "-- townpass:revises 2"),
        ("4_d.sql", "-- townpass:revises 2\n-- townpass:label pay"),
        ("5_e.sql", "-- townpass:revises 4"),
        ("6_f.sql", "-- townpass:revises 3"),
    ];

    #[test]
    fn a_branch_is_named_before_the_at() {
        let at = |number| Destination::Revisions(vec![Version::new(number)]);
        let pay = || [4, 5].map(Version::new).into();
        for (target, destination) in [
            ("pay", at(4)),
            ("pay@head", at(5)),
            ("pay@heads", at(5)),
            ("5@head", at(5)),
            ("f@head", at(6)),
            ("pay@head-1", at(4)),
            ("pay@base", Destination::BranchBase(pay())),
            ("pay@2+1", at(4)),
            ("3@2+2", at(6)),
            ("pay@e", at(5)),
            (
                "pay@+1",
                Destination::Steps(Steps {
                    count: 1,
                    branch: Some(pay()),
                }),
            ),
        ] {
            let found = resolve(&LABELLED, target).expect(target);
            assert_eq!(found, destination, "{target}");
        }
        for (target, message) in [
            ("@head", "can't locate revision identified by `@head`"),
            ("nay@head", "can't locate revision identified by `nay`"),
            ("pay@f", "can't locate revision identified by `f`"),
        ] {
            let error = resolve(&LABELLED, target).expect_err(target);
            assert_eq!(error.to_string(), message);
        }
    }

    #[test]
    fn where_a_database_stands_is_a_revision_too() {
        let revisions = |target: &str, standing: &[i64]| {
            let directory = directory(&LABELLED).expect("reads");
            let graph = Graph::of(&directory).expect("builds");
            let standing: Vec<Version> = standing.iter().copied().map(Version::new).collect();
            let target: Target = target.parse().expect("a target");
            let found = target.revisions(&directory, &graph, &standing);
            found.map(|found| found.into_iter().map(Version::number).collect::<Vec<_>>())
        };
        for (target, standing, found) in [
            ("current", &[3, 4][..], &[3, 4][..]),
            ("current", &[], &[]),
            ("current+1", &[3], &[6]),
            ("current-1", &[1], &[]),
            ("pay@current", &[3, 4], &[4]),
            ("pay@base", &[], &[2]),
            ("base", &[], &[]),
        ] {
            let revisions = revisions(target, standing).expect(target);
            assert_eq!(revisions, found, "{target}");
        }
        assert!(revisions("current+1", &[3, 4]).is_err());
    }

    #[test]
    fn a_slip_is_guessed_at() {
        let error = resolve(&LINE, "favorits").expect_err("no such word");
        let help = miette::Diagnostic::help(&error).expect("help").to_string();
        assert_eq!(
            help,
            "did you mean `favorites`? `townpass migrate history` lists them all"
        );
    }
}
