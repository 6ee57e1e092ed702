//! The variables that references are replaced from, and the files they come out of.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    dotenv,
    error::{Error, Problem, Wanted},
    files,
    request::{HostSystem, Request},
    source::{Place, Source},
};

/// Names and values.
pub(in crate::compose) type Variables = BTreeMap<String, String>;

/// How a variable is found: by its name, on Windows whatever its case.
pub(in crate::compose) fn lookup(
    variables: &Variables,
    host: HostSystem,
) -> impl Fn(&str) -> Option<String> + '_ {
    move |name| {
        let exact = variables.get(name);
        let found = match host {
            HostSystem::Unix => exact,
            HostSystem::Windows => exact.or_else(|| {
                variables
                    .iter()
                    .find(|(known, _)| known.eq_ignore_ascii_case(name))
                    .map(|(_, value)| value)
            }),
        };
        found.cloned()
    }
}

/// Adds what the files say to what is known. What is known wins; later files win over earlier.
pub(in crate::compose) fn add_files(
    known: &mut Variables,
    paths: &[PathBuf],
    shown: &dyn Fn(&Path) -> String,
) -> Result<(), Error> {
    let mut found = Variables::new();
    for path in paths {
        let text = files::read(path).map_err(|source| Error::Read {
            path: path.clone(),
            wanted: Wanted::ProjectEnvironment,
            source,
        })?;
        let both = |name: &str| known.get(name).or_else(|| found.get(name)).cloned();
        let parsed =
            dotenv::parse(&text, &both).map_err(|bad| of_line(&shown(path), &text, bad))?;
        found.extend(parsed);
    }
    for (name, value) in found {
        known.entry(name).or_insert(value);
    }
    Ok(())
}

/// The env files that count for a directory: those given, else its `.env`.
pub(in crate::compose) fn default_files(
    request: &Request,
    directory: &Path,
) -> Result<Vec<PathBuf>, Error> {
    let given = given_files(request);
    if !given.is_empty() {
        return Ok(given);
    }
    if let Some(value) = request.environment.get("COMPOSE_DISABLE_ENV_FILE") {
        let disabled = truth(value).ok_or_else(|| Error::Variable {
            variable: "COMPOSE_DISABLE_ENV_FILE",
            value: value.clone(),
        })?;
        if disabled {
            return Ok(Vec::new());
        }
    }
    let default = directory.join(".env");
    Ok(if files::is_file(&default) {
        vec![default]
    } else {
        Vec::new()
    })
}

/// The env files of the command line, else of `COMPOSE_ENV_FILES`, absolute.
pub(in crate::compose) fn given_files(request: &Request) -> Vec<PathBuf> {
    let of_variable = || -> Vec<PathBuf> {
        let value = request
            .environment
            .get("COMPOSE_ENV_FILES")
            .map_or("", String::as_str);
        value
            .split(',')
            .filter(|path| !path.is_empty())
            .map(PathBuf::from)
            .collect()
    };
    let paths = if request.env_files.is_empty() {
        of_variable()
    } else {
        request.env_files.clone()
    };
    paths
        .iter()
        .map(|path| super::paths::clean(&request.directory.join(path)))
        .collect()
}

/// An env file's bad line as an error with its place.
pub(in crate::compose) fn of_line(name: &str, text: &str, bad: dotenv::BadLine) -> Error {
    let source = Arc::new(Source::new(name, text));
    Problem::EnvLine(bad.message).at(&Place::of_line(&source, bad.line))
}

/// Go's reading of a boolean.
pub(in crate::compose) fn truth(value: &str) -> Option<bool> {
    match value {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}
