//! Which versions the revisions get.
//!
//! A version is greater than those of all that must come before it, so that plain sqlx applies them
//! in an order that is right. Within that, each gets the number that it would like to have.

use std::collections::BTreeSet;

use super::history::Revision;
use crate::migration::Version;

/// The versions of `revisions`, each of which stands behind what it needs.
pub(super) fn versions(revisions: &[Revision]) -> Vec<Version> {
    let mut taken = BTreeSet::new();
    let mut versions: Vec<Version> = Vec::with_capacity(revisions.len());
    for revision in revisions {
        let needed = revision.parents.iter().chain(&revision.depends);
        let least = needed
            .filter_map(|&at| versions.get(at))
            .max()
            .map_or(Version::new(1), |it| next(*it));
        let wanted = revision.number.map(Version::new);
        let mut version = wanted.map_or(least, |wanted| wanted.max(least));
        while !taken.insert(version) {
            version = next(version);
        }
        versions.push(version);
    }
    versions
}

/// The version behind `version`: a second later, where it is a time.
fn next(version: Version) -> Version {
    let later = version.created().and_then(|time| {
        let time: jiff::civil::DateTime = time.replace(' ', "T").parse().ok()?;
        let time = time.checked_add(jiff::Span::new().seconds(1)).ok()?;
        time.strftime("%Y%m%d%H%M%S").to_string().parse().ok()
    });
    later.unwrap_or_else(|| version.next())
}

#[cfg(test)]
mod tests {
    use super::versions;
    use crate::import::history::Revision;

    #[test]
    fn what_comes_first_is_less_and_none_is_taken_twice() {
        for (wanted, expected) in [
            (
                &[(Some(1), &[][..]), (Some(2), &[0]), (Some(10), &[1])][..],
                &[1, 2, 10][..],
            ),
            // A file that was made before the one it follows.
            (
                &[
                    (Some(20_260_105_235_959), &[]),
                    (Some(20_260_101_000_000), &[0]),
                    (None, &[1]),
                ],
                &[20_260_105_235_959, 20_260_106_000_000, 20_260_106_000_001],
            ),
            // Two branches from one second, and what joins them.
            (
                &[
                    (Some(20_260_105_083_000), &[]),
                    (Some(20_260_107_083_000), &[0]),
                    (Some(20_260_107_083_000), &[0]),
                    (None, &[1, 2]),
                ],
                &[
                    20_260_105_083_000,
                    20_260_107_083_000,
                    20_260_107_083_001,
                    20_260_107_083_002,
                ],
            ),
            (&[(Some(0), &[]), (None, &[0])], &[1, 2]),
            (&[(None, &[]), (None, &[])], &[1, 2]),
        ] {
            let revisions: Vec<Revision> = wanted
                .iter()
                .map(|&(number, parents)| Revision {
                    number,
                    parents: parents.to_vec(),
                    ..Revision::default()
                })
                .collect();
            let found: Vec<i64> = versions(&revisions).iter().map(|it| it.number()).collect();
            assert_eq!(found, expected, "{wanted:?}");
        }
    }
}
