//! Where to go, in the words of Alembic.
//!
//! `head`, `heads`, `base`, `current`; a version, a unique beginning of one, or of a word of a
//! slug; any of these with `+N` or `-N` behind it; and `+N` and `-N` alone, which count from where
//! the database stands. Unlike Alembic's, the grammar is the same wherever a target is asked for.

use std::fmt;
use std::str::FromStr;

use crate::migration::directory::{Directory, Revision};
use crate::migration::error::Error;
use crate::migration::graph::Graph;
use crate::migration::version::Version;

/// Where to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    text: String,
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
pub enum Destination {
    /// Nothing applied.
    Base,
    /// These, and all that they need.
    Revisions(Vec<Version>),
    /// So many steps from where the database stands, negative for steps back.
    Steps(i64),
}

impl Target {
    /// The one head of the history.
    pub fn head() -> Self {
        Self {
            text: "head".to_owned(),
            anchor: Anchor::Head,
            offset: 0,
        }
    }

    /// Whether it depends on where the database stands, so that doing it twice goes further.
    pub fn is_relative(&self) -> bool {
        self.anchor == Anchor::Current
    }

    /// Finds it in `graph`, whose files are those of `directory`.
    pub fn resolve(&self, directory: &Directory, graph: &Graph) -> Result<Destination, Error> {
        let start = match &self.anchor {
            Anchor::Current => return Ok(Destination::Steps(self.offset)),
            Anchor::Heads if self.offset == 0 => {
                return Ok(Destination::Revisions(graph.heads()));
            }
            Anchor::Base => None,
            Anchor::Head | Anchor::Heads => only_head(directory, graph, &self.text)?,
            Anchor::Named(name) => Some(locate(directory, name)?),
        };
        let end = self.walk(graph, start)?;
        Ok(end.map_or(Destination::Base, |version| {
            Destination::Revisions(vec![version])
        }))
    }

    /// Goes `offset` steps from `from`; `None` is the base.
    fn walk(&self, graph: &Graph, from: Option<Version>) -> Result<Option<Version>, Error> {
        let mut here = from;
        for _ in 0..self.offset.unsigned_abs() {
            let next = match here {
                Some(version) if self.offset > 0 => graph.children(version).to_vec(),
                Some(version) => graph.parents(version).to_vec(),
                None if self.offset > 0 => graph.roots(),
                None => return Err(self.too_far()),
            };
            here = match next.as_slice() {
                [] if self.offset < 0 => None,
                [] => return Err(self.too_far()),
                [only] => Some(*only),
                _ => {
                    return Err(Error::AmbiguousWalk {
                        target: self.text.clone(),
                        choices: next,
                    });
                }
            };
        }
        Ok(here)
    }

    /// There are not that many steps.
    pub fn too_far(&self) -> Error {
        Error::TooFar {
            target: self.text.clone(),
            steps: self.offset.unsigned_abs(),
        }
    }
}

impl FromStr for Target {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_digit());
        let (name, offset) = match digits.strip_suffix(['+', '-']) {
            Some(name) if digits.len() < text.len() => {
                let offset = text[name.len()..].parse();
                (name, offset.map_err(|_| Error::NotFound(text.to_owned()))?)
            }
            Some(_) | None => (text, 0),
        };
        let anchor = match name {
            "" if offset == 0 && text.is_empty() => return Err(Error::NotFound(String::new())),
            "" | "current" => Anchor::Current,
            "head" => Anchor::Head,
            "heads" => Anchor::Heads,
            "base" => Anchor::Base,
            name => Anchor::Named(name.to_owned()),
        };
        Ok(Self {
            text: text.to_owned(),
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

/// The head, if there are not several; none in an empty folder.
fn only_head(directory: &Directory, graph: &Graph, target: &str) -> Result<Option<Version>, Error> {
    let heads = graph.heads();
    if heads.len() < 2 {
        return Ok(heads.first().copied());
    }
    Err(Error::SeveralHeads {
        target: target.to_owned(),
        heads: heads
            .iter()
            .filter_map(|&head| directory.get(head))
            .map(|revision| revision.up.path.clone())
            .collect(),
    })
}

/// The one revision that `name` can mean: its whole version before all others.
fn locate(directory: &Directory, name: &str) -> Result<Version, Error> {
    if let Some(exact) = name.parse().ok().and_then(|version| directory.get(version)) {
        return Ok(exact.version);
    }
    let lower = name.to_lowercase();
    let spoken = |revision: &Revision| revision.description.to_lowercase();
    let tests: [&dyn Fn(&Revision) -> bool; 3] = [
        &|revision| revision.version.to_string().starts_with(name),
        &|revision| {
            let words = spoken(revision);
            words.replace(' ', "_") == lower || words.split(' ').any(|word| word == lower)
        },
        &|revision| {
            spoken(revision)
                .split(' ')
                .any(|word| word.starts_with(&lower))
        },
    ];
    for means in tests {
        let found: Vec<Version> = directory
            .revisions()
            .filter(|revision| means(revision))
            .map(|revision| revision.version)
            .collect();
        match found.as_slice() {
            [] => {}
            [only] => return Ok(*only),
            _ => {
                return Err(Error::AmbiguousName {
                    name: name.to_owned(),
                    choices: found,
                });
            }
        }
    }
    Err(Error::NotFound(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Destination, Target};
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
        for (target, destination) in [
            ("head", at(20_270_101_000_000)),
            ("heads", at(20_270_101_000_000)),
            ("base", Destination::Base),
            ("+2", Destination::Steps(2)),
            ("-1", Destination::Steps(-1)),
            ("current+1", Destination::Steps(1)),
            ("current", Destination::Steps(0)),
            ("20260106000000", at(20_260_106_000_000)),
            ("2027", at(20_270_101_000_000)),
            ("20260106", at(20_260_106_000_000)),
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
            error.replace('\\', "/"),
            "Multiple head revisions are present for given argument 'head': \
             `migrations/2_b.sql`, `migrations/3_c.sql`"
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
}
