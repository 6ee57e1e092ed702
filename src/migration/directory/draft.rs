//! A new revision, before it is written.

use std::fmt::Write as _;
use std::path::Path;

use crate::migration::directory::Directory;
use crate::migration::directory::file::Kind;
use crate::migration::directory::header::{Revises, label_fault, revises_line};
use crate::migration::directory::unwritten::Unwritten;
use crate::migration::directory::version::Version;
use crate::migration::directory::write::NewFile;
use crate::migration::error::Error;
use crate::migration::graph::Graph;
use crate::migration::graph::name::Names;
use crate::migration::graph::target::Target;

/// How many characters of a message become part of a file's name.
const SLUG: usize = 40;

/// What a new revision is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// What it does.
    pub message: Option<String>,
    /// What it follows.
    pub parents: Vec<Version>,
    /// What must be applied before it.
    pub depends: Vec<Version>,
    /// The names of the branch that begins with it.
    pub labels: Vec<String>,
    /// Its version, if it was chosen.
    pub version: Option<Version>,
    /// What its files are for.
    pub purpose: Purpose,
}

/// What the files of a new revision are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// To be written by hand, and run in a transaction.
    #[default]
    Change,
    /// To be written by hand, and run without one.
    ChangeAlone,
    /// To join branches, and do nothing.
    Merge,
}

/// A new revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its number.
    pub version: Version,
    /// Its slug as words.
    pub description: String,
    /// What it follows.
    pub parents: Vec<Version>,
    /// The up file and the down file.
    pub files: [NewFile; 2],
}

/// What a new revision based on `targets` follows: heads, unless a branch may be spliced in.
/// Without a target, the one head there is.
pub fn parents<N: Names>(
    names: &N,
    graph: &Graph<N::Key>,
    standing: &[N::Key],
    targets: &[Target],
    splice: Splice,
) -> Result<Vec<N::Key>, Error> {
    if targets.is_empty() {
        let heads = graph.heads();
        if heads.len() > 1 {
            let fork = Box::new(names.fork(graph, &heads));
            return Err(Unwritten::HeadToRevise { fork }.into());
        }
        return Ok(heads);
    }
    let mut parents = Vec::new();
    for target in targets {
        for version in target.revisions(names, graph, standing)? {
            if splice == Splice::Refused && !graph.is_head(version) {
                return Err(Unwritten::NotAHead(names.told(version)).into());
            }
            if !parents.contains(&version) {
                parents.push(version);
            }
        }
    }
    Ok(parents)
}

/// Whether a revision that others follow already may be followed by a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Splice {
    /// It may: a new branch begins.
    Allowed,
    /// It may not.
    Refused,
}

impl Draft {
    /// Plans the files that `wish` asks for, at `now`, a UTC time of fourteen digits.
    pub fn plan(
        directory: &Directory,
        graph: &Graph,
        wish: &Wish,
        now: Version,
    ) -> Result<Self, Error> {
        if let Some(fault) = wish.labels.iter().find_map(|label| label_fault(label)) {
            return Err(Unwritten::BadLabel(fault).into());
        }
        let taken = |label: &&String| graph.labelled(label).is_some();
        if let Some(label) = wish.labels.iter().find(taken) {
            return Err(Unwritten::LabelTaken {
                label: label.clone(),
                owner: graph.labelled(label).unwrap_or(now),
            }
            .into());
        }
        if wish.parents.is_empty() && wish.labels.is_empty() && !directory.is_empty() {
            return Err(Unwritten::SecondBase.into());
        }
        let older = wish.parents.iter().chain(&wish.depends).copied().max();
        let version = match wish.version {
            Some(version) if older.is_some_and(|older| version <= older) => {
                return Err(Unwritten::NotNewer {
                    version,
                    older: older.unwrap_or(version),
                }
                .into());
            }
            Some(version) => match directory.get(version) {
                Some(revision) => return Err(Unwritten::Exists(revision.up.path.clone()).into()),
                None => version,
            },
            None => free(directory, now, older),
        };
        let message = wish.message.as_deref().unwrap_or("empty message");
        let name = match slug(message) {
            empty if empty.is_empty() => "revision".to_owned(),
            slug => slug,
        };
        let [up, down] = texts(wish, message);
        let path = |kind: Kind| {
            let file = format!("{version:014}_{name}{}", kind.suffix());
            directory.path().join(file)
        };
        Ok(Self {
            version,
            description: name.replace('_', " "),
            parents: wish.parents.clone(),
            files: [
                NewFile {
                    path: path(Kind::Up),
                    text: up,
                },
                NewFile {
                    path: path(Kind::Down),
                    text: down,
                },
            ],
        })
    }

