//! Runs PostgreSQL's programs to their end and understands why one did not start.

use std::{
    ffi::OsStr,
    io,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use tokio::{io::AsyncWriteExt as _, process::Command};

use super::{Error, loader::Complaint};

/// The program `name` in `bin`, as this system spells it.
pub(in crate::database::embedded) fn program(bin: &Path, name: &str) -> PathBuf {
    if cfg!(windows) {
        bin.join(format!("{name}.exe"))
    } else {
        bin.join(name)
    }
}

/// How a program ended, when it could be started at all.
#[derive(Debug)]
pub(in crate::database::embedded) struct Ended {
    /// Whether it said that all is well.
    pub(in crate::database::embedded) well: bool,
    /// What it printed.
    pub(in crate::database::embedded) printed: String,
    /// What it said on standard error.
    pub(in crate::database::embedded) said: String,
}

impl Ended {
    /// What a person needs to hear: the line that says what is wrong, else the last one.
    pub(in crate::database::embedded) fn complaint(&self) -> String {
        let lines = || self.said.lines().chain(self.printed.lines());
        let telling = lines().find(|line| {
            let line = line.to_ascii_lowercase();
            ["error:", "fatal:", "panic:"]
                .iter()
                .any(|it| line.contains(it))
        });
        telling
            .or_else(|| lines().rev().find(|line| !line.trim().is_empty()))
            .unwrap_or("it said nothing")
            .trim()
            .to_owned()
    }
}

/// Runs `command` to its end, with `input` on its standard input.
pub(in crate::database::embedded) async fn run(
    mut command: Command,
    input: &[u8],
) -> Result<Ended, Error> {
    let name = PathBuf::from(command.as_std().get_program());
    let wrong = |source| could_not_run(&name, source);
    if !input.is_empty() {
        command.stdin(Stdio::piped());
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(wrong)?;
    let stdin = child.stdin.take();
    let feed = async {
        if let Some(mut stdin) = stdin {
            // A program that ends early closes its end; what it said tells why.
            let _ = stdin.write_all(input).await;
            let _ = stdin.shutdown().await;
        }
    };
    let ((), output) = tokio::join!(feed, child.wait_with_output());
    understand(&name, &output.map_err(wrong)?)
}

/// Runs `command` to its end, with nobody to hear it. A server that it starts may live on:
/// it inherits nothing that somebody waits for.
pub(in crate::database::embedded) async fn run_unheard(
    mut command: Command,
) -> Result<bool, Error> {
    let name = PathBuf::from(command.as_std().get_program());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let status = command
        .status()
        .await
        .map_err(|source| could_not_run(&name, source))?;
    Ok(status.success())
}

fn understand(name: &Path, output: &Output) -> Result<Ended, Error> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let ended = Ended {
        well: output.status.success(),
        printed: text(&output.stdout),
        said: text(&output.stderr),
    };
    if ended.well {
        return Ok(ended);
    }
    let complaint = Complaint::recognise(&ended.said).or_else(|| missing_dll(output.status.code()));
    match complaint {
        Some(complaint) => Err(Error::Loader {
            program: name.to_owned(),
            complaint,
        }),
        None => Ok(ended),
    }
}

/// Windows ends a program whose DLL is missing with a status of its own.
fn missing_dll(code: Option<i32>) -> Option<Complaint> {
    const STATUS_DLL_NOT_FOUND: i32 = 0xC000_0135_u32.cast_signed();
    (cfg!(windows) && code == Some(STATUS_DLL_NOT_FOUND))
        .then(|| Complaint::Library("VCRUNTIME140.dll (Visual C++ Redistributable)".to_owned()))
}

fn could_not_run(name: &Path, source: io::Error) -> Error {
    // The file is there and yet "not found": its loader is what is missing.
    let foreign = source.kind() == io::ErrorKind::NotFound
        && name.parent().is_some_and(|it| it != OsStr::new(""))
        && name.exists();
    if foreign {
        Error::Loader {
            program: name.to_owned(),
            complaint: Complaint::ForeignSystem,
        }
    } else {
        Error::Run {
            program: name.to_owned(),
            source,
        }
    }
}
