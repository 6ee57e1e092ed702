//! A part of the history, from one place to another: `a:b`, `a:`, `:b`.
//!
//! Both ends are targets, and both belong to it. `-N` before the colon counts back from the end,
//! `+N` behind it counts on from the beginning, as in Alembic's examples `-3:current` and
//! `current:+2`; with `-N:+N`, both count from where the database stands.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::migration::directory::version::Version;
use crate::migration::error::Error;
use crate::migration::graph::Graph;
use crate::migration::graph::name::Names;
use crate::migration::graph::target::{Overwalk, Target};

/// A part of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    text: String,
    start: Option<Target>,
    end: Option<Target>,
}

/// The ends of a range, found in a graph. No revision means the base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ends<K = Version> {
    /// Where it begins.
    pub start: Vec<K>,
    /// Where it ends.
    pub end: Vec<K>,
}

impl Range {
    /// Whether `text` is written as a range at all.
    pub fn is_meant(text: &str) -> bool {
        text.contains(':')
    }

    /// Whether it depends on where the database stands.
    pub fn is_relative(&self) -> bool {
        match (&self.start, &self.end) {
            (Some(start), Some(end))
                if start.counts_from_elsewhere() && end.counts_from_elsewhere() =>
            {
                true
            }
            (start, end) => [start, end]
                .into_iter()
                .flatten()
                .any(|it| it.is_relative() && !it.counts_from_elsewhere()),
        }
    }

    /// Finds its ends in `graph`, where the database stands on `standing`. A missing beginning is
    /// the base, a missing end all heads; a walk that is longer than the history ends with it.
    /// Where the beginning names a branch, only what is of that branch is an end.
    pub fn resolve<N: Names>(
        &self,
        names: &N,
        graph: &Graph<N::Key>,
        standing: &[N::Key],
    ) -> Result<Ends<N::Key>, Error> {
        let find = |target: &Target| target.revisions_by(names, graph, standing, Overwalk::Stays);
        let walk = |target: &Target, from: &[N::Key]| {
            target.walk_from(names, graph, from, Overwalk::Stays)
        };
        let last = |target: &Option<Target>| match target {
            None => Ok(names.heads(graph, None)),
            Some(target) => find(target),
        };
        let follows =
            |target: &Option<Target>| target.as_ref().is_some_and(Target::counts_from_elsewhere);
        let mut ends = match (&self.start, &self.end) {
            (Some(start), end) if follows(&self.start) && !follows(&self.end) => {
                let end = last(end)?;
                let start = match before_heads(names, graph, start, &end) {
                    Some(start) => start,
                    None => walk(start, &end)?,
                };
                Ends { start, end }
            }
            (Some(start), Some(end))
                if follows(&self.start)
                    && end.names_branch()
                    && let Some(start) =
                        before_heads(names, graph, start, &names.heads(graph, None)) =>
            {
                let end = walk(end, &start)?;
                Ends { start, end }
            }
            (start, Some(end)) if follows(&self.end) && !follows(&self.start) => {
                let start = start.as_ref().map_or_else(|| Ok(Vec::new()), find)?;
                let end = walk(end, &start)?;
                Ends { start, end }
            }
            (start, end) => Ends {
                start: start.as_ref().map_or_else(|| Ok(Vec::new()), find)?,
                end: last(end)?,
            },
        };
        if let Some(start) = &self.start
            && let Some((name, at)) = start.branch_point(names, graph)?
        {
            let labels: Vec<&str> = graph.labels(at).collect();
            let label = match labels.as_slice() {
                [only] if graph.labelled(name).is_none() => only,
                _ => name,
            };
            let line = graph.lineage(at);
            let is_of_it = |it: &N::Key| match graph.labelled(label) {
                Some(_) => graph.labels(*it).any(|own| own == label),
                None => line.contains(it),
            };
            ends.end.retain(is_of_it);
        }
        Ok(ends)
    }

    /// The revisions of it, with both ends.
    pub fn revisions<N: Names>(
        &self,
        names: &N,
        graph: &Graph<N::Key>,
        standing: &[N::Key],
    ) -> Result<BTreeSet<N::Key>, Error> {
        let ends = self.resolve(names, graph, standing)?;
        self.between(graph, &ends)
    }

    /// The revisions between `ends`, which are those of it, and the ends themselves.
    pub fn between<K: Copy + Ord>(
        &self,
        graph: &Graph<K>,
        ends: &Ends<K>,
    ) -> Result<BTreeSet<K>, Error> {
        let mut found = graph.with_ancestors(&ends.end);
        if !ends.start.is_empty() {
            if !ends.start.iter().any(|it| found.contains(it)) {
                return Err(Error::Unrelated {
                    range: self.text.clone(),
                });
            }
            let after = graph.with_followers(&ends.start);
            found.retain(|it| after.contains(it));
        }
        Ok(found)
    }
}

