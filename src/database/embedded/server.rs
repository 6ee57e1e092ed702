//! Starts and stops a server, and tells whether one runs.
//!
//! `postmaster.pid` is never trusted alone: after a crash it stays, and its number may have
//! become another program's.

use std::{
    fs,
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::Path,
    time::Duration,
};

use tokio::time::Instant;

use super::{
    Error,
    configuration::{self, Listen},
    layout::{Channel, Layout},
    process::{self, program},
    records::{self, PidFile},
    unpack::remove,
    user::User,
};
use crate::ident::ProjectName;

/// How long a dead server may stand in the way of a new one.
const PATIENCE: Duration = Duration::from_secs(10);

/// A log of this size is put aside at the next start.
const LONG_LOG: u64 = 16 * 1024 * 1024;

/// A flag of Windows' `CreateProcess`.
#[cfg(windows)]
const CREATE_NO_WINDOW: u32 = 0x0800_0000;

/// Whose server it is, and where.
#[derive(Clone, Debug)]
pub(in crate::database::embedded) struct Place {
    /// The project.
    pub(in crate::database::embedded) project: ProjectName,
    /// Its directory.
    pub(in crate::database::embedded) layout: Layout,
    /// As whom the server runs.
    pub(in crate::database::embedded) user: User,
}

/// How a start went.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::database::embedded) enum Started {
    /// The server is there.
    Yes,
    /// Its port is somebody else's.
    PortTaken,
}

/// The server that runs on `data` now.
pub(in crate::database::embedded) fn running(data: &Path) -> Option<PidFile> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    let file = PidFile::parse(&text)?;
    is_alive(&file, data).then_some(file)
}

/// Every process of a server has the data directory for its working directory.
#[cfg(target_os = "linux")]
fn is_alive(file: &PidFile, data: &Path) -> bool {
    match fs::read_link(format!("/proc/{}/cwd", file.pid)) {
        Ok(directory) => fs::canonicalize(data).is_ok_and(|data| data == directory),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => answers(file.port),
        Err(_) => false,
    }
}

#[cfg(not(target_os = "linux"))]
fn is_alive(file: &PidFile, _data: &Path) -> bool {
    answers(file.port)
}

fn answers(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    port != 0 && TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
}

/// Whether it is certain that no process of a server on `data` is left.
#[cfg(target_os = "linux")]
fn is_deserted(data: &Path) -> bool {
    let (Ok(data), Ok(processes)) = (fs::canonicalize(data), fs::read_dir("/proc")) else {
        return false;
    };
    !processes
        .flatten()
        .any(|entry| fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd == data))
}

/// Only Linux can tell.
#[cfg(not(target_os = "linux"))]
fn is_deserted(_data: &Path) -> bool {
    false
}

