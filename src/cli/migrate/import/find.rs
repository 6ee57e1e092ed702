//! Which history is meant: as it was named, or as the files tell.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::Args;
use crate::alembic::Project;
use crate::cli::context::Context;
use crate::cli::migrate::kind::{self, Named};
use crate::cli::migrate::{Alembic, Kind, Workplace};
use crate::config::Settings;
use crate::config::file::File;
use crate::error::Error;
use crate::import::source::recognise;
use crate::import::{self, Folder, Tool, journal};
use crate::migration;

/// A history of another tool's.
pub(super) struct Found {
    pub(super) tool: Tool,
    /// Where its files are.
    pub(super) folder: PathBuf,
    /// What Alembic's configuration says, if it is Alembic's.
    pub(super) alembic: Option<Alembic>,
}

impl Found {
    /// The tool's own table, as SQL.
    pub(super) fn table(&self, args: &Args) -> Result<String, Error> {
        match (&self.alembic, &args.table) {
            (Some(alembic), None) => Ok(alembic.version_table()?.quoted()),
            (_, table) => Ok(journal::table(self.tool, table.as_deref())),
        }
    }
}

/// Finds it, though not in the folder `but`.
pub(super) fn find(
    context: &Context,
    workplace: &Workplace,
    args: &Args,
    but: Option<&Path>,
) -> Result<Found, Error> {
    match (args.tool, &args.folder) {
        (Some(Tool::Alembic), folder) => {
            let directory = folder.as_ref().map(|it| context.directory.join(it));
            match project(context, workplace, directory.as_deref())? {
                Some(alembic) => Ok(of_alembic(alembic)),
                None => Err(Error::NoAlembic {
                    directory: directory.unwrap_or_else(|| context.directory.clone()),
                }),
            }
        }
        (Some(tool), Some(folder)) => {
            let folder = context.directory.join(folder);
            if !folder.is_dir() {
                return Err(import::Error::NoFolder(folder).into());
            }
            Ok(Found {
                tool,
                folder,
                alembic: None,
            })
        }
        (Some(tool), None) => {
            let folders: Vec<PathBuf> = tool
                .usual_folders()
                .iter()
                .map(|it| workplace.home.join(it))
                .collect();
            for folder in &folders {
                if but != Some(folder) && recognised(folder)?.contains(&tool) {
                    return Ok(Found {
                        tool,
                        folder: folder.clone(),
                        alembic: None,
                    });
                }
            }
            Err(nothing(context, &folders))
        }
        (None, _) => by_files(context, workplace),
    }
}

/// By what is there.
fn by_files(context: &Context, workplace: &Workplace) -> Result<Found, Error> {
    let (mut found, mut looked) = usual(&workplace.home)?;
    // The verbs run a folder of both as it is, so that there is nothing to choose.
    let both = [Tool::Sqlx, Tool::GolangMigrate].map(|tool| found.get(&tool));
    if both == [Some(&workplace.migrations); 2] {
        found.remove(&Tool::GolangMigrate);
    }
    let alembic = project(context, workplace, None)?;
    if let Some(alembic) = &alembic {
        found.insert(Tool::Alembic, alembic.project.folder.clone());
    }
    let mut all = found.into_iter();
    match (all.next(), all.next()) {
        (None, _) => {
            looked.push(workplace.home.join("alembic.ini"));
            Err(nothing(context, &looked))
        }
        (Some((tool, folder)), None) => Ok(Found {
            tool,
            folder,
            alembic,
        }),
        (Some(first), Some(second)) => {
            let all = [first, second].into_iter().chain(all);
            Err(import::Error::Several {
                found: listed(context, all),
            }
            .into())
        }
    }
}

/// What is in the folders below `home` where histories usually are, and which these are.
fn usual(home: &Path) -> Result<(BTreeMap<Tool, PathBuf>, Vec<PathBuf>), Error> {
    let mut found = BTreeMap::new();
    let mut looked = Vec::new();
    for tool in Tool::ALL {
        for folder in tool.usual_folders() {
            let folder = home.join(folder);
            if !looked.contains(&folder) {
                for tool in recognised(&folder)? {
                    found.entry(tool).or_insert_with(|| folder.clone());
                }
                looked.push(folder);
            }
        }
    }
    Ok((found, looked))
}

