//! The names of everything in a project's directory.
//!
//! A name says how far its content can be trusted: `data` alone is a cluster, and a copy counts
//! under `copies` by its plain name. What is being made or torn down has another name, so that
//! a process that is killed leaves nothing that is taken for complete.

use std::path::{Path, PathBuf};

const INITIALISING: &str = "data.initialising-";

/// The directory of one project.
#[derive(Clone, Debug)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// Everything below `root`.
    pub fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The cluster.
    pub fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    /// A cluster that initdb has not finished. Every attempt has its own: an initdb whose
    /// townpass was killed may still be writing.
    pub fn initialising(&self, attempt: u32) -> PathBuf {
        self.root.join(format!("{INITIALISING}{attempt:08x}"))
    }

    /// Whether a name in the directory is that of such an attempt.
    pub fn is_initialising(name: &str) -> bool {
        name.starts_with(INITIALISING)
    }

    /// A copy on its way back that is not complete.
    pub fn restoring(&self) -> PathBuf {
        self.root.join("data.restoring")
    }

    /// A copy on its way back that is complete: it becomes the cluster.
    pub fn restored(&self) -> PathBuf {
        self.root.join("data.restored")
    }

    /// The cluster that a copy has replaced.
    pub fn replaced(&self) -> PathBuf {
        self.root.join("data.replaced")
    }

    /// A cluster that is being deleted.
    pub fn doomed(&self) -> PathBuf {
        self.root.join("data.doomed")
    }

    /// What the server says.
    pub fn log(&self) -> PathBuf {
        self.root.join("server.log")
    }

    /// What is remembered between two commands.
    pub fn record(&self) -> PathBuf {
        self.root.join("server.json")
    }

    /// Held while a command changes anything here.
    pub fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// The directory of the server's socket, closed to everyone else.
    pub fn socket(&self) -> PathBuf {
        self.root.join("socket")
    }

    /// The complete copies, and the ones being made.
    pub fn copies(&self) -> PathBuf {
        self.root.join("copies")
    }

    /// A complete copy.
    pub fn copy(&self, name: &CopyName) -> PathBuf {
        self.copies().join(&name.0)
    }

    /// A copy that is being made or deleted. No [`CopyName`] begins with a dot.
    pub fn unfinished_copy(&self, name: &CopyName) -> PathBuf {
        self.copies().join(format!(".{}", name.0))
    }

    /// The way in that asks for no password.
    pub fn channel(&self) -> Channel {
        // The address of a socket has 104 bytes on macOS and 108 on Linux, with a zero at the
        // end, and PostgreSQL adds `/.s.PGSQL.65535`.
        if cfg!(unix) && self.socket().as_os_str().len() <= 103 - 15 {
            Channel::Socket(self.socket())
        } else {
            Channel::Loopback
        }
    }
}

/// How the superuser gets in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Channel {
    /// By a socket in a directory that only the server's user can enter: no password is asked.
    Socket(PathBuf),
    /// By TCP and the password, where there are no sockets or the path is too long for one.
    Loopback,
}

/// The name of a copy: letters, digits, `-`, `_`, `.` and `+`, beginning with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CopyName(String);

impl CopyName {
    /// Takes `name` if it is one.
    pub fn new(name: &str) -> Option<Self> {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.+".contains(letter);
        let begins_well = name.starts_with(|first: char| first.is_ascii_alphanumeric());
        (begins_well && name.len() <= 128 && name.chars().all(plain)).then(|| Self(name.to_owned()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_copies() {
        for good in ["before-reset", "20260728T101112", "a.b_c+d", "9"] {
            assert!(CopyName::new(good).is_some(), "{good}");
        }
        let long = "x".repeat(129);
        for bad in [
            "", ".hidden", "../up", "a/b", "a\\b", "a b", "-x", "ä", &long,
        ] {
            assert!(CopyName::new(bad).is_none(), "{bad}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_long_path_has_no_socket() {
        let short = Layout::new(PathBuf::from("/var/lib/townpass/projects/backend-12345678"));
        assert_eq!(short.channel(), Channel::Socket(short.socket()));
        let long = Layout::new(PathBuf::from(format!("/home/{}", "x".repeat(80))));
        assert_eq!(long.channel(), Channel::Loopback);
    }
}