impl Place {
    /// Starts the server on `data` and waits until it is up. It lives on when we end.
    pub(in crate::database::embedded) async fn start(
        &self,
        bin: &Path,
        data: &Path,
        listen: Listen,
    ) -> Result<Started, Error> {
        self.make_socket_directory()?;
        let text = configuration::settings(&self.project, &self.layout.channel(), listen);
        self.write(&data.join(configuration::SETTINGS_FILE), &text)?;
        let log_from = self.prepare_log()?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.clear_stale(data)?;
            let mut command = self.user.command(&program(bin, "pg_ctl"));
            command
                .args(["start", "-s", "-w", "-t", "60", "-D"])
                .arg(data)
                .arg("-l")
                .arg(self.layout.log());
            // A console of its own, or the next Ctrl-C in ours would end the server.
            #[cfg(windows)]
            command.creation_flags(CREATE_NO_WINDOW);
            if process::run_unheard(command).await? || running(data).is_some() {
                return Ok(Started::Yes);
            }
            let log = read_from(&self.layout.log(), log_from);
            let again = [
                "postmaster.pid\" already exists",
                ".lock\" already exists",
                "memory block",
            ];
            let last = records::last_words(&log).unwrap_or("it left no word");
            if again.iter().any(|it| last.contains(it)) && Instant::now() < deadline {
                tokio::time::sleep(Duration::from_millis(300)).await;
                continue;
            }
            let taken = [
                "could not bind",
                "Is another postmaster already running on port",
            ];
            if taken.iter().any(|it| log.contains(it)) {
                return Ok(Started::PortTaken);
            }
            return Err(Error::Ended {
                said: last.to_owned(),
            });
        }
    }

    /// Stops the server on `data`, if one runs; open connections are ended.
    pub(in crate::database::embedded) async fn stop(
        &self,
        bin: &Path,
        data: &Path,
    ) -> Result<(), Error> {
        for mode in ["fast", "immediate"] {
            if running(data).is_none() {
                return Ok(());
            }
            let mut command = self.user.command(&program(bin, "pg_ctl"));
            command
                .args(["stop", "-s", "-w", "-t", "60", "-m", mode, "-D"])
                .arg(data);
            let ended = process::run(command, b"").await?;
            if running(data).is_some() && mode == "immediate" {
                return Err(Error::Stop {
                    said: ended.complaint(),
                });
            }
        }
        Ok(())
    }

    /// Writes a file for the server, aside and then in place, readable for it alone.
    pub(in crate::database::embedded) fn write(
        &self,
        path: &Path,
        text: &str,
    ) -> Result<(), Error> {
        let directory = path.parent().unwrap_or(path);
        let mut file =
            tempfile::NamedTempFile::new_in(directory).map_err(Error::file("write", path))?;
        file.write_all(text.as_bytes())
            .map_err(Error::file("write", path))?;
        self.user.give(file.path())?;
        file.persist(path)
            .map_err(|error| Error::file("write", path)(error.error))?;
        Ok(())
    }

    /// Makes a directory for the server alone.
    pub(in crate::database::embedded) fn make_private(
        &self,
        directory: &Path,
    ) -> Result<(), Error> {
        fs::create_dir_all(directory).map_err(Error::file("make", directory))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(directory, fs::Permissions::from_mode(0o700))
                .map_err(Error::file("close", directory))?;
        }
        self.user.give(directory)
    }

    /// Removes the lock files of a dead server, whose number another program may have now:
    /// PostgreSQL would take that program for a server for ever. Only where it is certain that
    /// nobody is left, since the files are also what keeps two servers off one directory.
    fn clear_stale(&self, data: &Path) -> Result<(), Error> {
        let file = data.join("postmaster.pid");
        if !file.exists() || !is_deserted(data) {
            return Ok(());
        }
        if let Channel::Socket(directory) = self.layout.channel() {
            remove(&directory)?;
            self.make_private(&directory)?;
        }
        match fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::file("remove", &file)(error))
            }
            _ => Ok(()),
        }
    }

    fn make_socket_directory(&self) -> Result<(), Error> {
        match self.layout.channel() {
            Channel::Socket(directory) => self.make_private(&directory),
            Channel::Loopback => Ok(()),
        }
    }

    /// Lets the log be there for the server, and says how long it is.
    fn prepare_log(&self) -> Result<u64, Error> {
        let log = self.layout.log();
        if length(&log) > LONG_LOG {
            let old = log.with_extension("log.1");
            fs::rename(&log, &old).map_err(Error::file("move", &log))?;
        }
        fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .map_err(Error::file("write", &log))?;
        self.user.give(&log)?;
        Ok(length(&log))
    }
}

/// The length of a file; 0 where there is none.
pub(in crate::database::embedded) fn length(file: &Path) -> u64 {
    fs::metadata(file).map_or(0, |it| it.len())
}

/// What stands in a file from byte `from` on; nothing where it cannot be read.
pub(in crate::database::embedded) fn read_from(file: &Path, from: u64) -> String {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = fs::File::open(file)?;
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    String::from_utf8_lossy(&read().unwrap_or_default()).into_owned()
}
