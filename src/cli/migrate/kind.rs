//! Which kind of history a project has: a folder of SQL, or Alembic's.
//!
//! Who names one has it. Where nobody does, the files tell: SQL in the folder of the migrations, or
//! else Alembic's configuration. Where both are there, the SQL is taken, and that is said.

use std::path::{Path, PathBuf};

use super::alembic::{Alembic, python};
use crate::alembic::Project;
use crate::alembic::project::Request;
use crate::cli::context::Context;
use crate::config::{HistoryKind, Settings};
use crate::error::Error;
use crate::migration::Directory;

/// Alembic's own options, which stand before the verb as they do there.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Named {
    /// Alembic's configuration: an alembic.ini, a pyproject.toml, or one of each
    #[arg(short, long, value_name = "FILE")]
    config: Vec<PathBuf>,
    /// Section of alembic.ini, in place of its own
    #[arg(short, long, value_name = "SECTION")]
    name: Option<String>,
    #[command(flatten)]
    python: python::Options,
}

/// The kind of a history.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A folder of SQL.
    Sql,
    /// Alembic's.
    Alembic(Box<Alembic>),
}

impl Named {
    /// Which Python is meant.
    pub(crate) fn python(&self) -> python::Options {
        self.python.clone()
    }
}

impl Kind {
    /// Finds it for the project in `directory`.
    pub(crate) fn of(
        context: &Context,
        directory: &Path,
        settings: &Settings,
        named: &Named,
    ) -> Result<Self, Error> {
        let said = if named.config.is_empty() && named.name.is_none() {
            settings.history
        } else {
            Some(HistoryKind::Alembic)
        };
        if said == Some(HistoryKind::Sql) {
            return Ok(Self::Sql);
        }
        let request = request(context, directory, settings, named);
        let is_sql = said.is_none() && Directory::is_begun(&directory.join(&settings.migrations));
        let found = match Project::find(&request) {
            // What is wrong with the files of the other kind is no matter.
            Err(_) if is_sql => return Ok(Self::Sql),
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
        })))
    }
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
