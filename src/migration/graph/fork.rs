//! Several heads: what a person wants to know before choosing how to join them.
//!
//! The files tell which objects the branches touch. Who wrote them, and on which branch of git they
//! are, is filled in at the door, where there is a repository.

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

use crate::migration::directory::version::Version;
use crate::migration::directory::{Directory, Revision};
use crate::migration::graph::Graph;
use crate::migration::graph::touch::{self, Object};

/// The branches of a history that has come apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork {
    /// One a head, oldest first.
    pub branches: Vec<Branch>,
    /// What more than one of them touches, where that is known.
    pub shared: Option<Vec<Object>>,
    /// How the last is put behind the one before, as a command, where we can do that.
    pub rebase: Option<String>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Its head.
    pub head: String,
    /// The head's slug as words, or its message.
    pub description: String,
    /// The head's file.
    pub path: PathBuf,
    /// Who wrote it, by its header.
    pub author: Option<String>,
    /// The commit that brought it.
    pub commit: Option<Commit>,
}

/// What git says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its name, shortened.
    pub hash: String,
    /// Who wrote it.
    pub author: String,
    /// When, as a day.
    pub date: String,
    /// Its first line.
    pub subject: String,
    /// The branches that have it.
    pub branches: Vec<String>,
}

impl Fork {
    /// What the files say about `heads`.
    pub fn of(directory: &Directory, graph: &Graph, heads: &[Version]) -> Self {
        let touched = |version: Version| {
            let revision = directory.get(version);
            Some(revision.map_or_else(BTreeSet::new, |it| touch::objects(&it.up.text)))
        };
        let branches = heads.iter().filter_map(|&head| directory.get(head));
        Self::between(
            branches.map(Branch::of).collect(),
            shared(graph, heads, touched),
        )
    }

    /// That of `branches`, oldest first, which touch what is `shared`.
    pub fn between(branches: Vec<Branch>, shared: Option<Vec<Object>>) -> Self {
        let rebase = match branches.as_slice() {
            [.., onto, moved] => {
                let (moved, onto) = (&moved.head, &onto.head);
                Some(format!("townpass migrate rebase {moved} --onto {onto}"))
            }
            _ => None,
        };
        Self {
            branches,
            shared,
            rebase,
        }
    }
}

/// What more than one of the lines that lead to `heads` touches, beside what lies before the fork.
/// `touched` tells it of a revision; nothing is known where it does not know of one.
pub fn shared<K: Copy + Ord>(
    graph: &Graph<K>,
    heads: &[K],
    touched: impl Fn(K) -> Option<BTreeSet<Object>>,
) -> Option<Vec<Object>> {
    let lines: Vec<BTreeSet<K>> = heads
        .iter()
        .map(|&head| graph.with_ancestors(&[head]))
        .collect();
    let of_all = |it: &K| lines.iter().all(|line| line.contains(it));
    let mut once = BTreeSet::new();
    let mut again = BTreeSet::new();
    for line in &lines {
        let mut own = BTreeSet::new();
        for &revision in line.iter().filter(|it| !of_all(it)) {
            own.extend(touched(revision)?);
        }
        for object in own {
            if let Some(object) = once.replace(object) {
                again.insert(object);
            }
        }
    }
    Some(again.into_iter().collect())
}

impl Branch {
    fn of(revision: &Revision) -> Self {
        Self {
            head: revision.version.to_string(),
            description: revision.description.clone(),
            path: revision.up.path.clone(),
            author: revision.header.author.clone(),
            commit: None,
        }
    }
}

/// The help below Alembic's sentence.
impl fmt::Display for Fork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the heads are")?;
        for branch in &self.branches {
            writeln!(f, "  {branch}")?;
        }
        if let Some(shared) = &self.shared {
            let shared: Vec<String> = shared.iter().map(ToString::to_string).collect();
            match shared.as_slice() {
                [] => writeln!(f, "no object is named by more than one of them")?,
                names => writeln!(
                    f,
                    "more than one of them touches {}: look whether they agree",
                    names.join(", ")
                )?,
            }
        }
        writeln!(f, "join them with a revision that follows all:")?;
        write!(f, "  townpass migrate merge heads -m \"merge heads\"")?;
        match &self.rebase {
            Some(rebase) => write!(
                f,
                "\nor, if the last was shared with nobody yet, let it follow the one before:\n  \
                 {rebase}"
            ),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}, {}: `{}`",
            self.head,
            self.description,
            self.path.display()
        )?;
        match (&self.commit, &self.author) {
            (Some(commit), _) => write!(f, "\n    {commit}"),
            (None, Some(author)) => write!(f, "\n    by {author}"),
            (None, None) => Ok(()),
        }
    }
}

impl fmt::Display for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "by {}, {}, commit {} ({})",
            self.author, self.date, self.hash, self.subject
        )?;
        match self.branches.as_slice() {
            [] => Ok(()),
            branches => write!(f, " on {}", branches.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fork;
    use crate::migration::Graph;
    use crate::migration::directory::tests::directory;

    #[test]
    fn it_names_the_files_what_both_touch_and_the_ways_out() {
        let directory = directory(&[
            ("1_a.sql", "create table users ();"),
            (
                "2_b.sql",
                "-- townpass:revises 1\n-- townpass:author Ada\nalter table users add a int; create table x ();",
            ),
            ("3_c.sql", "-- townpass:revises 1\nalter table users add b int;"),
        ])
        .expect("reads");
        let graph = Graph::of(&directory).expect("builds");
        let fork = Fork::of(&directory, &graph, &graph.heads());
        assert_eq!(
            fork.to_string().replace('\\', "/"),
            "the heads are\n  \
               2, b: `migrations/2_b.sql`\n    by Ada\n  \
               3, c: `migrations/3_c.sql`\n\
             more than one of them touches table `users`: look whether they agree\n\
             join them with a revision that follows all:\n  \
               townpass migrate merge heads -m \"merge heads\"\n\
             or, if the last was shared with nobody yet, let it follow the one before:\n  \
               townpass migrate rebase 3 --onto 2"
        );
    }
}
