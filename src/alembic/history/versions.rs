//! The version files of a project, in the order in which Alembic reads them. Nothing is run, and
//! nothing is written.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::alembic::error::Error;
use crate::alembic::history::History;
use crate::alembic::project::{Project, source};
use crate::alembic::script::Script;
use crate::migration::parallel::each;

/// Reads the history of `project`.
pub fn read(project: &Project) -> Result<History, Error> {
    let (history, faults) = survey(project)?;
    match faults.into_iter().next() {
        Some(fault) => Err(fault),
        None => Ok(history),
    }
}

/// Reads the history of `project` as far as it can be read, and says what cannot.
pub fn survey(project: &Project) -> Result<(History, Vec<Error>), Error> {
    let mut faults = Vec::new();
    let mut scripts = Vec::new();
    for read in each(files(project)?, |path| script(&path)) {
        match read {
            Ok(script) => scripts.push(script),
            Err(fault @ Error::Unreadable { .. }) => return Err(fault),
            Err(fault) => faults.push(fault),
        }
    }
    let (history, others) = History::survey(scripts);
    faults.extend(others);
    Ok((history, faults))
}

/// Reads one version file.
pub fn script(path: &Path) -> Result<Script, Error> {
    source(path, bytes(path)?).and_then(Script::parse)
}

fn bytes(path: &Path) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|cause| Error::Unreadable {
        path: path.to_owned(),
        cause,
    })
}

/// The version files: of each location those of its own by name, then those of the folders in it.
/// A file that can be come to by two ways counts once.
fn files(project: &Project) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    for location in &project.locations {
        if !location.exists() {
            continue;
        }
        let mut files = Vec::new();
        list(location, project.recursive, &mut files)?;
        for file in files {
            if seen.insert(file.clone()) {
                found.push(file);
            }
        }
    }
    Ok(found)
}

/// Adds what is in `folder` to `files`.
fn list(folder: &Path, recursive: bool, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    let unreadable = |cause: io::Error| Error::Unreadable {
        path: folder.to_owned(),
        cause,
    };
    let real = real(folder).map_err(unreadable)?;
    let mut folders = Vec::new();
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let kind = entry.file_type().map_err(unreadable)?;
        let is_folder = kind.is_dir() || (kind.is_symlink() && entry.path().is_dir());
        if is_folder {
            // A link to a folder is not followed, as by Python.
            if !kind.is_symlink() && !name.ends_with("__pycache__") {
                folders.push(name);
            }
        } else if is_version(&name) {
            names.push((name, kind.is_symlink()));
        }
    }
    names.sort();
    for (name, is_link) in names {
        let path = real.join(name);
        files.push(if is_link {
            self::real(&path).map_err(unreadable)?
        } else {
            path
        });
    }
    if recursive {
        folders.sort();
        for name in folders {
            list(&folder.join(name), recursive, files)?;
        }
    }
    Ok(())
}

/// Whether Alembic takes a file of that name for a revision.
fn is_version(name: &str) -> bool {
    name.strip_suffix(".py").is_some() && !name.starts_with("__init__") && !name.starts_with(".#")
}

/// `path` without links and dots in it, which is how Alembic tells it.
fn real(path: &Path) -> io::Result<PathBuf> {
    let real = fs::canonicalize(path)?;
    // Windows writes such a path in a way that no other program expects.
    let text = real.to_string_lossy();
    match text.strip_prefix(r"\\?\") {
        Some(plain) if cfg!(windows) && !plain.starts_with("UNC") => Ok(plain.into()),
        Some(_) | None => Ok(real),
    }
}