/// A history that is none of ours yet.
#[derive(Debug)]
pub(in crate::cli) struct Theirs {
    /// Whose it may be.
    pub(in crate::cli) tools: Vec<Tool>,
    /// Where its files are, from the directory that was looked at.
    pub(in crate::cli) folder: PathBuf,
}

/// The history of another tool in one of the folders of `home` where they usually are. What sqlx
/// reads is ours, and Alembic's is looked for elsewhere.
pub(in crate::cli) fn theirs(home: &Path) -> Result<Option<Theirs>, Error> {
    let (mut found, _) = usual(home)?;
    found.retain(|tool, _| !matches!(tool, Tool::Sqlx | Tool::GolangMigrate));
    let Some(folder) = found.values().next().cloned() else {
        return Ok(None);
    };
    found.retain(|_, it| *it == folder);
    Ok(Some(Theirs {
        tools: found.into_keys().collect(),
        folder: folder.strip_prefix(home).unwrap_or(&folder).to_owned(),
    }))
}

/// Adds to an answer that there is no folder of ours which histories of other tools are in `home`.
pub(in crate::cli) fn told_by_files<T>(
    context: &Context,
    home: &Path,
    answered: Result<T, Error>,
) -> Result<T, Error> {
    let Err(Error::Migration(migration::Error::NoDirectory(absent))) = answered else {
        return answered;
    };
    // What cannot be read says nothing of what is missing.
    let found = usual(home).map(|(found, _)| found).unwrap_or_default();
    if found.is_empty() {
        return Err(migration::Error::NoDirectory(absent).into());
    }
    Err(import::Error::Elsewhere {
        absent,
        found: listed(context, found),
    }
    .into())
}

fn listed(
    context: &Context,
    found: impl IntoIterator<Item = (Tool, PathBuf)>,
) -> Vec<(Tool, String)> {
    let told = |(tool, folder): (Tool, PathBuf)| (tool, shown(context, &folder));
    found.into_iter().map(told).collect()
}

/// The tools of a folder; none where it is not there.
fn recognised(folder: &Path) -> Result<Vec<Tool>, Error> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    Ok(recognise::tools(&Folder::read(folder)?)
        .into_iter()
        .collect())
}

/// Alembic's project, in `directory` if one was named.
pub(super) fn project(
    context: &Context,
    workplace: &Workplace,
    directory: Option<&Path>,
) -> Result<Option<Alembic>, Error> {
    let python = match (&workplace.kind, directory) {
        (Kind::Alembic(alembic), None) => {
            return Ok(Some(Alembic::clone(alembic)));
        }
        (Kind::Alembic(alembic), Some(_)) => alembic.python.clone(),
        (Kind::Sql, _) => workplace.python.clone(),
    };
    let settings = Settings::resolve(context.flags(), File::read(&workplace.home)?);
    let named = Named::default();
    let mut request = kind::request(context, &workplace.home, &settings, &named);
    let section = request.section.clone();
    let project = match directory {
        Some(directory) => {
            request.files.clear();
            directory.clone_into(&mut request.directory);
            Project::find(&request)?
        }
        None => kind::find(context, &request, false)?,
    };
    Ok(project.map(|project| Alembic {
        project,
        settings: settings.alembic,
        python,
        section,
        x: Vec::new(),
    }))
}

fn of_alembic(alembic: Alembic) -> Found {
    Found {
        tool: Tool::Alembic,
        folder: alembic.project.folder.clone(),
        alembic: Some(alembic),
    }
}

fn nothing(context: &Context, looked: &[PathBuf]) -> Error {
    import::Error::Nothing {
        looked: looked.iter().map(|it| shown(context, it)).collect(),
    }
    .into()
}

/// A path as it would be typed here.
pub(super) fn shown(context: &Context, path: &Path) -> String {
    let path = path.strip_prefix(&context.directory).unwrap_or(path);
    path.display().to_string()
}
