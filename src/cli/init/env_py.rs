//! `init --fix-env-py`: tells Alembic's `env.py` of the project's models.

use super::proposal::Change;
use crate::alembic::project::Request;
use crate::alembic::project::models::{Base, Models};
use crate::alembic::project::sys_path;
use crate::alembic::project::target_metadata::{EnvPy, Target};
use crate::alembic::{self, Project};
use crate::cli::context::Context;
use crate::cli::migrate::{Named, kind};
use crate::config::Settings;
use crate::config::file::File;
use crate::error::Error;
use crate::report::view::init::Fact;

/// What is to be changed, and what was found.
pub(super) fn changes(
    context: &Context,
    named: Option<&str>,
) -> Result<(Vec<Change>, Vec<Fact>), Error> {
    let settings = Settings::resolve(context.flags(), File::read(&context.directory)?);
    let request = kind::request(context, &context.directory, &settings, &Named::default());
    let project = kind::find(context, &request, false)?.ok_or_else(|| Error::NoAlembic {
        directory: context.directory.clone(),
    })?;
    let path = project.folder.join("env.py");
    let source = project
        .env_py()?
        .ok_or_else(|| alembic::Error::NoConfiguration(path.clone()))?;
    let env_py = EnvPy::parse(source)?;
    let fact = |what: &str, value: String| Fact {
        what: what.to_owned(),
        value,
    };
    if let Target::Set(target) = &env_py.target {
        let value = format!("{target}, set already");
        let changes = found_by_python(&project, &request, &env_py, &[])?;
        return Ok((changes, vec![fact("target", value)]));
    }
    let root = project.configuration.parent();
    let root = root.unwrap_or(&context.directory);
    let models = Models::read(root, &project.folder);
    let base = base(&models, named)?;
    let modules = models.of(&base);
    let facts = vec![
        fact("base", base.to_string()),
        fact("tables", modules.join(", ")),
    ];
    let after = env_py.wired(&base, &modules);
    let change = after.map(|after| Change {
        path,
        before: Some(env_py.source.text.to_string()),
        after,
    });
    let others = found_by_python(&project, &request, &env_py, &modules)?;
    Ok((change.into_iter().chain(others).collect(), facts))
}

/// What lets Python find the modules of the project that `env.py` imports, and `more`.
fn found_by_python(
    project: &Project,
    request: &Request,
    env_py: &EnvPy,
    more: &[String],
) -> Result<Vec<Change>, Error> {
    if !project.sys_path.is_empty() || env_py.source.text.contains("sys.path") {
        return Ok(Vec::new());
    }
    let root = project.configuration.parent();
    let root = root.unwrap_or(&request.directory);
    let mut modules = env_py.imports.iter().chain(more);
    let Some(place) = modules.find_map(|module| sys_path::home(root, module)) else {
        return Ok(Vec::new());
    };
    let section = request.section.as_deref().unwrap_or("alembic");
    let change = project.with_sys_path(section, place)?;
    let change = change.map(|(before, after)| Change {
        path: project.configuration.clone(),
        before: Some(before),
        after,
    });
    Ok(change.into_iter().collect())
}

/// The base that was named, or the only one there is.
fn base(models: &Models, named: Option<&str>) -> Result<Base, Error> {
    let mut bases = models.bases();
    if let Some(named) = named {
        let known = bases.iter().find(|it| it.to_string() == named).cloned();
        let parsed = || Base::named(named);
        return known.or_else(parsed).ok_or_else(|| Error::NotABase {
            named: named.to_owned(),
        });
    }
    match bases.len() {
        1 => Ok(bases.remove(0)),
        0 => Err(Error::NoBase),
        _ => Err(Error::SeveralBases {
            bases: bases.iter().map(ToString::to_string).collect(),
        }),
    }
}
