//! `op.bulk_insert`.

use crate::alembic::translate::construct::kind::Type;
use crate::alembic::translate::construct::table::{Table, Target};
use crate::alembic::translate::follow::arguments::{Argument, Arguments, Refusal};
use crate::alembic::translate::follow::value::Value;
use crate::alembic::translate::quote::list;
use crate::alembic::translate::quote::literal::typed;

/// `op.bulk_insert(…)`: a statement for each row.
pub(in crate::alembic::translate) fn bulk_insert(
    from: &mut Arguments,
) -> Result<Vec<String>, Refusal> {
    let argument = from.required("table")?;
    let Value::Table(table) = &argument.value else {
        return Err(argument.is_not("a table made of literals"));
    };
    let rows = from.required("rows")?;
    from.keyword("multiinsert");
    from.finish()?;
    let Value::List(elements) = &rows.value else {
        return Err(rows.is_not("a list of dictionaries"));
    };
    let mut names: Option<Vec<&str>> = None;
    let mut statements = Vec::with_capacity(elements.len());
    for element in elements {
        let Value::Dict(row) = element else {
            return Err(rows.is_not("a list of dictionaries"));
        };
        let mut given: Vec<&str> = row.iter().filter_map(|(name, _)| name.as_str()).collect();
        given.sort_unstable();
        match &names {
            None => names = Some(given),
            Some(first) if *first == given => {}
            Some(_) => {
                let why = "rows that do not all have the same columns";
                return Err(Refusal::new(rows.range, why));
            }
        }
        statements.push(insert(table, row, &rows)?);
    }
    Ok(statements)
}

fn insert(table: &Table, row: &[(Value, Value)], rows: &Argument) -> Result<String, Refusal> {
    let value_of = |name: &str| {
        let mut entries = row.iter().rev();
        entries.find(|(key, _)| key.as_str() == Some(name))
    };
    for (key, _) in row {
        let known = |it: &Target| key.as_str() == Some(&it.name);
        if !table.columns.iter().any(known) {
            let name = key.as_str().unwrap_or("?");
            return Err(Refusal::new(
                rows.range,
                format!("a value for `{name}`, which is no column of the table as it is given"),
            ));
        }
    }
    let mut names = Vec::new();
    let mut values = Vec::new();
    for target in &table.columns {
        let Some((_, value)) = value_of(&target.name) else {
            if target.filled_in {
                let why = format!("no value for `{}`, which Python fills in", target.name);
                return Err(Refusal::new(rows.range, why));
            }
            continue;
        };
        let Some(sql) = typed(value, target.kind.as_ref()) else {
            if matches!(value, Value::Unknown) {
                return Err(Refusal::told(rows.range));
            }
            let kind = target.kind.as_ref().map_or_else(String::new, Type::sql);
            return Err(Refusal::new(
                rows.range,
                format!("{} for `{}` {kind}", value.noun(), target.name),
            ));
        };
        names.push(target.name.as_str());
        values.push(sql);
    }
    if names.is_empty() {
        return Ok(format!("INSERT INTO {} DEFAULT VALUES", table.qualified()));
    }
    Ok(format!(
        "INSERT INTO {} ({}) VALUES ({})",
        table.qualified(),
        list(&names),
        values.join(", ")
    ))
}
