//! A repository of git around a town, with people and days that are always the same.

use std::path::Path;
use std::process::Command;

/// Runs git in `directory`, as Ada, on one day in 2026.
#[track_caller]
pub(crate) fn git(directory: &Path, words: &str) {
    let status = Command::new("git")
        .args(["-c", "init.defaultBranch=main"])
        .args(words.split(' '))
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs([
            ("GIT_AUTHOR_NAME", "Ada"),
            ("GIT_AUTHOR_EMAIL", "ada@example.org"),
            ("GIT_COMMITTER_NAME", "Ada"),
            ("GIT_COMMITTER_EMAIL", "ada@example.org"),
            ("GIT_AUTHOR_DATE", "2026-02-03T10:00:00Z"),
            ("GIT_COMMITTER_DATE", "2026-02-03T10:00:00Z"),
        ])
        .output()
        .expect("git is installed");
    assert!(
        status.status.success(),
        "git {words}: {}",
        String::from_utf8_lossy(&status.stderr)
    );
}

/// Commits all that is in `directory`; a repository is made where there is none.
#[track_caller]
pub(crate) fn commit(directory: &Path, subject: &str) {
    if !directory.join(".git").exists() {
        git(directory, "init -q");
    }
    git(directory, "add -A");
    git(directory, &format!("commit -q --allow-empty -m {subject}"));
}
