//! Which revision a word means.

use std::collections::BTreeSet;
use std::fmt;

use crate::migration::directory::version::Version;
use crate::migration::directory::{Directory, Revision};
use crate::migration::error::Error;
use crate::migration::graph::Graph;
use crate::migration::graph::fork::Fork;

/// What people call the revisions of a history: those of a folder of SQL, or Alembic's.
pub trait Names {
    /// What the graph calls them.
    type Key: Copy + Ord + fmt::Debug;

    /// Whether `-N` before the colon of a range counts back from the heads, as Alembic does it,
    /// wherever that leads to something before the range's end; or always from that end.
    const COUNTS_FROM_HEADS: bool;

    /// A revision as it is told.
    fn told(&self, revision: Self::Key) -> String;

    /// The one revision that `name` can mean. `among` narrows the choice.
    fn locate(
        &self,
        graph: &Graph<Self::Key>,
        name: &str,
        among: &dyn Fn(Self::Key) -> bool,
    ) -> Result<Self::Key, Error>;

    /// What `heads`, which are several, are and how they came to be.
    fn fork(&self, graph: &Graph<Self::Key>, heads: &[Self::Key]) -> Fork;

    /// What `heads` means, of all branches or of one.
    fn heads(
        &self,
        graph: &Graph<Self::Key>,
        branch: Option<&BTreeSet<Self::Key>>,
    ) -> Vec<Self::Key>;

    /// The branch that `revision` is on: what counts as a step on it, and what its `@base` takes
    /// back.
    fn branch(&self, graph: &Graph<Self::Key>, revision: Self::Key) -> BTreeSet<Self::Key>;
}

impl Names for Directory {
    type Key = Version;

    const COUNTS_FROM_HEADS: bool = false;

    fn told(&self, revision: Version) -> String {
        revision.to_string()
    }

    /// A whole version means itself, before all others, and a label the revision that has it in its
    /// header; then a beginning or an end of a version, a word of a slug, or a beginning of one, if
    /// it is the only one.
    fn locate(
        &self,
        graph: &Graph,
        name: &str,
        among: &dyn Fn(Version) -> bool,
    ) -> Result<Version, Error> {
        if let Some(exact) = name.parse().ok().and_then(|version| self.get(version)) {
            return Ok(exact.version);
        }
        if let Some(version) = graph.labelled(name) {
            return Ok(version);
        }
        let digits = name.chars().all(|c| c.is_ascii_digit());
        let version = |revision: &Revision| revision.version.to_string();
        let tests: [&dyn Fn(&Revision) -> bool; 2] = [
            &|revision| version(revision).starts_with(name),
            &|revision| digits && version(revision).ends_with(name),
        ];
        let told = |revision: &Revision| (revision.version, revision.description.clone());
        for means in tests {
            let found = self.revisions().filter(|it| among(it.version) && means(it));
            if let Some(found) = only(&found.map(|it| it.version).collect::<Vec<_>>(), name)? {
                return Ok(found);
            }
        }
        let slugs: Vec<_> = self.revisions().map(told).collect();
        let near = slugs.iter().filter(|(version, _)| among(*version));
        match spoken(&near.cloned().collect::<Vec<_>>(), name)? {
            Some(found) => Ok(found),
            None => Err(Error::NotFound {
                name: name.to_owned(),
                near: nearest(slugs.iter().map(|(_, slug)| slug.as_str()), graph, name),
            }),
        }
    }

    fn fork(&self, graph: &Graph, heads: &[Version]) -> Fork {
        Fork::of(self, graph, heads)
    }

    fn heads(&self, graph: &Graph, branch: Option<&BTreeSet<Version>>) -> Vec<Version> {
        let mut heads = graph.heads();
        heads.retain(|it| branch.is_none_or(|branch| branch.contains(it)));
        heads
    }

    fn branch(&self, graph: &Graph, revision: Version) -> BTreeSet<Version> {
        graph.branch(revision)
    }
}

/// The one revision of whose description `name` is all, a word, or the beginning of a word.
pub(crate) fn spoken<K: Copy + fmt::Display>(
    descriptions: &[(K, String)],
    name: &str,
) -> Result<Option<K>, Error> {
    let name_lower = name.to_lowercase();
    let tests: [&dyn Fn(&str) -> bool; 2] = [
        &|text| text.replace(' ', "_") == name_lower || text.split(' ').any(|it| it == name_lower),
        &|text| text.split(' ').any(|it| it.starts_with(&name_lower)),
    ];
    for means in tests {
        let meant = descriptions.iter();
        let meant = meant.filter(|(_, text)| means(&text.to_lowercase()));
        if let Some(found) = only(&meant.map(|(it, _)| *it).collect::<Vec<_>>(), name)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The only one of `found`; several are an error.
pub(crate) fn only<K: Copy + fmt::Display>(found: &[K], name: &str) -> Result<Option<K>, Error> {
    match found {
        [] => Ok(None),
        [only] => Ok(Some(*only)),
        choices => Err(Error::AmbiguousName {
            name: name.to_owned(),
            choices: choices.iter().map(ToString::to_string).collect(),
        }),
    }
}

/// What `name` may have been meant to be: a word of `descriptions`, a label, or a symbol.
pub(crate) fn nearest<'d, K: Copy + Ord>(
    descriptions: impl Iterator<Item = &'d str>,
    graph: &Graph<K>,
    name: &str,
) -> Option<String> {
    let name = name.to_lowercase();
    let words = descriptions.flat_map(|text| text.split(' ').map(str::to_lowercase));
    let labels = graph.versions().flat_map(|it| graph.labels(it));
    let symbols = ["head", "heads", "base", "current"];
    let known = words.chain(labels.chain(symbols).map(str::to_owned));
    known
        .filter(|word| word.chars().count() > 2)
        .map(|word| (strsim::damerau_levenshtein(&name, &word), word))
        .filter(|(distance, word)| *distance * 3 <= word.chars().count())
        .min()
        .map(|(_, word)| word)
}
