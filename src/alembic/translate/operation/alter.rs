//! Tables and columns that are changed.

use crate::alembic::translate::construct::column::server_default;
use crate::alembic::translate::construct::identity::Identity;
use crate::alembic::translate::construct::vocabulary::as_type;
use crate::alembic::translate::follow::arguments::{Argument, Arguments, Refusal};
use crate::alembic::translate::follow::value::Value;
use crate::alembic::translate::operation::create_table::{
    FOREIGN_PREFIXES, attached, comment_of, index_of, numbers_itself_alone, type_check, with_checks,
};
use crate::alembic::translate::operation::{Scene, Subject};
use crate::alembic::translate::quote::{ident, qualified, string};

/// `op.add_column(…)`.
pub(in crate::alembic::translate) fn add_column(
    from: &mut Arguments,
    subject: &Subject<'_>,
    scene: &Scene<'_>,
) -> Result<Vec<String>, Refusal> {
    let name = subject.table(from, "table_name")?;
    let argument = from.required("column")?;
    let Value::Column(column) = &argument.value else {
        return Err(argument.is_not("a column"));
    };
    let schema = subject.schema(from)?;
    let if_not_exists = from.keyword_bool("if_not_exists")?.unwrap_or(false);
    for unknown in ["inline_references", "inline_primary_key"] {
        if let Some(argument) = from.keyword(unknown)
            && argument.value.truth() != Some(false)
        {
            return Err(Refusal::new(
                argument.range,
                format!("the argument `{unknown}` is not known"),
            ));
        }
    }
    subject.drop_placement(from);
    from.finish()?;
    let table = qualified(schema.as_deref(), &name);
    let numbered = numbers_itself_alone(column)?;
    let mut statements = vec![format!(
        "ALTER TABLE {table} ADD COLUMN {}{}",
        if if_not_exists { "IF NOT EXISTS " } else { "" },
        with_checks(column, numbered, scene)?
    )];
    for constraint in attached(column) {
        let sql = constraint.sql(scene.naming, &column.place)?;
        statements.push(format!("ALTER TABLE {table} ADD {sql}"));
    }
    statements.extend(index_of(column, &name, schema.as_deref(), scene)?);
    statements.extend(comment_of(column, &table));
    Ok(statements)
}

/// `op.drop_column(…)`.
pub(in crate::alembic::translate) fn drop_column(
    from: &mut Arguments,
    subject: &Subject<'_>,
) -> Result<String, Refusal> {
    let table = subject.table(from, "table_name")?;
    let column = from.string("column_name")?;
    let schema = subject.schema(from)?;
    let if_exists = from.keyword_bool("if_exists")?.unwrap_or(false);
    from.drop_prefixed(&FOREIGN_PREFIXES);
    from.finish()?;
    Ok(format!(
        "ALTER TABLE {} DROP COLUMN {}{}",
        qualified(schema.as_deref(), &table),
        if if_exists { "IF EXISTS " } else { "" },
        ident(&column)
    ))
}

/// `op.rename_table(…)`.
pub(in crate::alembic::translate) fn rename_table(from: &mut Arguments) -> Result<String, Refusal> {
    let old = from.string("old_table_name")?;
    let new = from.string("new_table_name")?;
    let schema = from.schema()?;
    from.finish()?;
    Ok(format!(
        "ALTER TABLE {} RENAME TO {}",
        qualified(schema.as_deref(), &old),
        ident(&new)
    ))
}

/// `op.create_table_comment(…)`.
pub(in crate::alembic::translate) fn create_table_comment(
    from: &mut Arguments,
    subject: &Subject<'_>,
) -> Result<String, Refusal> {
    let table = subject.table(from, "table_name")?;
    let comment = from.string("comment")?;
    from.keyword("existing_comment");
    let schema = subject.schema(from)?;
    from.finish()?;
    Ok(format!(
        "COMMENT ON TABLE {} IS {}",
        qualified(schema.as_deref(), &table),
        string(&comment)
    ))
}

/// `op.drop_table_comment(…)`.
pub(in crate::alembic::translate) fn drop_table_comment(
    from: &mut Arguments,
    subject: &Subject<'_>,
) -> Result<String, Refusal> {
    let table = subject.table(from, "table_name")?;
    from.keyword("existing_comment");
    let schema = subject.schema(from)?;
    from.finish()?;
    Ok(format!(
        "COMMENT ON TABLE {} IS NULL",
        qualified(schema.as_deref(), &table)
    ))
}

/// `op.drop_table(…)`.
pub(in crate::alembic::translate) fn drop_table(from: &mut Arguments) -> Result<String, Refusal> {
    let table = from.string("table_name")?;
    let schema = from.schema()?;
    let if_exists = from.keyword_bool("if_exists")?.unwrap_or(false);
    for ignored in ["comment", "info", "prefixes"] {
        from.keyword(ignored);
    }
    from.drop_prefixed(&FOREIGN_PREFIXES);
    from.drop_prefixed(&["postgresql_"]);
    from.finish()?;
    Ok(format!(
        "DROP TABLE {}{}",
        if if_exists { "IF EXISTS " } else { "" },
        qualified(schema.as_deref(), &table)
    ))
}

