//! What `env.py` says of the version table, as far as that is known without running it: the
//! keywords of `context.configure(...)` that are strings.

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, ExprCall, Stmt};
use ruff_python_parser::parse_module;

use crate::alembic::script::literal::{Literal, Names, place};
use crate::migration::Source;
use crate::migration::error::Located;

/// The keywords that are looked for.
const KEYWORDS: [&str; 2] = ["version_table", "version_table_schema"];

/// What is said of a keyword.
#[derive(Debug)]
pub enum Said {
    /// This.
    Text(String),
    /// `None`.
    Nothing,
    /// Something that only Python can tell, and where.
    Unknown(Box<Located>),
}

/// What `source`, an `env.py`, says of the version table. One that is no Python says nothing.
pub fn read(source: &Source) -> Vec<(&'static str, Said)> {
    let Ok(module) = parse_module(&source.text) else {
        return Vec::new();
    };
    let module = module.into_syntax();
    let mut reader = Reader {
        source,
        names: constants(&module.body),
        said: Vec::new(),
    };
    reader.visit_body(&module.body);
    reader.said
}

/// The literals that the module gives names to.
fn constants(body: &[Stmt]) -> Names {
    let mut names = Names::new();
    for statement in body {
        if let Stmt::Assign(assign) = statement
            && let [Expr::Name(name)] = assign.targets.as_slice()
            && let Ok(value) = Literal::of(&assign.value, &names)
        {
            names.insert(name.id.to_string(), value);
        }
    }
    names
}

struct Reader<'s> {
    source: &'s Source,
    names: Names,
    said: Vec<(&'static str, Said)>,
}

impl<'s> Visitor<'s> for Reader<'_> {
    fn visit_expr(&mut self, expression: &'s Expr) {
        if let Expr::Call(call) = expression
            && is_configure(call)
        {
            self.take(call);
        }
        walk_expr(self, expression);
    }
}

impl Reader<'_> {
    fn take(&mut self, call: &ExprCall) {
        for keyword in &call.arguments.keywords {
            let name = keyword.arg.as_ref().map_or("", |name| name.as_str());
            let Some(name) = KEYWORDS.into_iter().find(|it| *it == name) else {
                continue;
            };
            let said = match Literal::of(&keyword.value, &self.names) {
                Ok(Literal::One(text)) => Said::Text(text),
                Ok(Literal::Nothing) => Said::Nothing,
                Ok(Literal::Several(_)) | Err(_) => Said::Unknown(Box::new(Located::new(
                    self.source,
                    &place(&keyword.value),
                    format!("`{name}` cannot be known without running the file"),
                    "here".to_owned(),
                    format!(
                        "say it in `townpass.toml`: `[alembic]`, `{} = \"...\"`",
                        name.replace('_', "-")
                    ),
                ))),
            };
            self.said.push((name, said));
        }
    }
}

/// Whether this is `context.configure(...)`, or `configure(...)` of something else.
fn is_configure(call: &ExprCall) -> bool {
    match &*call.func {
        Expr::Attribute(attribute) => attribute.attr.as_str() == "configure",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Said, read};
    use crate::migration::Source;

    #[test]
    fn only_what_is_written_down_is_known() {
        for (text, expected) in [
            ("context.configure(connection=c, target_metadata=m)", ""),
            (
                "TABLE = 'v'\ndef run():\n    with x() as c:\n        context.configure(\n            \
                 version_table=TABLE, version_table_schema='s')",
                "version_table=v version_table_schema=s",
            ),
            (
                "context.configure(version_table_schema=None)",
                "version_table_schema",
            ),
            (
                "context.configure(version_table=settings.table)",
                "version_table: `env.py:1:33`: `version_table` cannot be known without running the file",
            ),
            ("def (", ""),
        ] {
            let source = Source {
                path: "env.py".into(),
                text: text.into(),
            };
            let told = read(&source).into_iter().map(|(name, said)| match said {
                Said::Text(text) => format!("{name}={text}"),
                Said::Nothing => name.to_owned(),
                Said::Unknown(at) => format!("{name}: {at}"),
            });
            assert_eq!(told.collect::<Vec<_>>().join(" "), expected, "{text}");
        }
    }
}
