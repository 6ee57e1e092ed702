//! Which kind of history a project has: a folder of SQL, or Alembic's.
//!
//! Who names one has it. Where nobody does, the files tell: SQL in the folder of the migrations, or
//! else Alembic's configuration. Where both are there, the SQL is taken, and that is said.

use std::path::{Path, PathBuf};

use super::alembic::{Alembic, python};
use crate::alembic::Project;
use crate::alembic::project::{Request, nearby};
use crate::cli::context::Context;
use crate::config::{HistoryKind, Settings};
use crate::error::Error;
use crate::migration::{Directory, Unwritten};

/// Alembic's own options, which stand before the verb as they do there.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Named {
    /// Alembic's configuration: an alembic.ini, a pyproject.toml, or one of each
    #[arg(short, long, value_name = "FILE")]
    config: Vec<PathBuf>,
    /// Section of alembic.ini, in place of its own
    #[arg(short, long, value_name = "SECTION")]
    name: Option<String>,
    /// What env.py may ask for as its `x` argument; may be given several times
    #[arg(short, value_name = "KEY=VALUE")]
    x: Vec<String>,
    #[command(flatten)]
    python: python::Options,
}

impl Named {
    /// Whether a configuration is named at all.
    pub(super) fn is_anything(&self) -> bool {
        !self.config.is_empty() || self.name.is_some()
    }

    /// Which Python is meant.
    pub(crate) fn python(&self) -> python::Options {
        self.python.clone()
    }
}

/// The kind of a history.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A folder of SQL.
    Sql,
    /// Alembic's.
    Alembic(Box<Alembic>),
}

impl Kind {
    /// Finds it for the project in `directory`.
    pub(crate) fn of(
        context: &Context,
        directory: &Path,
        settings: &Settings,
        named: &Named,
    ) -> Result<Self, Error> {
        let found = Self::found(context, directory, settings, named)?;
        match found {
            Self::Sql if !named.x.is_empty() => Err(Unwritten::OfAlembicOnly("-x").into()),
            found => Ok(found),
        }
    }

    fn found(
        context: &Context,
        directory: &Path,
        settings: &Settings,
        named: &Named,
    ) -> Result<Self, Error> {
        let said = if named.is_anything() {
            Some(HistoryKind::Alembic)
        } else {
            settings.history
        };
        if said == Some(HistoryKind::Sql) {
            return Ok(Self::Sql);
        }
        let is_sql = said.is_none() && Directory::is_begun(&directory.join(&settings.migrations));
        let request = request(context, directory, settings, named);
        let found = match find(context, &request, is_sql) {
            // What is wrong with the files of the other kind is no matter.
            Err(_) if is_sql => None,
            found => found?,
        };
        let Some(project) = found else {
            return Ok(Self::Sql);
        };
        if is_sql {
            let folder = settings.migrations.display();
            context.printer.warn(&format!(
                "there are SQL files in `{folder}` as well as Alembic's `{}`, and the SQL is taken; \
                 say which it is in `townpass.toml`: `migrations = \"{folder}\"`, or `[alembic]` and \
                 `config = \"...\"`",
                project.configuration.display()
            ));
            return Ok(Self::Sql);
        }
        Ok(Self::Alembic(Box::new(Alembic {
            project,
            settings: settings.alembic.clone(),
            python: named.python.clone(),
            section: request.section,
            x: named.x.clone(),
        })))
    }
}

/// Finds Alembic's project. Where none is named, none is in the directory and no SQL either, the
/// places around the one where the command runs are looked at, and then the folders of the
/// directory, of which one may have it.
pub(in crate::cli) fn find(
    context: &Context,
    request: &Request,
    is_sql: bool,
) -> Result<Option<Project>, Error> {
    let there = Project::find(request)?;
    let is_named = request.variable.is_some() || !request.files.is_empty();
    if there.is_some() || is_named || is_sql {
        return Ok(there);
    }
    let within = |directory: PathBuf| {
        let request = Request {
            directory,
            ..request.clone()
        };
        Project::find(&request)
    };
    for place in nearby::around(&context.directory, &request.directory) {
        if let Some(project) = within(place)? {
            return Ok(Some(project));
        }
    }
    let mut found = Vec::new();
    for place in nearby::below(&request.directory) {
        found.extend(within(place)?);
    }
    if found.len() > 1 {
        let near = |it: &Project| {
            let near = it.configuration.strip_prefix(&request.directory);
            near.unwrap_or(&it.configuration).display().to_string()
        };
        return Err(Error::SeveralAlembics {
            configurations: found.iter().map(near).collect(),
        });
    }
    Ok(found.pop())
}

/// Which configuration is asked for: by an option, by Alembic's own variable, by our file.
pub(in crate::cli) fn request(
    context: &Context,
    directory: &Path,
    settings: &Settings,
    named: &Named,
) -> Request {
    let typed = named.config.iter().map(|path| context.directory.join(path));
    let variable = context.env.get(crate::alembic::project::VARIABLE);
    let configured = settings
        .alembic
        .config
        .iter()
        .map(|path| directory.join(path));
    let files: Vec<PathBuf> = match variable {
        None if named.config.is_empty() => configured.collect(),
        _ => typed.collect(),
    };
    Request {
        directory: directory.to_owned(),
        files,
        variable: variable.map(|path| context.directory.join(path)),
        section: named.name.clone().or_else(|| settings.alembic.name.clone()),
    }
}
