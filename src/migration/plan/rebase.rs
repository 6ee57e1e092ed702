//! A branch that is moved behind another: what becomes of its files and of its rows in a journal.
//!
//! What the branch has and the other does not is given new versions, behind all that is there, and
//! new words about what it follows. Nothing is written here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::migration::directory::checksum::Checksum;
use crate::migration::directory::draft::free;
use crate::migration::directory::header::{Revises, rewrite};
use crate::migration::directory::source::Source;
use crate::migration::directory::unwritten::Unwritten;
use crate::migration::directory::version::Version;
use crate::migration::directory::write::NewFile;
use crate::migration::directory::{Directory, Revision};
use crate::migration::error::Error;
use crate::migration::graph::Graph;

/// A branch on its way behind another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebase {
    /// The revisions, oldest first.
    pub moves: Vec<Move>,
}

/// One revision of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Its version so far.
    pub from: Version,
    /// Its version from now on.
    pub to: Version,
    /// What it follows from now on.
    pub parents: Vec<Version>,
    /// Its slug as words.
    pub description: String,
    /// Of its new up file.
    pub checksum: Checksum,
    /// The files that are there.
    pub old: Vec<PathBuf>,
    /// The files that take their place.
    pub new: Vec<NewFile>,
}

impl Rebase {
    /// Moves what leads to `head`, and what follows it, behind `onto`, at `now`.
    pub fn plan(
        directory: &Directory,
        graph: &Graph,
        head: Version,
        onto: Version,
        now: Version,
    ) -> Result<Self, Error> {
        let base = graph.with_ancestors(&[onto]);
        let line: Vec<Version> = graph
            .with_ancestors(&[head])
            .difference(&base)
            .copied()
            .collect();
        let moved: BTreeSet<Version> = graph.with_descendants(&line);
        let behind = graph.with_ancestors(&[head]).contains(&onto);
        if line.is_empty() || behind || moved.contains(&onto) {
            return Err(Unwritten::NothingToRebase { head, onto }.into());
        }
        let mut older = graph.versions().next_back();
        let mut renamed: BTreeMap<Version, Version> = BTreeMap::new();
        for &version in &moved {
            let to = free(directory, now, older);
            renamed.insert(version, to);
            older = Some(to);
        }
        let revisions = moved.iter().filter_map(|&it| directory.get(it));
        Ok(Self {
            moves: revisions
                .map(|revision| Move::of(revision, graph, &renamed, onto))
                .collect::<Result<_, _>>()?,
        })
    }

    /// The files that are there.
    pub fn old(&self) -> Vec<PathBuf> {
        let all = self.moves.iter().flat_map(|it| &it.old);
        all.cloned().collect()
    }

    /// The files that take their place.
    pub fn new_files(&self) -> Vec<NewFile> {
        let all = self.moves.iter().flat_map(|it| &it.new);
        all.cloned().collect()
    }
}

impl Move {
    fn of(
        revision: &Revision,
        graph: &Graph,
        renamed: &BTreeMap<Version, Version>,
        onto: Version,
    ) -> Result<Self, Error> {
        let from = revision.version;
        let to = renamed.get(&from).copied().unwrap_or(from);
        let mut parents: Vec<Version> = Vec::new();
        let own = graph.parents(from).iter();
        let mapped = own.map(|parent| renamed.get(parent).copied().unwrap_or(onto));
        for parent in mapped {
            if !parents.contains(&parent) {
                parents.push(parent);
            }
        }
        if parents.is_empty() {
            parents.push(onto);
        }
        let depends: Vec<Version> = graph
            .depends(from)
            .iter()
            .map(|it| renamed.get(it).copied().unwrap_or(*it))
            .collect();
        let up = rewrite(
            &revision.up.text,
            &Revises::Parents(parents.clone()),
            &depends,
        );
        let mut old = vec![revision.up.path.clone()];
        let mut new = vec![NewFile {
            path: renumbered(&revision.up, to),
            text: up.clone(),
        }];
        if let Some(down) = &revision.down {
            let down = down.read()?;
            old.push(down.path.clone());
            new.push(NewFile {
                path: renumbered(&down, to),
                text: down.text.to_string(),
            });
        }
        Ok(Self {
            from,
            to,
            parents,
            description: revision.description.clone(),
            checksum: Checksum::of(&up),
            old,
            new,
        })
    }
}

/// The path of `source` with another version in front.
fn renumbered(source: &Source, version: Version) -> PathBuf {
    let name = source.name();
    let rest = name.split_once('_').map_or("", |(_, rest)| rest);
    source.path.with_file_name(format!("{version:014}_{rest}"))
}

#[cfg(test)]
mod tests {
    use super::Rebase;
    use crate::migration::directory::tests::directory;
    use crate::migration::{Error, Graph, Version};

    const NOW: Version = Version::new(20);

    fn plan(files: &[(&str, &str)], head: i64, onto: i64) -> Result<String, Error> {
        let directory = directory(files)?;
        let graph = Graph::of(&directory)?;
        let [head, onto] = [head, onto].map(Version::new);
        let rebase = Rebase::plan(&directory, &graph, head, onto, NOW)?;
        let shown = rebase.moves.iter().flat_map(|it| {
            let files = it.new.iter().map(|file| {
                let name = file.path.file_name().expect("a name").to_string_lossy();
                format!("  {name}: {}\n", file.text.replace('\n', "|"))
            });
            std::iter::once(format!("{} -> {}\n", it.from, it.to)).chain(files)
        });
        Ok(shown.collect())
    }

    const FORKED: [(&str, &str); 6] = [
        ("1_a.sql", ""),
        ("2_mine.up.sql", "-- townpass:revises 1\nselect 2;"),
        ("2_mine.down.sql", "select 0;"),
        (
            "3_mine_too.sql",
            "-- townpass:revises 2\n-- townpass:depends 1\n",
        ),
        ("4_theirs.sql", "-- townpass:revises 1\n"),
        ("5_mine_three.sql", "-- townpass:revises 3\n"),
    ];

    #[test]
    fn a_branch_goes_behind_another_with_all_that_follows_it() {
        let moved = "2 -> 20\n  \
               00000000000020_mine.up.sql: -- townpass:revises 4|select 2;\n  \
               00000000000020_mine.down.sql: select 0;\n\
             3 -> 21\n  \
               00000000000021_mine_too.sql: -- townpass:revises 20|-- townpass:depends 1|\n\
             5 -> 22\n  \
               00000000000022_mine_three.sql: -- townpass:revises 21|\n";
        assert_eq!(plan(&FORKED, 5, 4).expect("plans"), moved);
        // What follows a revision goes with it.
        assert_eq!(plan(&FORKED, 3, 4).expect("plans"), moved);
    }

    #[test]
    fn what_is_behind_already_stays() {
        for (head, onto) in [(5, 1), (1, 5), (4, 4)] {
            let error = plan(&FORKED, head, onto).expect_err("nothing to move");
            assert_eq!(
                error.to_string(),
                format!("`{head}` and `{onto}` are on one line already")
            );
        }
    }
}
