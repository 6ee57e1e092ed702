//! What the calls of `SQLAlchemy` make besides types.

pub(in crate::alembic::translate) mod clause;
pub(in crate::alembic::translate) mod column;
pub(in crate::alembic::translate) mod constraint;
pub(in crate::alembic::translate) mod exclude;
pub(in crate::alembic::translate) mod identity;
pub(in crate::alembic::translate) mod kind;
pub(in crate::alembic::translate) mod table;
pub(in crate::alembic::translate) mod vocabulary;

use crate::alembic::translate::construct::clause::{Clause, function};
use crate::alembic::translate::construct::column::{Column, ForeignKey};
use crate::alembic::translate::construct::constraint::{Constraint, condition};
use crate::alembic::translate::construct::exclude::Exclude;
use crate::alembic::translate::construct::identity::{Identity, Sequence};
use crate::alembic::translate::construct::kind::Family;
use crate::alembic::translate::construct::table::Table;
use crate::alembic::translate::construct::vocabulary::as_type;
use crate::alembic::translate::follow::arguments::{Argument, Arguments, Refusal};
use crate::alembic::translate::follow::value::Value;
use crate::alembic::translate::quote::ident;
use crate::alembic::translate::quote::literal;

/// What a call of `path` makes; `None` if that is not known. `path` is canonical.
pub(in crate::alembic::translate) fn make(
    path: &str,
    from: &mut Arguments,
) -> Option<Result<Value, Refusal>> {
    if path == "sqlalchemy.dialects.postgresql.ExcludeConstraint" {
        let made = Exclude::take(from);
        return Some(made.map(|it| Value::Constraint(Box::new(Constraint::Exclude(it)))));
    }
    let name = path.strip_prefix("sqlalchemy.")?;
    if let Some(function_name) = name.strip_prefix("func.") {
        return (!function_name.contains('.')).then(|| call(function_name, from));
    }
    let constraint =
        |made: Result<Constraint, Refusal>| made.map(|it| Value::Constraint(Box::new(it)));
    Some(match name {
        "Column" => Column::take(from).map(|it| Value::Column(Box::new(it))),
        "ForeignKey" => ForeignKey::take(from).map(Value::ForeignKey),
        "PrimaryKeyConstraint" => constraint(Constraint::primary(from)),
        "UniqueConstraint" => constraint(Constraint::unique(from)),
        "ForeignKeyConstraint" => constraint(Constraint::foreign(from)),
        "CheckConstraint" => constraint(Constraint::check(from)),
        "Identity" => Identity::take(from).map(Value::Identity),
        "Sequence" => Sequence::take(from).map(Value::Sequence),
        "Computed" => computed(from).map(Value::Computed),
        "FetchedValue" => from.finish().map(|()| Value::Fetched),
        "table" => Table::take(from).map(Value::Table),
        "CreateSequence" | "DropSequence" | "CreateSchema" | "DropSchema" => {
            ddl(name, from).map(Value::Ddl)
        }
        _ => clause(name, from)?.map(Value::Clause),
    })
}

fn clause(name: &str, from: &mut Arguments) -> Option<Result<Clause, Refusal>> {
    Some(match name {
        "text" => sql(from, "text").map(Clause::text),
        "literal_column" => literal_column(from),
        "column" => column(from),
        "true" | "false" => from.finish().map(|()| Clause::expression(name.to_owned())),
        "null" => from
            .finish()
            .map(|()| Clause::expression("NULL".to_owned())),
        "literal" => plain(from).map(Clause::expression),
        "cast" => cast(from).map(Clause::expression),
        "desc" | "asc" => ordered(name, from),
        _ => return None,
    })
}

/// `sa.func.NAME(…)`.
fn call(name: &str, from: &mut Arguments) -> Result<Value, Refusal> {
    let arguments: Vec<Argument> = from.rest();
    from.finish()?;
    let values: Vec<Value> = arguments.into_iter().map(|it| it.value).collect();
    function(name, &values).map(Value::Clause).ok_or_else(|| {
        let why = format!("arguments of `{name}` that are neither literals nor SQL");
        Refusal::new(from.range, why)
    })
}

