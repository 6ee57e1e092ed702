//! What an Alembic project's files tell, and what could run it. Nothing is run.

use std::path::Path;

use crate::alembic::project::target_metadata::{EnvPy, Target};
use crate::alembic::python::{Runner, runner, search};
use crate::alembic::{Project, VersionTable, history::versions, project::env_py};
use crate::cli::context::Context;
use crate::cli::migrate::{Named, kind};
use crate::config::{HistoryKind, Settings};
use crate::doctor::Trouble;
use crate::doctor::evidence::{Alembic, AlembicHistory, Models};
use crate::migration::Directory;

/// The project in `directory`, if it is one of Alembic's, and the table that says where its
/// database stands.
pub(super) fn read(
    context: &Context,
    directory: &Path,
    settings: &Settings,
) -> (Alembic, VersionTable) {
    let usual = VersionTable::default();
    if settings.history == Some(HistoryKind::Sql) {
        return (Alembic::Absent, usual);
    }
    let request = kind::request(context, directory, settings, &Named::default());
    let is_sql = Directory::is_begun(&directory.join(&settings.migrations));
    let project = match kind::find(context, &request, is_sql) {
        Ok(Some(project)) => project,
        Ok(None) => return (Alembic::Absent, usual),
        Err(error) => return (Alembic::Broken(Trouble::of(&error)), usual),
    };
    let (history, faults) = match versions::survey(&project) {
        Ok(found) => found,
        Err(error) => return (Alembic::Broken(Trouble::of(&error)), usual),
    };
    let heads = history.graph().heads();
    let mut names: Vec<String> = heads.iter().map(|&it| history.id(it).to_owned()).collect();
    names.sort();
    let read = Alembic::Read {
        configuration: near(directory, &project.configuration),
        history: AlembicHistory {
            ids: history.revisions().map(|(_, it)| it.id.clone()).collect(),
            labelled: heads
                .iter()
                .all(|&it| history.graph().labels(it).next().is_some()),
            heads: names,
            faults: faults.iter().map(|it| Trouble::of(it)).collect(),
        },
        models: models(directory, &project),
        runner: runner_of(context, directory, &project),
    };
    (read, version_table(&project, settings).unwrap_or(usual))
}

fn models(directory: &Path, project: &Project) -> Models {
    let path = near(directory, &project.folder.join("env.py"));
    let env_py = match project.env_py() {
        Ok(Some(source)) => EnvPy::parse(source),
        Ok(None) => return Models::NoEnvPy(path),
        Err(error) => Err(error),
    };
    match env_py {
        Ok(env_py) => match &env_py.target {
            Target::Set(target) => Models::Set(target.clone()),
            Target::Nothing(_) | Target::Unset(_) => {
                Models::Unset(format!("{path}:{}", env_py.line()))
            }
        },
        Err(error) => Models::Broken(Trouble::of(&error)),
    }
}

/// The table as `townpass.toml` or `env.py` names it; nothing where only Python could tell.
fn version_table(project: &Project, settings: &Settings) -> Option<VersionTable> {
    let said = project.env_py().ok().flatten();
    let said = said.map(|source| env_py::read(&source)).unwrap_or_default();
    let alembic = settings.alembic.clone();
    VersionTable::of(alembic.version_table, alembic.version_table_schema, said).ok()
}

/// What would run Alembic on this machine.
fn runner_of(
    context: &Context,
    directory: &Path,
    project: &Project,
) -> Result<String, Vec<String>> {
    let beside = project.configuration.parent().unwrap_or(directory);
    let looks = search::on_this_machine(beside, directory, &context.env.search_path());
    match runner::first(&looks) {
        Some(Runner::Command(words)) => Ok(words.join(" ")),
        Some(other) => Ok(other.to_string()),
        None => Err(looks.iter().map(ToString::to_string).collect()),
    }
}

/// A path as it is seen from the project's directory.
fn near(directory: &Path, path: &Path) -> String {
    let near = path.strip_prefix(directory).unwrap_or(path);
    near.display().to_string()
}
