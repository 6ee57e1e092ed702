//! What `env.py` says of the models, and how it is told of them.
//!
//! `--autogenerate` compares the database with `target_metadata`. The file that Alembic makes sets
//! it to `None`, and it is left to a person to import the models there.

use std::ops::Range;

use ruff_python_ast::{Expr, Stmt};
use ruff_python_parser::parse_module;
use ruff_text_size::Ranged as _;

use crate::alembic::error::Error;
use crate::alembic::project::models::Base;
use crate::alembic::script::literal::place;
use crate::migration::Source;
use crate::migration::error::Located;

/// The name under which Alembic's own `env.py` passes the models on.
const TARGET: &str = "target_metadata";

/// `env.py`, read and never run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvPy {
    /// The file.
    pub source: Source,
    /// What it says of the models.
    pub target: Target,
    /// The modules that it imports.
    pub imports: Vec<String>,
}

/// What `env.py` says of the models.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// It sets them to `None`, here.
    Nothing(Range<usize>),
    /// It sets nothing, and its imports end here.
    Unset(usize),
    /// It sets them to this.
    Set(String),
}

impl EnvPy {
    /// Understands the file.
    pub fn parse(source: Source) -> Result<Self, Error> {
        let module = match parse_module(&source.text) {
            Ok(module) => module.into_syntax(),
            Err(error) => {
                let at = error.location.start().to_usize()..error.location.end().to_usize();
                let why = format!("this is no Python: {}", error.error);
                let help = "mend the file; Alembic cannot run it either".to_owned();
                let located = Located::new(&source, &at, why, "here".to_owned(), help);
                return Err(Error::Script(Box::new(located)));
            }
        };
        let mut target = None;
        let mut imports = Vec::new();
        let mut imports_end = 0;
        for statement in &module.body {
            let value = match statement {
                Stmt::Import(import) => {
                    imports.extend(import.names.iter().map(|it| it.name.to_string()));
                    imports_end = statement.range().end().to_usize();
                    continue;
                }
                Stmt::ImportFrom(import) => {
                    imports.extend(import.module.iter().map(ToString::to_string));
                    imports_end = statement.range().end().to_usize();
                    continue;
                }
                Stmt::Assign(assign) if assign.targets.iter().any(is_target) => {
                    Some(&*assign.value)
                }
                Stmt::AnnAssign(assign) if is_target(&assign.target) => assign.value.as_deref(),
                _ => None,
            };
            // The last one counts.
            target = match value {
                Some(Expr::NoneLiteral(_)) => Some(Target::Nothing(place(statement))),
                Some(value) => Some(Target::Set(source.text[place(value)].to_owned())),
                None => target,
            };
        }
        let target = target.unwrap_or_else(|| {
            // Set within a statement, or handed on as something else: not ours to change.
            let plain = source.text.matches(TARGET).count();
            let handed_on = source
                .text
                .matches("target_metadata=target_metadata")
                .count();
            if plain > 2 * handed_on {
                Target::Set("something else".to_owned())
            } else {
                Target::Unset(imports_end)
            }
        });
        Ok(Self {
            source,
            target,
            imports,
        })
    }

    /// The line on which it says so, counted from one.
    pub fn line(&self) -> usize {
        let at = match &self.target {
            Target::Nothing(at) => at.start,
            Target::Unset(at) => *at,
            Target::Set(_) => 0,
        };
        self.source.text[..at].matches('\n').count() + 1
    }

    /// The text with `base` as its target, and `models` imported, which define the tables. Nothing
    /// where it has a target already.
    pub fn wired(&self, base: &Base, models: &[String]) -> Option<String> {
        let ending = if self.source.text.contains("\r\n") {
            "\r\n"
        } else {
            "\n"
        };
        let mut lines = vec![format!("from {} import {}", base.module, base.name)];
        let others = models.iter().filter(|module| **module != base.module);
        lines.extend(others.map(|module| format!("import {module}  # noqa: F401")));
        lines.push(String::new());
        lines.push(format!("{TARGET} = {}", base.metadata));
        let lines = lines.join(ending);
        let text = &self.source.text;
        match &self.target {
            Target::Nothing(at) => Some(format!("{}{lines}{}", &text[..at.start], &text[at.end..])),
            Target::Unset(at) => {
                let (before, after) = text.split_at(*at);
                Some(format!("{before}{ending}{ending}{lines}{after}"))
            }
            Target::Set(_) => None,
        }
    }
}

fn is_target(expression: &Expr) -> bool {
    matches!(expression, Expr::Name(name) if name.id.as_str() == TARGET)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{EnvPy, Target};
    use crate::alembic::project::models::Base;
    use crate::migration::Source;

    fn env_py(text: &str) -> EnvPy {
        let source = Source {
            path: PathBuf::from("alembic/env.py"),
            text: text.into(),
        };
        EnvPy::parse(source).expect("it is Python")
    }

    fn base() -> Base {
        Base {
            module: "app.db".to_owned(),
            name: "Base".to_owned(),
            metadata: "Base.metadata".to_owned(),
        }
    }

    #[test]
    fn what_it_says_of_the_models_is_read() {
        for (text, set) in [
            ("target_metadata = None\n", false),
            ("target_metadata: object = None\n", false),
            ("target_metadata = Base.metadata\n", true),
            (
                "target_metadata = None\ntarget_metadata = Base.metadata\n",
                true,
            ),
            ("import alembic\n", false),
            (
                "context.configure(target_metadata=target_metadata)\n",
                false,
            ),
            ("context.configure(target_metadata=Base.metadata)\n", true),
            ("if True:\n    target_metadata = Base.metadata\n", true),
            (
                "# target_metadata is set below\ntarget_metadata = None\n",
                false,
            ),
        ] {
            let found = matches!(env_py(text).target, Target::Set(_));
            assert_eq!(found, set, "{text}");
        }
    }

    #[test]
    fn a_target_is_set_where_none_was() {
        let models = ["app.db".to_owned(), "app.models.user".to_owned()];
        let env = env_py(
            "from alembic import context\r\n\r\n# models\r\ntarget_metadata = None\r\nrun()\r\n",
        );
        assert_eq!(env.line(), 4);
        assert_eq!(
            env.wired(&base(), &models).as_deref(),
            Some(
                "from alembic import context\r\n\r\n# models\r\nfrom app.db import Base\r\nimport \
                 app.models.user  # noqa: F401\r\n\r\ntarget_metadata = Base.metadata\r\nrun()\r\n"
            )
        );
        let env = env_py("import os\nfrom alembic import context\nrun()\n");
        assert_eq!(
            env.wired(&base(), &[]).as_deref(),
            Some(
                "import os\nfrom alembic import context\n\nfrom app.db import Base\n\n\
                 target_metadata = Base.metadata\nrun()\n"
            )
        );
        assert_eq!(env_py("target_metadata = x\n").wired(&base(), &[]), None);
    }

    #[test]
    fn what_is_no_python_is_told_with_its_place() {
        let source = Source {
            path: PathBuf::from("alembic/env.py"),
            text: "def (:\n".into(),
        };
        let error = EnvPy::parse(source).expect_err("it is none");
        assert!(error.to_string().contains("this is no Python"), "{error}");
    }
}