/// `op.alter_column(…)`.
pub(in crate::alembic::translate) fn alter_column(
    from: &mut Arguments,
    subject: &Subject<'_>,
    scene: &Scene<'_>,
) -> Result<Vec<String>, Refusal> {
    let at = Argument::at(from.range);
    let name = subject.table(from, "table_name")?;
    let column = from.string("column_name")?;
    let schema = subject.schema(from)?;
    let table = qualified(schema.as_deref(), &name);
    let alter = format!("ALTER TABLE {table} ALTER COLUMN {}", ident(&column));
    let mut statements = Vec::new();

    let kind = |argument: Option<Argument>| match argument {
        Some(argument) if !matches!(argument.value, Value::None) => as_type(&argument).map(Some),
        Some(_) | None => Ok(None),
    };
    let existing = kind(from.keyword("existing_type"))?;
    let wanted = kind(from.keyword("type_"))?;
    let using = from.keyword("postgresql_using");
    if let Some(wanted) = &wanted {
        if let Some(check) = existing.and_then(|it| type_check(&column, &it)) {
            let Some(constraint) = &check.name else {
                let why = "the type it has brings a constraint without a name";
                return Err(Refusal::new(at.range, why));
            };
            let constraint = crate::alembic::translate::construct::constraint::final_name(
                constraint,
                scene.naming,
                &at,
            )?;
            statements.push(format!("ALTER TABLE {table} DROP CONSTRAINT {constraint}"));
        }
        let using = match using {
            Some(argument) => argument.into_optional_string()?,
            None => None,
        };
        let using = using.map_or_else(String::new, |it| format!(" USING {it}"));
        statements.push(format!("{alter} TYPE {}{using}", wanted.sql()));
    } else if let Some(using) = using.filter(|it| !matches!(it.value, Value::None)) {
        let why = "`postgresql_using` goes with `type_`";
        return Err(Refusal::new(using.range, why));
    }
    if let Some(nullable) = from.keyword_bool("nullable")? {
        let word = if nullable { "DROP" } else { "SET" };
        statements.push(format!("{alter} {word} NOT NULL"));
    }
    let existing_default = from.keyword("existing_server_default");
    if let Some(default) = from.keyword("server_default") {
        let change = change_of_default(&default, existing_default.as_ref())?;
        statements.extend(change.map(|it| format!("{alter} {it}")));
    }
    if let Some(comment) = from.keyword("comment")
        && !matches!(comment.value, Value::Bool(false))
    {
        let text = comment.into_optional_string()?;
        let text = text.map_or_else(|| "NULL".to_owned(), |it| string(&it));
        statements.push(format!(
            "COMMENT ON COLUMN {table}.{} IS {text}",
            ident(&column)
        ));
    }
    if let Some(new) = from.keyword_string("new_column_name")? {
        statements.push(format!(
            "ALTER TABLE {table} RENAME {} TO {}",
            ident(&column),
            ident(&new)
        ));
    }
    if let Some(check) = wanted.and_then(|it| type_check(&column, &it)) {
        let sql = check.sql(scene.naming, &at)?;
        statements.push(format!("ALTER TABLE {table} ADD {sql}"));
    }
    // What is there is no change; numbering by the column is MySQL's here.
    for ignored in [
        "existing_nullable",
        "existing_comment",
        "autoincrement",
        "existing_autoincrement",
    ] {
        from.keyword(ignored);
    }
    from.drop_prefixed(&FOREIGN_PREFIXES);
    subject.drop_placement(from);
    from.finish()?;
    Ok(statements)
}

/// What changes the default of a column; nothing where it is not to be changed.
fn change_of_default(
    default: &Argument,
    existing: Option<&Argument>,
) -> Result<Option<String>, Refusal> {
    let had = existing.map(|it| &it.value);
    let computed = |value: &Value| matches!(value, Value::Computed(_));
    if computed(&default.value) || had.is_some_and(computed) {
        let why = "a column cannot become or cease to be generated";
        return Err(Refusal::new(default.range, why));
    }
    let numbered: Option<&Identity> = match had {
        Some(Value::Identity(it)) => Some(it),
        _ => None,
    };
    Ok(match (&default.value, numbered) {
        (Value::Bool(false), _) => None,
        (Value::None, Some(_)) => Some("DROP IDENTITY".to_owned()),
        (Value::None, None) => Some("DROP DEFAULT".to_owned()),
        (Value::Identity(it), None) if had.is_some_and(|it| matches!(it, Value::None)) => {
            Some(format!("ADD {}", it.sql()))
        }
        (Value::Identity(_), None) => {
            let why = "whether it numbers itself already depends on the release of Alembic, unless \
                       `existing_server_default` is said: `None` where it does not";
            return Err(Refusal::new(default.range, why));
        }
        (Value::Identity(_), _) | (_, Some(_)) => {
            let why = "a column that numbers itself is to do so in another way";
            return Err(Refusal::new(default.range, why));
        }
        (_, None) => Some(format!("SET DEFAULT {}", server_default(default)?)),
    })
}
