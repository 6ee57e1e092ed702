//! Which Compose files count.

use std::path::{Path, PathBuf};

use super::{
    environment::Variables,
    error::{Error, Wanted},
    files,
    request::{HostSystem, Request},
    warning::Warning,
};

/// The names that are searched for, in order.
pub const NAMES: [&str; 4] = [
    "compose.yaml",
    "compose.yml",
    "docker-compose.yml",
    "docker-compose.yaml",
];

/// The names of files beside it that are merged into it.
pub const OVERRIDE_NAMES: [&str; 4] = [
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
];

/// The Compose files of a request, absolute: `-f`, else `COMPOSE_FILE`, else the nearest with one
/// of the [`NAMES`] from the directory upwards and its override.
pub fn compose_files(
    request: &Request,
    variables: &Variables,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<PathBuf>, Error> {
    let named = match variables.get("COMPOSE_FILE") {
        _ if !request.files.is_empty() => request.files.clone(),
        Some(value) => value
            .split(separator(request, variables))
            .map(PathBuf::from)
            .collect(),
        None => return nearest(&start(request), warnings),
    };
    named
        .iter()
        .map(|path| checked(&request.directory, path))
        .collect()
}

/// Where the search begins.
pub fn start(request: &Request) -> PathBuf {
    match &request.project_directory {
        Some(directory) => super::paths::clean(&request.directory.join(directory)),
        None => request.directory.clone(),
    }
}

fn checked(directory: &Path, path: &Path) -> Result<PathBuf, Error> {
    if path.as_os_str() == "-" {
        return Err(Error::StandardInput);
    }
    let path = super::paths::clean(&directory.join(path));
    if files::is_file(&path) {
        return Ok(path);
    }
    let kind = if files::exists(&path) {
        std::io::ErrorKind::IsADirectory
    } else {
        std::io::ErrorKind::NotFound
    };
    Err(Error::Read {
        path,
        wanted: Wanted::ComposeFile,
        source: kind.into(),
    })
}

fn separator<'a>(request: &Request, variables: &'a Variables) -> &'a str {
    let given = variables
        .get("COMPOSE_PATH_SEPARATOR")
        .map_or("", String::as_str);
    match (given, request.host) {
        ("", HostSystem::Unix) => ":",
        ("", HostSystem::Windows) => ";",
        (given, _) => given,
    }
}

fn nearest(start: &Path, warnings: &mut Vec<Warning>) -> Result<Vec<PathBuf>, Error> {
    for directory in start.ancestors() {
        let Some(found) = first_of(&NAMES, directory, warnings) else {
            continue;
        };
        let over = first_of(&OVERRIDE_NAMES, directory, warnings);
        return Ok(std::iter::once(found).chain(over).collect());
    }
    Err(Error::NoFile {
        directory: start.to_owned(),
        names: &NAMES,
    })
}

fn first_of(names: &[&str], directory: &Path, warnings: &mut Vec<Warning>) -> Option<PathBuf> {
    let candidates: Vec<PathBuf> = names
        .iter()
        .map(|name| directory.join(name))
        .filter(|path| files::exists(path))
        .collect();
    let used = candidates.first()?.clone();
    if candidates.len() > 1 {
        warnings.push(Warning::SeveralFiles {
            candidates,
            used: used.clone(),
        });
    }
    Some(used)
}