    /// The up file.
    pub fn up(&self) -> &Path {
        &self.files[0].path
    }
}

/// The first version that nobody has: `now`, or the one behind what must come before it.
pub(in crate::migration) fn free(
    directory: &Directory,
    now: Version,
    older: Option<Version>,
) -> Version {
    let mut version = older.map_or(now, |older| now.max(older.next()));
    while directory.get(version).is_some() {
        version = version.next();
    }
    version
}

/// The part of a file's name that `message` becomes: its words in small letters, in any script, cut
/// between two words.
pub fn slug(message: &str) -> String {
    let belongs = |c: char| c.is_alphanumeric() || c == '_';
    let words: Vec<&str> = message
        .split(|c| !belongs(c))
        .filter(|word| !word.is_empty())
        .collect();
    let whole = words.join("_").to_lowercase();
    let Some((end, _)) = whole.char_indices().nth(SLUG) else {
        return whole;
    };
    let cut = &whole[..end];
    let between_words = whole[end..].starts_with('_');
    let cut = match cut.rsplit_once('_') {
        Some((before, _)) if !between_words && !before.is_empty() => before,
        _ => cut,
    };
    cut.trim_end_matches('_').to_owned()
}

/// What both files hold at first.
fn texts(wish: &Wish, message: &str) -> [String; 2] {
    // Line ends in a message would end the comment.
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let marker = match wish.purpose {
        Purpose::ChangeAlone => "-- no-transaction\n",
        Purpose::Change | Purpose::Merge => "",
    };
    let revises = match wish.parents.as_slice() {
        [] => Revises::Base,
        parents => Revises::Parents(parents.to_vec()),
    };
    let mut up = format!("{marker}{}\n", revises_line(&revises));
    if !wish.labels.is_empty() {
        // Writing to a string cannot fail.
        let _ = writeln!(up, "-- townpass:label {}", wish.labels.join(", "));
    }
    if !wish.depends.is_empty() {
        let words: Vec<String> = wish.depends.iter().map(Version::to_string).collect();
        let _ = writeln!(up, "-- townpass:depends {}", words.join(", "));
    }
    if wish.purpose == Purpose::Merge {
        let _ = writeln!(up, "-- {message}: joins branches, and changes nothing.");
        let down = format!("-- {message}: parts the branches again, and changes nothing.\n");
        return [up, down];
    }
    let _ = write!(up, "-- {message}\n\n");
    let down = format!(
        "{marker}-- Takes back: {message}\n\
         -- If there is no way back, say so, instead of leaving this empty:\n\
         --   DO $$ BEGIN RAISE EXCEPTION 'there is no way back'; END $$;\n\n"
    );
    [up, down]
}

#[cfg(test)]
mod tests {
    use super::{Draft, Purpose, Splice, Wish, parents, slug};
    use crate::migration::directory::tests::directory;
    use crate::migration::{Error, Graph, Target, Version};

    const NOW: Version = Version::new(20_260_105_083_000);

    fn versions(numbers: &[i64]) -> Vec<Version> {
        numbers.iter().copied().map(Version::new).collect()
    }

    fn plan(files: &[(&str, &str)], wish: &Wish) -> Result<Draft, Error> {
        let directory = directory(files)?;
        Draft::plan(&directory, &Graph::of(&directory)?, wish, NOW)
    }

    #[test]
    fn a_message_becomes_a_slug() {
        for (message, expected) in [
            ("create users", "create_users"),
            ("Add `email` to Users!", "add_email_to_users"),
            ("a__b", "a__b"),
            ("新增使用者資料表", "新增使用者資料表"),
            ("加入 email、電話", "加入_email_電話"),
            ("!?", ""),
            ("", ""),
            (
                "this is a message of rather many words indeed",
                "this_is_a_message_of_rather_many_words",
            ),
            (
                "exactly forty characters are in here now",
                "exactly_forty_characters_are_in_here_now",
            ),
            (
                "exactly forty characters are in here now more",
                "exactly_forty_characters_are_in_here_now",
            ),
            (
                "onewordthatislongerthanfortycharactersandgoeson",
                "onewordthatislongerthanfortycharactersan",
            ),
        ] {
            assert_eq!(slug(message), expected, "{message}");
        }
    }

