//! An env file that a service wants and that is not there.
//!
//! Compose refuses the whole project then. Here only the service itself is refused, so that in a
//! fresh clone the database starts before `.env` is written for the application.

use std::path::{Path, PathBuf};

use super::{
    assemble::shown,
    error::{Error, Problem},
    files,
    model::Service,
    source::Place,
    warning::Warning,
};

/// How the names of the files end that are copied to make an env file.
const EXAMPLES: [&str; 4] = [".example", ".sample", ".template", ".dist"];

/// An env file that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    path: PathBuf,
    example: Option<PathBuf>,
    place: Place,
}

impl Lacking {
    /// `path`, which is wanted at `place`.
    pub(in crate::compose) fn new(path: &Path, shown_from: &Path, place: Place) -> Self {
        let beside = |end: &&str| {
            let name = path.file_name()?.to_string_lossy();
            let example = path.with_file_name(format!("{name}{end}"));
            files::is_file(&example).then(|| shown(shown_from, &example).into())
        };
        Self {
            path: shown(shown_from, path).into(),
            example: EXAMPLES.iter().find_map(beside),
            place,
        }
    }

    fn problem(&self) -> Problem {
        Problem::NoEnvFile {
            path: self.path.clone(),
            example: self.example.clone(),
        }
    }
}

impl Service {
    /// Refuses a service that cannot be started for want of an env file.
    pub fn ensure_whole(&self) -> Result<(), Error> {
        match &self.lacking {
            Some(lacking) => Err(lacking.problem().at(&lacking.place)),
            None => Ok(()),
        }
    }

    /// The same as a word about a service that is not started yet.
    pub(in crate::compose) fn want(&self) -> Option<Warning> {
        let lacking = self.lacking.as_ref()?;
        Some(Warning::NoEnvFile {
            service: self.name.clone(),
            path: lacking.path.clone(),
            place: lacking.place.clone(),
            help: lacking.problem().help().unwrap_or_default(),
        })
    }
}
