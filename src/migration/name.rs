//! Which revision a word means.

use crate::migration::directory::{Directory, Revision};
use crate::migration::error::Error;
use crate::migration::graph::Graph;
use crate::migration::version::Version;

/// The one revision that `name` can mean. A whole version means itself, before all others, and a
/// label the revision that has it in its header; then a beginning or an end of a version, a word of
/// a slug, or a beginning of one, if it is the only one. `among` narrows the choice.
pub(in crate::migration) fn locate(
    directory: &Directory,
    graph: &Graph,
    name: &str,
    among: impl Fn(Version) -> bool,
) -> Result<Version, Error> {
    if let Some(exact) = name.parse().ok().and_then(|version| directory.get(version)) {
        return Ok(exact.version);
    }
    if let Some(version) = graph.labelled(name) {
        return Ok(version);
    }
    let lower = name.to_lowercase();
    let digits = name.chars().all(|c| c.is_ascii_digit());
    let spoken = |revision: &Revision| revision.description.to_lowercase();
    let tests: [&dyn Fn(&Revision) -> bool; 4] = [
        &|revision| revision.version.to_string().starts_with(name),
        &|revision| digits && revision.version.to_string().ends_with(name),
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
            .filter(|revision| among(revision.version) && means(revision))
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
    Err(Error::NotFound {
        name: name.to_owned(),
        near: nearest(directory, graph, &lower),
    })
}

/// What `name`, in small letters, may have been meant to be.
fn nearest(directory: &Directory, graph: &Graph, name: &str) -> Option<String> {
    let words = directory
        .revisions()
        .flat_map(|revision| revision.description.split(' ').map(str::to_lowercase));
    let labels = graph.versions().flat_map(|it| graph.labels(it));
    let symbols = ["head", "heads", "base", "current"];
    let known = words.chain(labels.chain(symbols).map(str::to_owned));
    known
        .filter(|word| word.chars().count() > 2)
        .map(|word| (strsim::damerau_levenshtein(name, &word), word))
        .filter(|(distance, word)| *distance * 3 <= word.chars().count())
        .min()
        .map(|(_, word)| word)
}
