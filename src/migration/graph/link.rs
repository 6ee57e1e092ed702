//! What can be wrong with the words by which one revision names another.

use std::collections::BTreeSet;

use crate::migration::directory::header::{self, Revises};
use crate::migration::directory::located::Located;
use crate::migration::directory::version::Version;
use crate::migration::directory::{Directory, Revision};
use crate::migration::error::Error;

/// Those of `links`, which `revision` names in the line `key`, that lead to an older revision; and
/// what is wrong with the others.
pub(in crate::migration) fn check(
    directory: &Directory,
    revision: &Revision,
    links: &[Version],
    key: &'static str,
) -> (Vec<Version>, Vec<Error>) {
    let mut sound = Vec::with_capacity(links.len());
    let mut faults = Vec::new();
    for &link in links {
        if directory.get(link).is_none() {
            let message = format!("it {} `{link}`, which is not in the folder", verb(key));
            let help = format!("restore the file of `{link}`, or correct this line");
            faults.push(fault(revision, key, message, &help));
        } else if link >= revision.version {
            faults.push(not_older(directory, revision, link, key));
        } else if !sound.contains(&link) {
            sound.push(link);
        }
    }
    (sound, faults)
}

/// Two revisions claim one label.
pub(in crate::migration) fn label_used(revision: &Revision, label: &str, owner: Version) -> Error {
    let version = revision.version;
    let message =
        format!("branch name '{label}' in revision {version} already used by revision {owner}");
    fault(
        revision,
        "label",
        message,
        "a label names one branch: choose another",
    )
}

/// What was replaced has a file still.
pub(in crate::migration) fn still_there(revision: &Revision, replaced: Version) -> Error {
    let message = format!("it replaces `{replaced}`, whose file is still in the folder");
    let help = format!("remove the files of `{replaced}`, or take it out of this line");
    fault(revision, "replaces", message, &help)
}

/// A revision names one that does not come before it; perhaps since they name each other.
fn not_older(
    directory: &Directory,
    revision: &Revision,
    link: Version,
    key: &'static str,
) -> Error {
    let circle = circle(directory, revision.version, link);
    let depends = if key == "depends" { "dependency " } else { "" };
    let (message, help) = match circle.as_slice() {
        [] => (
            format!("it {} `{link}`, which is not older than it", verb(key)),
            "a revision's version must be greater than those it revises or depends on",
        ),
        [alone] => (
            spoken(depends, "self-loop", &alone.to_string()),
            "a revision cannot come before itself: correct this line",
        ),
        several => {
            let names: Vec<String> = several.iter().map(Version::to_string).collect();
            (
                spoken(depends, "cycle", &names.join(", ")),
                "one of them must come first: correct the line that names a newer one",
            )
        }
    };
    fault(revision, key, message, help)
}

/// The word of a header as it is said.
fn verb(key: &'static str) -> &'static str {
    if key == "depends" { "depends on" } else { key }
}

/// `cycle is detected in revisions (1, 2)`, or `dependency cycle …`.
fn spoken(depends: &str, what: &str, revisions: &str) -> String {
    format!("{depends}{what} is detected in revisions ({revisions})")
}

/// The revisions by which one comes from `link` back to `version`, with both; nothing if one does
/// not.
fn circle(directory: &Directory, version: Version, link: Version) -> Vec<Version> {
    let named = |version: Version| -> Vec<Version> {
        let Some(revision) = directory.get(version) else {
            return Vec::new();
        };
        let mut named = revision.header.depends.clone();
        match &revision.header.revises {
            Revises::Parents(parents) => named.extend(parents),
            Revises::Previous => {
                let before = directory.revisions().rev().find(|it| it.version < version);
                named.extend(before.map(|it| it.version));
            }
            Revises::Base => {}
        }
        named
    };
    let mut seen = BTreeSet::new();
    let mut paths = vec![vec![link]];
    while let Some(path) = paths.pop() {
        let Some(&last) = path.last() else { continue };
        if last == version {
            let mut circle = path;
            circle.sort_unstable();
            return circle;
        }
        if seen.insert(last) {
            paths.extend(named(last).into_iter().map(|next| {
                let mut longer = path.clone();
                longer.push(next);
                longer
            }));
        }
    }
    Vec::new()
}

/// Points at the line `key` of the header of `revision`.
fn fault(revision: &Revision, key: &str, message: String, help: &str) -> Error {
    let at = header::line_of(&revision.up.text, key);
    Error::Link(Box::new(Located::new(
        &revision.up,
        &at,
        message,
        "here".to_owned(),
        help.to_owned(),
    )))
}
