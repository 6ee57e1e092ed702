//! Indexes.

use std::fmt::Write as _;

use crate::alembic::translate::construct::constraint::{condition, final_name};
use crate::alembic::translate::follow::arguments::{Argument, Arguments, Refusal};
use crate::alembic::translate::follow::value::{Text, Value};
use crate::alembic::translate::operation::create_table::{FOREIGN_PREFIXES, with_clause};
use crate::alembic::translate::operation::{Scene, Subject};
use crate::alembic::translate::quote::{ident, list, qualified};

/// An index to create.
#[derive(Clone, Debug)]
pub(in crate::alembic::translate) struct Index {
    name: Text,
    table: String,
    schema: Option<String>,
    elements: Vec<String>,
    unique: bool,
    if_not_exists: bool,
    concurrently: bool,
    using: Option<String>,
    /// What comes after the elements.
    suffix: String,
}

impl Index {
    /// The one that a column asks for by `index=True`.
    pub(in crate::alembic::translate) fn of_column(
        column: &str,
        table: &str,
        schema: Option<&str>,
        unique: bool,
    ) -> Self {
        let within = schema.map_or_else(String::new, |it| format!("{it}_"));
        Self {
            name: Text {
                text: format!("ix_{within}{table}_{column}"),
                last_word: false,
            },
            table: table.to_owned(),
            schema: schema.map(str::to_owned),
            elements: vec![ident(column)],
            unique,
            if_not_exists: false,
            concurrently: false,
            using: None,
            suffix: String::new(),
        }
    }
}

/// `op.create_index(…)`.
pub(in crate::alembic::translate) fn create_index(
    from: &mut Arguments,
    subject: &Subject<'_>,
    scene: &Scene<'_>,
) -> Result<String, Refusal> {
    let at = Argument::at(from.range);
    let name = from.required("index_name")?;
    let Value::Str(name) = &name.value else {
        return Err(name.is_not("a literal name"));
    };
    let table = subject.table(from, "table_name")?;
    let columns = from.required("columns")?;
    let schema = subject.schema(from)?;
    let ops = match from.keyword("postgresql_ops") {
        Some(Argument {
            value: Value::Dict(entries),
            ..
        }) => entries,
        Some(argument) => return Err(argument.is_not("a dictionary")),
        None => Vec::new(),
    };
    let Some(elements) = columns.value.elements() else {
        return Err(columns.is_not("a list of columns"));
    };
    let elements: Option<Vec<String>> = elements.iter().map(|it| element(it, &ops)).collect();
    let elements = elements.ok_or_else(|| columns.is_not("a list of columns and literal SQL"))?;
    let index = Index {
        name: name.clone(),
        table,
        schema,
        elements,
        unique: from.keyword_bool("unique")?.unwrap_or(false),
        if_not_exists: from.keyword_bool("if_not_exists")?.unwrap_or(false),
        concurrently: from
            .keyword_bool("postgresql_concurrently")?
            .unwrap_or(false),
        using: from.keyword_string("postgresql_using")?,
        suffix: suffix(from)?,
    };
    from.drop_prefixed(&FOREIGN_PREFIXES);
    from.finish()?;
    create(&index, scene, &at)
}

/// What stands behind the elements of an index.
fn suffix(from: &mut Arguments) -> Result<String, Refusal> {
    let mut sql = String::new();
    if let Some(include) = from.keyword("postgresql_include")
        && !matches!(include.value, Value::None)
    {
        let names = include.into_strings()?;
        if !names.is_empty() {
            let _ = write!(sql, " INCLUDE ({})", list(&names));
        }
    }
    match from.keyword_bool("postgresql_nulls_not_distinct")? {
        Some(true) => sql.push_str(" NULLS NOT DISTINCT"),
        Some(false) => sql.push_str(" NULLS DISTINCT"),
        None => {}
    }
    if let Some(with) = from.keyword("postgresql_with") {
        sql.push_str(&with_clause(&with)?);
    }
    if let Some(space) = from.keyword_string("postgresql_tablespace")? {
        let _ = write!(sql, " TABLESPACE {}", ident(&space));
    }
    if let Some(argument) = from.keyword("postgresql_where")
        && !matches!(argument.value, Value::None)
    {
        let _ = write!(sql, " WHERE {}", condition(&argument)?);
    }
    Ok(sql)
}

fn element(value: &Value, ops: &[(Value, Value)]) -> Option<String> {
    let (sql, key) = match value {
        Value::Str(it) => (ident(&it.text), Some(it.text.as_str())),
        Value::Clause(it) => (it.sql.clone(), it.key.as_deref()),
        _ => return None,
    };
    let class = ops
        .iter()
        .find(|(name, _)| key.is_some() && name.as_str() == key);
    Some(match class {
        Some((_, class)) => format!("{sql} {}", class.as_str()?),
        None => sql,
    })
}

/// What creates `index`.
pub(in crate::alembic::translate) fn create(
    index: &Index,
    scene: &Scene<'_>,
    at: &Argument,
) -> Result<String, Refusal> {
    let name = final_name(&index.name, scene.naming, at)?;
    let word = |said: bool, word: &'static str| if said { word } else { "" };
    let using = match &index.using {
        Some(method) if is_word(method) => format!("USING {} ", method.to_lowercase()),
        Some(method) => {
            return Err(Refusal::new(
                at.range,
                format!("the access method `{method}`"),
            ));
        }
        None => String::new(),
    };
    Ok(format!(
        "CREATE {}INDEX {}{}{name} ON {} {using}({}){}",
        word(index.unique, "UNIQUE "),
        word(index.concurrently, "CONCURRENTLY "),
        word(index.if_not_exists, "IF NOT EXISTS "),
        qualified(index.schema.as_deref(), &index.table),
        index.elements.join(", "),
        index.suffix,
    ))
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|it| it.is_alphanumeric() || it == '_')
}

/// `op.drop_index(…)`.
pub(in crate::alembic::translate) fn drop_index(
    from: &mut Arguments,
    subject: &Subject<'_>,
    scene: &Scene<'_>,
) -> Result<String, Refusal> {
    let at = Argument::at(from.range);
    let name = from.required("index_name")?;
    let Value::Str(name) = &name.value else {
        return Err(name.is_not("a literal name"));
    };
    if subject.batch.is_none() {
        from.optional_string("table_name")?;
    }
    let schema = subject.schema(from)?;
    let if_exists = from.keyword_bool("if_exists")?.unwrap_or(false);
    let concurrently = from
        .keyword_bool("postgresql_concurrently")?
        .unwrap_or(false);
    // What else an index may have been created with, which dropping does not ask for.
    from.drop_prefixed(&FOREIGN_PREFIXES);
    from.drop_prefixed(&["postgresql_"]);
    from.keyword("unique");
    from.finish()?;
    let name = final_name(name, scene.naming, &at)?;
    let within = schema.map_or_else(String::new, |it| format!("{}.", ident(&it)));
    Ok(format!(
        "DROP INDEX {}{}{within}{name}",
        if concurrently { "CONCURRENTLY " } else { "" },
        if if_exists { "IF EXISTS " } else { "" },
    ))
}