    #[test]
    fn a_version_is_now_unless_something_is_newer() {
        for (files, parent, version) in [
            (&[][..], &[][..], 20_260_105_083_000),
            (&[("1_a.sql", "")], &[1], 20_260_105_083_000),
            (
                &[("20260105083000_a.sql", "")],
                &[20_260_105_083_000],
                20_260_105_083_001,
            ),
            (
                &[("20270101000000_a.sql", "")],
                &[20_270_101_000_000],
                20_270_101_000_001,
            ),
        ] {
            let wish = Wish {
                parents: versions(parent),
                ..Wish::default()
            };
            let draft = plan(files, &wish).expect("plans");
            assert_eq!(draft.version.number(), version);
        }
    }

    #[test]
    fn the_files_say_what_they_follow_and_what_they_are_for() {
        let wish = Wish {
            message: Some("index users".to_owned()),
            parents: versions(&[2]),
            depends: versions(&[1]),
            labels: vec!["pay".to_owned()],
            version: Some(Version::new(7)),
            purpose: Purpose::ChangeAlone,
        };
        let files = [("1_a.sql", ""), ("2_b.sql", "-- townpass:revises base")];
        let draft = plan(&files, &wish).expect("plans");
        let [up, down] = &draft.files;
        assert!(up.path.ends_with("00000000000007_index_users.up.sql"));
        assert_eq!(
            up.text,
            "-- no-transaction\n-- townpass:revises 2\n-- townpass:label pay\n\
             -- townpass:depends 1\n-- index users\n\n"
        );
        assert!(
            down.text
                .starts_with("-- no-transaction\n-- Takes back: index users\n")
        );
        assert!(crate::sql::split(&down.text).is_ok_and(|it| it.statements.is_empty()));
    }

    #[test]
    fn a_merge_is_of_comments_alone() {
        let wish = Wish {
            message: Some("merge\nheads".to_owned()),
            parents: versions(&[1, 2]),
            purpose: Purpose::Merge,
            ..Wish::default()
        };
        let files = [("1_a.sql", ""), ("2_b.sql", "-- townpass:revises base")];
        let [up, down] = plan(&files, &wish).expect("plans").files;
        assert_eq!(
            up.text,
            "-- townpass:revises 1, 2\n-- merge heads: joins branches, and changes nothing.\n"
        );
        assert!(down.text.starts_with("-- merge heads: parts"));
    }

    #[test]
    fn what_cannot_be_made() {
        let files = [("5_a.sql", "-- townpass:label pay")];
        for (wish, message) in [
            (
                Wish::default(),
                "a second history would begin beside the one that is there",
            ),
            (
                Wish {
                    parents: versions(&[5]),
                    version: Some(Version::new(5)),
                    ..Wish::default()
                },
                "version `5` is not greater than `5`, which must come before it",
            ),
            (
                Wish {
                    parents: versions(&[5]),
                    labels: vec!["pay".to_owned()],
                    ..Wish::default()
                },
                "branch name 'pay' already used by revision 5",
            ),
            (
                Wish {
                    parents: versions(&[5]),
                    labels: vec!["a b".to_owned()],
                    ..Wish::default()
                },
                "character(s) ' ' not allowed in revision identifier 'a b'",
            ),
        ] {
            let error = plan(&files, &wish).expect_err(message);
            assert_eq!(error.to_string(), message);
        }
    }

    #[test]
    fn a_new_revision_follows_a_head() {
        let directory = directory(&[
            ("1_a.sql", ""),
            ("2_b.sql", "-- townpass:revises 1"),
            ("3_c.sql", "-- townpass:revises 1"),
        ])
        .expect("reads");
        let graph = Graph::of(&directory).expect("builds");
        let found = |targets: &[&str], splice| {
            let targets: Vec<Target> = targets.iter().map(|it| it.parse().expect(it)).collect();
            parents(&directory, &graph, &[], &targets, splice)
        };
        assert_eq!(
            found(&["3"], Splice::Refused).expect("a head"),
            versions(&[3])
        );
        assert_eq!(
            found(&["1"], Splice::Allowed).expect("spliced"),
            versions(&[1])
        );
        assert_eq!(found(&["base"], Splice::Refused).expect("base"), []);
        let both = found(&["heads"], Splice::Refused).expect("both");
        assert_eq!(both, versions(&[2, 3]));
        for (targets, message) in [
            (
                &[][..],
                "Multiple heads are present; please specify the head revision on which the new \
                 revision should be based, or perform a merge",
            ),
            (
                &["1"],
                "revision `1` is not a head revision; please specify --splice to create a new \
                 branch from this revision",
            ),
        ] {
            let error = found(targets, Splice::Refused).expect_err(message);
            assert_eq!(error.to_string(), message);
        }
    }
}
