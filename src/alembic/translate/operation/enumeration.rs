//! The types of enumerations, created and dropped.

use crate::alembic::translate::construct::column::Column;
use crate::alembic::translate::construct::kind::Enumeration;
use crate::alembic::translate::follow::arguments::{Arguments, Refusal};
use crate::alembic::translate::operation::Scene;
use crate::alembic::translate::quote::string;

/// The types that are created along with a table of `columns`, once in a run each.
pub(in crate::alembic::translate) fn created_with(
    columns: &[Column],
    scene: &mut Scene<'_>,
) -> Vec<String> {
    let mut statements = Vec::new();
    for it in columns
        .iter()
        .filter_map(|column| column.kind.enumeration())
    {
        if !it.native || !it.create_type {
            continue;
        }
        let key = (it.schema.clone(), it.name.clone().unwrap_or_default());
        if scene.memo.enumerations.insert(key) {
            statements.push(create_type(it));
        }
    }
    statements
}

fn create_type(it: &Enumeration) -> String {
    let labels: Vec<String> = it.labels.iter().map(|label| string(label)).collect();
    format!(
        "CREATE TYPE {} AS ENUM ({})",
        it.qualified(),
        labels.join(", ")
    )
}

/// `TYPE.create(op.get_bind(), …)`.
pub(in crate::alembic::translate) fn create(
    it: &Enumeration,
    from: &mut Arguments,
) -> Result<Option<String>, Refusal> {
    let Some(check_first) = checks_first(it, from)? else {
        return Ok(None);
    };
    let create = create_type(it);
    Ok(Some(if check_first {
        format!(
            "DO $townpass$\nBEGIN\n    IF NOT EXISTS ({}) THEN\n        {create};\n    END IF;\nEND\n$townpass$",
            exists(it)
        )
    } else {
        create
    }))
}

/// `TYPE.drop(op.get_bind(), …)`.
pub(in crate::alembic::translate) fn drop(
    it: &Enumeration,
    from: &mut Arguments,
) -> Result<Option<String>, Refusal> {
    let check_first = checks_first(it, from)?;
    let drop = |check| {
        if check {
            "DROP TYPE IF EXISTS"
        } else {
            "DROP TYPE"
        }
    };
    Ok(check_first.map(|check| format!("{} {}", drop(check), it.qualified())))
}

/// Whether it is first looked whether the type is there; `None` where there is no type at all.
fn checks_first(it: &Enumeration, from: &mut Arguments) -> Result<Option<bool>, Refusal> {
    let bind = from.required("bind")?;
    if !matches!(
        bind.value,
        crate::alembic::translate::follow::value::Value::Connection
    ) {
        return Err(bind.is_not("`op.get_bind()`"));
    }
    let check = from.optional_bool("checkfirst")?;
    from.finish()?;
    Ok(it.native.then(|| check.unwrap_or(it.of_dialect)))
}

/// What `SQLAlchemy` asks to see whether the type is there.
fn exists(it: &Enumeration) -> String {
    let name = string(it.name.as_deref().unwrap_or_default());
    let place = match &it.schema {
        Some(schema) => format!("n.nspname = {}", string(schema)),
        None => "pg_catalog.pg_type_is_visible(t.oid) AND n.nspname <> 'pg_catalog'".to_owned(),
    };
    format!(
        "SELECT FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace \
         WHERE t.typname = {name} AND {place}"
    )
}