/// Where `start`, which is `-N`, leads from each head, if all those come before `end`.
fn before_heads<N: Names>(
    names: &N,
    graph: &Graph<N::Key>,
    start: &Target,
    end: &[N::Key],
) -> Option<Vec<N::Key>> {
    if !N::COUNTS_FROM_HEADS {
        return None;
    }
    let mut heads = names.heads(graph, None);
    if let Some((name, at)) = start.branch_point(names, graph).ok()? {
        let line = graph.lineage(at);
        heads.retain(|&head| graph.labels(head).any(|it| it == name) || line.contains(&head));
    }
    let before = graph.with_ancestors(end);
    let mut found = Vec::new();
    for head in heads {
        let there = start.walk_from(names, graph, &[head], Overwalk::Fails);
        match there.ok()?.as_slice() {
            [only] if before.contains(only) => found.push(*only),
            _ => return None,
        }
    }
    (!found.is_empty()).then_some(found)
}

impl FromStr for Range {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let end = |text: &str| match text {
            "" => Ok(None),
            text => text.parse().map(Some),
        };
        let (start, stop) = text
            .split_once(':')
            .filter(|(_, stop)| !stop.contains(':'))
            .ok_or_else(|| Error::NoRange(text.to_owned()))?;
        Ok(Self {
            text: text.to_owned(),
            start: end(start)?,
            end: end(stop)?,
        })
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::Range;
    use crate::migration::directory::tests::directory;
    use crate::migration::{Error, Graph, Version};

    const FILES: [(&str, &str); 6] = [
        ("1_a.sql", ""),
        ("2_b.sql", ""),
        ("3_c.sql", "-- townpass:revises 2"),
        ("4_d.sql", "-- townpass:revises 2"),
        ("5_e.sql", "-- townpass:revises 3,4"),
        ("6_f.sql", ""),
    ];

    fn revisions(range: &str, standing: &[i64]) -> Result<Vec<i64>, Error> {
        let directory = directory(&FILES)?;
        let graph = Graph::of(&directory)?;
        let standing: Vec<Version> = standing.iter().copied().map(Version::new).collect();
        let found = range
            .parse::<Range>()?
            .revisions(&directory, &graph, &standing)?;
        Ok(found.into_iter().map(Version::number).collect())
    }

    #[test]
    fn both_ends_belong_to_it() {
        for (range, standing, found) in [
            (":", &[][..], &[1, 2, 3, 4, 5, 6][..]),
            ("base:head", &[], &[1, 2, 3, 4, 5, 6]),
            (":3", &[], &[1, 2, 3]),
            ("3:", &[], &[3, 5, 6]),
            ("2:5", &[], &[2, 3, 4, 5]),
            ("-1:", &[], &[5, 6]),
            ("current:+1", &[5], &[5, 6]),
            ("-1:current", &[4], &[2, 4]),
            ("-1:+1", &[2], &[1, 2, 3]),
            ("1:+1", &[], &[1, 2]),
            (":current", &[], &[]),
            ("head:head", &[], &[6]),
        ] {
            match revisions(range, standing) {
                Ok(revisions) => assert_eq!(revisions, found, "{range}"),
                Err(error) => assert_eq!(
                    (range, error.to_string().as_str()),
                    ("-1:+1", "ambiguous walk: `+1` could lead to `3`, `4`")
                ),
            }
        }
    }

    #[test]
    fn what_is_no_range() {
        for (range, message) in [
            (
                "3",
                "history range requires [start]:[end], [start]:, or :[end]; `3` is none of these",
            ),
            (
                "1:2:3",
                "history range requires [start]:[end], [start]:, or :[end]; `1:2:3` is none of these",
            ),
            (
                "3:4",
                "requested range `3:4` does not refer to ancestor/descendant revisions along the same branch",
            ),
            (
                "6:1",
                "requested range `6:1` does not refer to ancestor/descendant revisions along the same branch",
            ),
            ("1:x", "can't locate revision identified by `x`"),
        ] {
            let error = revisions(range, &[]).expect_err(range);
            assert_eq!(error.to_string(), message);
        }
    }

    #[test]
    fn only_some_need_a_database() {
        for (range, relative) in [
            ("1:2", false),
            ("-3:", false),
            ("1:+1", false),
            ("-1:+1", true),
            ("current:", true),
            ("-1:current", true),
        ] {
            let parsed: Range = range.parse().expect(range);
            assert_eq!(parsed.is_relative(), relative, "{range}");
        }
    }
}
