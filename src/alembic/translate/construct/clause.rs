//! Expressions of SQL: what `sa.text`, `sa.func` and their like make.

use crate::alembic::translate::construct::kind::Type;
use crate::alembic::translate::follow::value::Value;
use crate::alembic::translate::quote::ident;
use crate::alembic::translate::quote::literal;

/// An expression, rendered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::alembic::translate) struct Clause {
    /// It.
    pub(in crate::alembic::translate) sql: String,
    /// What an operator class is looked up by, when it stands in an index.
    pub(in crate::alembic::translate) key: Option<String>,
    /// What made it.
    pub(in crate::alembic::translate) origin: Origin,
    /// The type of a column that was given one.
    pub(in crate::alembic::translate) kind: Option<Type>,
}

/// What made an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::alembic::translate) enum Origin {
    /// `sa.text`.
    Text,
    /// `sa.column` or `sa.literal_column`.
    Column,
    /// Anything else.
    Expression,
}

impl Clause {
    /// Literal SQL.
    pub(in crate::alembic::translate) fn text(sql: String) -> Self {
        Self {
            key: Some(sql.clone()),
            sql,
            origin: Origin::Text,
            kind: None,
        }
    }

    /// A column, by its name.
    pub(in crate::alembic::translate) fn column(name: &str) -> Self {
        Self {
            sql: ident(name),
            key: Some(name.to_owned()),
            origin: Origin::Column,
            kind: None,
        }
    }

    /// `sa.literal_column`.
    pub(in crate::alembic::translate) fn literal_column(sql: String) -> Self {
        Self {
            key: Some(sql.clone()),
            sql,
            origin: Origin::Column,
            kind: None,
        }
    }

    /// Anything else.
    pub(in crate::alembic::translate) fn expression(sql: String) -> Self {
        Self {
            sql,
            key: None,
            origin: Origin::Expression,
            kind: None,
        }
    }
}

/// `sa.func.NAME(…)`; `None` if an argument is not one that a function may have here.
pub(in crate::alembic::translate) fn function(name: &str, arguments: &[Value]) -> Option<Clause> {
    let standard = match name.to_ascii_lowercase().as_str() {
        "current_date" | "current_time" | "current_timestamp" | "current_user" | "localtime"
        | "localtimestamp" | "session_user" | "user" => Some(name.to_ascii_uppercase()),
        _ => None,
    };
    match standard {
        Some(sql) if arguments.is_empty() => return Some(Clause::expression(sql)),
        Some(_) => return None,
        None => {}
    }
    let plain = |it: char| it.is_ascii_alphanumeric() || it == '_' || it == '$';
    let shown = if name.chars().all(plain) {
        name.to_owned()
    } else {
        ident(name)
    };
    let rendered: Option<Vec<String>> = arguments.iter().map(argument).collect();
    Some(Clause::expression(format!(
        "{shown}({})",
        rendered?.join(", ")
    )))
}

fn argument(value: &Value) -> Option<String> {
    match value {
        Value::Clause(clause) => Some(clause.sql.clone()),
        _ => literal::plain(value),
    }
}

#[cfg(test)]
mod tests {
    use super::{Clause, function};
    use crate::alembic::translate::follow::value::Value;

    #[test]
    fn functions() {
        let column = Value::Clause(Clause::column("Name"));
        for (name, arguments, sql) in [
            ("now", &[][..], Some("now()")),
            ("current_timestamp", &[], Some("CURRENT_TIMESTAMP")),
            ("CURRENT_DATE", &[], Some("CURRENT_DATE")),
            ("lower", &[column], Some("lower(\"Name\")")),
            ("timezone", &[Value::text("utc")], Some("timezone('utc')")),
            (
                "round",
                &[Value::Int(3), Value::None],
                Some("round(3, NULL)"),
            ),
            ("f", &[Value::Connection], None),
        ] {
            let made = function(name, arguments).map(|it| it.sql);
            assert_eq!(made.as_deref(), sql, "{name}");
        }
    }
}
