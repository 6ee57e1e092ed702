//! `init --fix-env-py`: tells Alembic's `env.py` of the project's models.

use super::proposal::Change;
use crate::alembic::project::models::{Base, Models};
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
    let project = Project::find(&request)?.ok_or_else(|| Error::NoAlembic {
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
        return Ok((Vec::new(), vec![fact("target", value)]));
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
    Ok((change.into_iter().collect(), facts))
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