fn sql(from: &mut Arguments, name: &str) -> Result<String, Refusal> {
    let argument = from.required(name)?;
    if !matches!(argument.value, Value::Str(_)) {
        return Err(argument.is_not("a literal string"));
    }
    let sql = condition(&argument)?;
    from.finish()?;
    Ok(sql)
}

fn literal_column(from: &mut Arguments) -> Result<Clause, Refusal> {
    let text = from.string("text")?;
    from.next("type_");
    from.finish()?;
    // Unlike `text`, it has no parameters.
    Ok(Clause::literal_column(text))
}

fn column(from: &mut Arguments) -> Result<Clause, Refusal> {
    let name = from.string("text")?;
    let kind = from.next("type_").map(|it| as_type(&it)).transpose()?;
    from.finish()?;
    Ok(Clause {
        kind,
        ..Clause::column(&name)
    })
}

fn plain(from: &mut Arguments) -> Result<String, Refusal> {
    let argument = from.required("value")?;
    from.finish()?;
    literal::plain(&argument.value).ok_or_else(|| argument.is_not("a literal"))
}

fn cast(from: &mut Arguments) -> Result<String, Refusal> {
    let expression = from.required("expression")?;
    let kind = as_type(&from.required("type_")?)?;
    from.finish()?;
    let sql = match &expression.value {
        Value::Clause(it) => Some(it.sql.clone()),
        // A literal is written as one of that type, and not every type has literals.
        value => match kind.family() {
            Family::Json | Family::Uuid | Family::Other => None,
            _ => literal::typed(value, Some(&kind)),
        },
    };
    let sql = sql.ok_or_else(|| expression.is_not("an SQL expression or a literal of the type"))?;
    Ok(format!("CAST({sql} AS {})", kind.sql()))
}

fn ordered(name: &str, from: &mut Arguments) -> Result<Clause, Refusal> {
    let argument = from.required("column")?;
    from.finish()?;
    let sql = match &argument.value {
        Value::Clause(it) => it.sql.clone(),
        // It is taken for a label, and is never quoted.
        Value::Str(it) => it.text.clone(),
        _ => return Err(argument.is_not("a column or its name")),
    };
    Ok(Clause::expression(format!("{sql} {}", name.to_uppercase())))
}

fn computed(from: &mut Arguments) -> Result<String, Refusal> {
    let sql = condition(&from.required("sqltext")?)?;
    let persisted = from.next("persisted");
    from.finish()?;
    let at = persisted.as_ref().map_or(from.range, |it| it.range);
    match persisted.map_or(Ok(None), Argument::into_bool)? {
        Some(true) => Ok(sql),
        Some(false) => Err(Refusal::new(at, "a generated column that is not stored")),
        None => Err(Refusal::new(
            at,
            "whether it is stored depends on the release of SQLAlchemy, unless `persisted` is said",
        )),
    }
}

fn ddl(name: &str, from: &mut Arguments) -> Result<String, Refusal> {
    let element = from.required("element")?;
    let guard = |from: &mut Arguments, name| from.keyword_bool(name).map(|it| it == Some(true));
    let if_exists = |said: bool| if said { "IF EXISTS " } else { "" };
    let sql = match (name, &element.value) {
        ("CreateSequence", Value::Sequence(it)) => {
            let if_not_exists = guard(from, "if_not_exists")?;
            it.create(if_not_exists)
        }
        ("DropSequence", Value::Sequence(it)) => {
            let guard = if_exists(guard(from, "if_exists")?);
            format!("DROP SEQUENCE {guard}{}", it.qualified())
        }
        ("CreateSchema", Value::Str(it)) => {
            let guard = guard(from, "if_not_exists")?;
            let guard = if guard { "IF NOT EXISTS " } else { "" };
            format!("CREATE SCHEMA {guard}{}", ident(&it.text))
        }
        ("DropSchema", Value::Str(it)) => {
            let cascade = guard(from, "cascade")?;
            let guard = if_exists(guard(from, "if_exists")?);
            let cascade = if cascade { " CASCADE" } else { "" };
            format!("DROP SCHEMA {guard}{}{cascade}", ident(&it.text))
        }
        _ => return Err(element.is_not("what is created or dropped")),
    };
    from.finish()?;
    Ok(sql)
}
