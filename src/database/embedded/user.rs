//! As whom the server runs.
//!
//! PostgreSQL refuses to run as root. Root therefore hands it to an unprivileged user, who must
//! be able to pass every directory on the way to the binaries and to the data. Anybody else
//! runs it as himself. On Windows PostgreSQL's own programs drop an administrator's rights.

use std::path::Path;

use tokio::process::Command;

use super::Error;

/// The user that the server runs as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::database::embedded) enum User {
    /// Whoever we are.
    Ourselves,
    /// An unprivileged user, since we are root.
    #[cfg(unix)]
    Unprivileged {
        /// His name.
        name: String,
        /// His number.
        uid: u32,
        /// His group's number.
        gid: u32,
    },
}

impl User {
    /// A command that runs as this user: in no directory of anybody's, with nothing on its
    /// standard input, and without the variables that would lead PostgreSQL astray.
    #[cfg_attr(
        not(unix),
        expect(clippy::unused_self, reason = "there is but one user on Windows")
    )]
    pub(in crate::database::embedded) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        cleared(&mut command);
        command
            .env("LC_ALL", "C")
            .env("TZ", "Etc/UTC")
            .stdin(std::process::Stdio::null())
            .kill_on_drop(true);
        if let Some(root) = program.ancestors().last() {
            command.current_dir(root);
        }
        #[cfg(unix)]
        if let Self::Unprivileged { uid, gid, .. } = self {
            command.uid(*uid).gid(*gid).env("HOME", "/");
        }
        command
    }

    /// Gives `path` to this user. Only what townpass made is ever given.
    #[cfg(unix)]
    pub(in crate::database::embedded) fn give(&self, path: &Path) -> Result<(), Error> {
        match self {
            Self::Ourselves => Ok(()),
            Self::Unprivileged { uid, gid, .. } => {
                std::os::unix::fs::lchown(path, Some(*uid), Some(*gid))
                    .map_err(Error::file("give away", path))
            }
        }
    }

    /// Refuses a directory that this user cannot pass.
    #[cfg(unix)]
    pub(in crate::database::embedded) fn ensure_passable(
        &self,
        directory: &Path,
    ) -> Result<(), Error> {
        use std::os::unix::fs::MetadataExt as _;
        let Self::Unprivileged { name, uid, .. } = self else {
            return Ok(());
        };
        let closed = directory.ancestors().find(|it| {
            std::fs::metadata(it).is_ok_and(|it| {
                let open = if it.uid() == *uid { 0o100 } else { 0o001 };
                it.mode() & open == 0
            })
        });
        match closed {
            Some(closed) => Err(Error::Closed {
                user: name.clone(),
                directory: closed.to_owned(),
            }),
            None => Ok(()),
        }
    }

    /// Everything is ours already.
    #[cfg(not(unix))]
    #[expect(
        clippy::unnecessary_wraps,
        clippy::unused_self,
        reason = "on a Unix it can fail"
    )]
    pub(in crate::database::embedded) fn give(&self, _path: &Path) -> Result<(), Error> {
        Ok(())
    }

    /// Nothing is closed to ourselves.
    #[cfg(not(unix))]
    #[expect(
        clippy::unnecessary_wraps,
        clippy::unused_self,
        reason = "on a Unix it can fail"
    )]
    pub(in crate::database::embedded) fn ensure_passable(
        &self,
        _directory: &Path,
    ) -> Result<(), Error> {
        Ok(())
    }

    /// How this user is called in a sentence.
    pub(in crate::database::embedded) fn in_words(&self) -> String {
        match self {
            Self::Ourselves => "your user".to_owned(),
            #[cfg(unix)]
            Self::Unprivileged { name, .. } => format!("the user `{name}`"),
        }
    }

    /// Whom the server is handed to.
    #[cfg(unix)]
    pub(in crate::database::embedded) fn choose() -> Result<Self, Error> {
        if !we_are_root()? {
            return Ok(Self::Ourselves);
        }
        let file = Path::new("/etc/passwd");
        let table = std::fs::read_to_string(file).map_err(Error::file("read", file))?;
        unprivileged(&table).ok_or(Error::NoUnprivilegedUser)
    }

    /// Whom the server is handed to.
    #[cfg(not(unix))]
    #[expect(clippy::unnecessary_wraps, reason = "on Unix it can fail")]
    pub(in crate::database::embedded) fn choose() -> Result<Self, Error> {
        Ok(Self::Ourselves)
    }
}

