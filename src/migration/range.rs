//! A part of the history, from one place to another: `a:b`, `a:`, `:b`.
//!
//! Both ends are targets, and both belong to it. `-N` before the colon counts back from the end,
//! `+N` behind it counts on from the beginning, as in Alembic's examples `-3:current` and
//! `current:+2`; with `-N:+N`, both count from where the database stands.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::migration::directory::Directory;
use crate::migration::error::Error;
use crate::migration::graph::Graph;
use crate::migration::target::Target;
use crate::migration::version::Version;

/// A part of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    text: String,
    start: Option<Target>,
    end: Option<Target>,
}

/// The ends of a range, found in a graph. No revision means the base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ends {
    /// Where it begins.
    pub start: Vec<Version>,
    /// Where it ends.
    pub end: Vec<Version>,
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
    /// the base, a missing end all heads.
    pub fn resolve(
        &self,
        directory: &Directory,
        graph: &Graph,
        standing: &[Version],
    ) -> Result<Ends, Error> {
        let find = |target: &Target| target.revisions(directory, graph, standing);
        let anywhere = |_| true;
        let start = self.start.as_ref();
        let end = self.end.as_ref();
        let follows = |target: Option<&Target>| target.is_some_and(Target::counts_from_elsewhere);
        if follows(start) && !follows(end) {
            let end = end.map_or_else(|| Ok(graph.heads()), find)?;
            let start =
                start.map_or_else(|| Ok(Vec::new()), |it| it.walk_from(graph, &end, &anywhere))?;
            return Ok(Ends { start, end });
        }
        let start_at = start.map_or_else(|| Ok(Vec::new()), find)?;
        let end = match end {
            None => graph.heads(),
            Some(end) if end.counts_from_elsewhere() && !follows(start) => {
                end.walk_from(graph, &start_at, &anywhere)?
            }
            Some(end) => find(end)?,
        };
        Ok(Ends {
            start: start_at,
            end,
        })
    }

    /// The revisions of it, with both ends.
    pub fn revisions(
        &self,
        directory: &Directory,
        graph: &Graph,
        standing: &[Version],
    ) -> Result<BTreeSet<Version>, Error> {
        let ends = self.resolve(directory, graph, standing)?;
        let mut found = graph.with_ancestors(&ends.end);
        if !ends.start.is_empty() {
            if !ends.start.iter().any(|it| found.contains(it)) {
                return Err(Error::Unrelated {
                    range: self.text.clone(),
                });
            }
            let after = graph.with_descendants(&ends.start);
            found.retain(|it| after.contains(it));
        }
        Ok(found)
    }
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
