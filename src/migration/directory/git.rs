//! What git says about the files of a history: who wrote one, and what another branch has.
//!
//! git is asked, never told: it is run where it is, only to read. Where there is no git, or no
//! repository, there is nothing to say, and that is no failure.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::migration::graph::fork::{Commit, Fork};

/// How many branches of a commit are named.
const ENOUGH: usize = 3;

/// The branches that a revision may have come from, in the order in which they are looked for.
const USUAL: [&str; 4] = ["origin/main", "origin/master", "main", "master"];

/// A repository that holds a folder of migrations.
#[derive(Clone, Debug)]
pub struct Repository {
    folder: PathBuf,
}

/// What another branch has of the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base {
    /// The branch, as it was named.
    pub name: String,
    /// The names of its files in the folder.
    pub files: BTreeSet<String>,
    /// Those of them that have another text here.
    pub changed: BTreeSet<String>,
}

impl Repository {
    /// The repository that `folder` is in.
    pub async fn around(folder: &Path) -> Option<Self> {
        let found = Self {
            folder: folder.to_owned(),
        };
        let inside = found.ask(["rev-parse", "--is-inside-work-tree"]).await?;
        (inside.trim() == "true").then_some(found)
    }

    /// The commit that brought the file at `path`, which may be in a folder of the folder, or beside
    /// it.
    pub async fn commit_of(&self, path: &Path) -> Option<Commit> {
        let within = path.strip_prefix(&self.folder).unwrap_or(path);
        self.commit("HEAD", within.as_os_str()).await
    }

    /// The newest commit of any branch that brought a file with `word` in its name.
    pub async fn commit_anywhere(&self, word: &str) -> Option<Commit> {
        let pattern = format!("*{word}*");
        self.commit("--all", OsStr::new(&pattern)).await
    }

    /// The newest commit of `branches` that brought a file like `path`.
    async fn commit(&self, branches: &str, path: &OsStr) -> Option<Commit> {
        let format = "--format=%H%x00%h%x00%an%x00%as%x00%s";
        let words = ["log", "-1", "--diff-filter=A", format, branches, "--"].map(OsStr::new);
        let said = self.ask(words.into_iter().chain([path])).await?;
        let fields: Vec<&str> = said.trim_end().split('\0').collect();
        let [full, hash, author, date, subject] = fields.as_slice() else {
            return None;
        };
        let branches = self
            .ask([
                "branch",
                "--all",
                "--format=%(refname:short)",
                "--contains",
                full,
            ])
            .await
            .unwrap_or_default();
        Some(Commit {
            hash: (*hash).to_owned(),
            author: (*author).to_owned(),
            date: (*date).to_owned(),
            subject: (*subject).to_owned(),
            branches: branches
                .lines()
                // A checkout without a branch calls itself one.
                .filter(|line| !line.starts_with('('))
                .take(ENOUGH)
                .map(str::to_owned)
                .collect(),
        })
    }

    /// Fills in who brought the heads of `fork`.
    pub async fn tell(&self, fork: &mut Fork) {
        for branch in &mut fork.branches {
            branch.commit = self.commit_of(&branch.path).await;
        }
    }

    /// The branch that others start from, if it can be told; never the one that is checked out.
    pub async fn usual_base(&self) -> Option<String> {
        let here = self.ask(["symbolic-ref", "--short", "HEAD"]).await;
        let here = here.as_deref().map_or("", str::trim);
        let remote = self.ask(["symbolic-ref", "--short", "refs/remotes/origin/HEAD"]);
        let remote = remote.await.map(|name| name.trim().to_owned());
        for name in remote.into_iter().chain(USUAL.map(str::to_owned)) {
            if name != here && self.knows(&name).await {
                return Some(name);
            }
        }
        None
    }

    /// Whether there is such a branch, tag or commit.
    pub async fn knows(&self, name: &str) -> bool {
        let commit = format!("{name}^{{commit}}");
        self.ask([
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &commit,
        ])
        .await
        .is_some()
    }

    /// What `name` has of the folder; nothing if there is no such branch.
    pub async fn base(&self, name: &str) -> Option<Base> {
        if !self.knows(name).await {
            return None;
        }
        let listed = self.ask(["ls-tree", "-z", "--name-only", name]).await;
        // A branch that has no such folder has no file of it.
        let files = words(&listed.unwrap_or_default());
        let changed = self
            .ask([
                "diff",
                "-z",
                "--name-only",
                "--no-renames",
                "--diff-filter=M",
                "--relative",
                name,
            ])
            .await?;
        Some(Base {
            name: name.to_owned(),
            files,
            changed: words(&changed),
        })
    }

    /// What git says, if it says something without complaint.
    async fn ask<W: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = W>) -> Option<String> {
        let quiet: BTreeMap<&str, &str> = [
            ("GIT_OPTIONAL_LOCKS", "0"),
            ("GIT_TERMINAL_PROMPT", "0"),
            ("LC_ALL", "C"),
        ]
        .into();
        let output = Command::new("git")
            .arg("--no-pager")
            .args(words)
            .current_dir(&self.folder)
            .envs(quiet)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .ok()?;
        output
            .status
            .success()
            .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// Names with a NUL behind each.
fn words(text: &str) -> BTreeSet<String> {
    text.split('\0')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}