/// Takes the variables away by which libpq and the server are steered.
pub(in crate::database::embedded) fn cleared(command: &mut Command) {
    for variable in [
        "PGAPPNAME",
        "PGCHANNELBINDING",
        "PGCLIENTENCODING",
        "PGCONNECT_TIMEOUT",
        "PGDATA",
        "PGDATABASE",
        "PGDATESTYLE",
        "PGGSSENCMODE",
        "PGGSSLIB",
        "PGHOST",
        "PGHOSTADDR",
        "PGKRBSRVNAME",
        "PGLOCALEDIR",
        "PGOPTIONS",
        "PGPASSFILE",
        "PGPASSWORD",
        "PGPORT",
        "PGREQUIREAUTH",
        "PGREQUIREPEER",
        "PGREQUIRESSL",
        "PGSERVICE",
        "PGSERVICEFILE",
        "PGSSLCERT",
        "PGSSLCRL",
        "PGSSLKEY",
        "PGSSLMODE",
        "PGSSLNEGOTIATION",
        "PGSSLROOTCERT",
        "PGSYSCONFDIR",
        "PGTARGETSESSIONATTRS",
        "PGTZ",
        "PGUSER",
    ] {
        command.env_remove(variable);
    }
}

/// Whether we are root: a new file belongs to whoever we are.
#[cfg(unix)]
fn we_are_root() -> Result<bool, Error> {
    use std::os::unix::fs::MetadataExt as _;
    let owner = std::fs::metadata("/proc/self").map(|it| it.uid());
    let owner = match owner {
        Ok(owner) => owner,
        // There is no /proc on macOS.
        Err(_) => tempfile::tempfile()
            .and_then(|file| file.metadata())
            .map_err(Error::file("write in", Path::new("/tmp")))?
            .uid(),
    };
    Ok(owner == 0)
}

/// The user to hand the server to. Not `postgres` first: he may own a real server's data.
#[cfg(unix)]
fn unprivileged(passwd: &str) -> Option<User> {
    let number = |text: &str| -> Option<u32> {
        // macOS writes its nobody as -2.
        let number: i64 = text.parse().ok()?;
        u32::try_from(number.rem_euclid(1 << 32)).ok()
    };
    ["nobody", "postgres"].iter().find_map(|wanted| {
        passwd.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            match fields[..] {
                [name, _, uid, gid, ..] if name == *wanted => Some(User::Unprivileged {
                    name: name.to_owned(),
                    uid: number(uid).filter(|uid| *uid != 0)?,
                    gid: number(gid)?,
                }),
                _ => None,
            }
        })
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn whom_root_hands_the_server_to() {
        let user = |name: &str, uid, gid| {
            Some(User::Unprivileged {
                name: name.to_owned(),
                uid,
                gid,
            })
        };
        let cases = [
            (
                "root:x:0:0::/root:/bin/sh\npostgres:x:105:110::/:/bin/sh\nnobody:x:65534:65534::/:/x\n",
                user("nobody", 65534, 65534),
            ),
            (
                "nobody:*:-2:-2:Unprivileged User:/var/empty:/usr/bin/false\n",
                user("nobody", 4_294_967_294, 4_294_967_294),
            ),
            (
                "root:x:0:0::/root:/bin/sh\npostgres:x:70:70::/:/bin/sh\n",
                user("postgres", 70, 70),
            ),
            ("root:x:0:0::/root:/bin/sh\nnobody:x:0:0::/:/bin/sh\n", None),
            ("", None),
        ];
        for (passwd, wanted) in cases {
            assert_eq!(unprivileged(passwd), wanted, "{passwd}");
        }
    }
}
