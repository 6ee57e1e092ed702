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
        let lines: Vec<BTreeSet<Version>> = heads
            .iter()
            .map(|&head| graph.with_ancestors(&[head]))
            .collect();
        let touched: Vec<BTreeSet<Object>> = lines
            .iter()
            .map(|line| {
                // What all have in common lies before the fork.
                let own = line
                    .iter()
                    .filter(|it| !lines.iter().all(|line| line.contains(it)));
                own.filter_map(|&it| directory.get(it))
                    .flat_map(|revision| touch::objects(&revision.up.text))
                    .collect()
            })
            .collect();
        let shared = touched
            .iter()
            .enumerate()
            .flat_map(|(at, own)| {
                let others: Vec<_> = touched[at + 1..].iter().collect();
                own.iter()
                    .filter(move |it| others.iter().any(|other| other.contains(it)))
            })
            .cloned()
            .collect::<BTreeSet<_>>();
        Self {
            branches: heads
                .iter()
                .filter_map(|&head| directory.get(head))
                .map(Branch::of)
                .collect(),
            shared: Some(shared.into_iter().collect()),
            rebase: match heads {
                [.., onto, moved] => Some(format!("townpass migrate rebase {moved} --onto {onto}")),
                _ => None,
            },
        }
    }
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
