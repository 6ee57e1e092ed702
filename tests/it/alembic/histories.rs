//! Histories of Alembic's: made by hand, and at random.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

/// A version file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Revision {
    pub(crate) id: String,
    pub(crate) parents: Vec<String>,
    pub(crate) depends: Vec<String>,
    pub(crate) labels: Vec<String>,
    pub(crate) message: String,
}

impl Revision {
    /// The file, written as some person or tool would.
    pub(crate) fn text(&self, style: usize) -> String {
        let value = |texts: &[String]| match texts {
            [] => "None".to_owned(),
            [one] if style.is_multiple_of(2) => format!("'{one}'"),
            texts => {
                let quoted: Vec<String> = texts.iter().map(|it| format!("\"{it}\",")).collect();
                match style % 3 {
                    0 => format!("({})", quoted.join(" ")),
                    _ => format!("[{}]", quoted.join(" ")),
                }
            }
        };
        let note = if style.is_multiple_of(2) {
            ": Union[str, Sequence[str], None]"
        } else {
            ""
        };
        format!(
            "\"\"\"{}\n\nRevision ID: {}\nRevises: nobody\nCreate Date: 2026-01-0{} 10:00:00.123456\n\n\
             \"\"\"\nfrom typing import Sequence, Union\n\nfrom alembic import op\n\n\
             revision{} = '{}'\ndown_revision{note} = {}\nbranch_labels{note} = {}\n\
             depends_on{note} = {}\n\n\ndef upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n",
            self.message,
            self.id,
            style % 9 + 1,
            if style.is_multiple_of(2) { ": str" } else { "" },
            self.id,
            value(&self.parents),
            value(&self.labels),
            value(&self.depends),
        )
    }
}

/// Lays out a project with these revisions.
pub(crate) fn lay_out(directory: &Path, revisions: &[Revision]) {
    let versions = directory.join("alembic/versions");
    fs::create_dir_all(&versions).expect("a directory");
    let ini = "[alembic]\nscript_location = %(here)s/alembic\n";
    fs::write(directory.join("alembic.ini"), ini).expect("written");
    for (style, revision) in revisions.iter().enumerate() {
        let path = versions.join(format!("{}_x.py", revision.id));
        fs::write(path, revision.text(style)).expect("written");
    }
}

/// What of a random history is told by numbers: earlier revisions, taken modulo their count.
type Seed = (Vec<usize>, Vec<usize>, u8, u8);

/// Random histories: branches, merges, several bases, dependencies by id and by label.
pub(crate) fn histories() -> impl Strategy<Value = Vec<Revision>> {
    let parents = prop_oneof![
        1 => Just(Vec::new()),
        6 => prop::collection::vec(0..100_usize, 1),
        2 => prop::collection::vec(0..100_usize, 2),
    ];
    let depends = prop_oneof![
        4 => Just(Vec::new()),
        1 => prop::collection::vec(0..100_usize, 1),
    ];
    let seed = (parents, depends, any::<u8>(), any::<u8>());
    prop::collection::vec(seed, 1..11)
        .prop_map(|seeds| seeds.iter().enumerate().fold(Vec::new(), add))
}

fn add(
    mut made: Vec<Revision>,
    (at, (parents, depends, id, choice)): (usize, &Seed),
) -> Vec<Revision> {
    let earlier = |numbers: &[usize]| -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        for number in numbers {
            if at > 0 && !found.contains(&(number % at)) {
                found.push(number % at);
            }
        }
        found
    };
    let parents: Vec<String> = if at > 0 && !parents.is_empty() && parents[0] % 3 != 0 {
        // Mostly a line.
        vec![made[at - 1].id.clone()]
    } else {
        earlier(parents)
            .into_iter()
            .map(|it| made[it].id.clone())
            .collect()
    };
    let depends = earlier(depends)
        .into_iter()
        .filter(|&it| !parents.contains(&made[it].id))
        .map(|it| match made[it].labels.first() {
            Some(label) if choice % 2 == 0 => label.clone(),
            _ => made[it].id.clone(),
        })
        .collect();
    // Ids that have beginnings in common, and whose order is none of the history's.
    let id = format!(
        "{}{:02x}b{at:02}",
        ["a1", "a2", "c"][usize::from(id % 3)],
        id
    );
    let labels = if choice % 5 == 0 {
        vec![format!("label{at}")]
    } else {
        Vec::new()
    };
    made.push(Revision {
        id,
        parents,
        depends,
        labels,
        message: format!("message {at}"),
    });
    made
}

/// A word that may mean a revision of `history`.
pub(crate) fn word(history: &[Revision], choice: usize) -> String {
    let revision = &history[choice / 8 % history.len()];
    match choice % 8 {
        0 => "head".to_owned(),
        1 => "heads".to_owned(),
        2 => "base".to_owned(),
        3 => revision.id[..4].to_owned(),
        4 => {
            let labels: Vec<&String> = history.iter().flat_map(|it| &it.labels).collect();
            match labels.as_slice() {
                [] => revision.id.clone(),
                labels => labels[choice / 8 % labels.len()].clone(),
            }
        }
        _ => revision.id.clone(),
    }
}

/// The same, with a branch before it or steps behind it.
pub(crate) fn target(history: &[Revision], choice: usize, more: usize) -> String {
    let word = word(history, choice);
    match more % 6 {
        0 => {
            let branch = self::word(history, more / 6 * 8 + 4);
            format!("{branch}@{word}")
        }
        1 => format!("{word}+{}", more / 6 % 4 + 1),
        // Below the base, Alembic goes on from the heads, which nobody can mean.
        2 if word != "base" => format!("{word}-{}", more / 6 % 4 + 1),
        _ => word,
    }
}

/// One end of a range.
pub(crate) fn end(history: &[Revision], choice: usize, more: usize) -> String {
    match more % 7 {
        0 => String::new(),
        1 => format!("+{}", more / 7 % 4 + 1),
        2 => format!("-{}", more / 7 % 4 + 1),
        3 => {
            let branch = word(history, more / 7 * 8 + 4);
            format!("{branch}@+{}", more / 7 % 3 + 1)
        }
        _ => target(history, choice, more / 7),
    }
}
