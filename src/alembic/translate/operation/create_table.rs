//! `op.create_table`, and what else comes with a table.

use std::fmt::Write as _;

use crate::alembic::translate::construct::column::{Column, ForeignKey};
use crate::alembic::translate::construct::constraint::{Check, Constraint, Deferral, Foreign, Key};
use crate::alembic::translate::construct::kind::Type;
use crate::alembic::translate::construct::table::Table;
use crate::alembic::translate::follow::arguments::{Argument, Arguments, Refusal};
use crate::alembic::translate::follow::value::{Text, Value};
use crate::alembic::translate::operation::Scene;
use crate::alembic::translate::operation::enumeration;
use crate::alembic::translate::operation::index::{self, Index};
use crate::alembic::translate::quote::{ident, list, qualified, string};

/// What other databases' arguments begin with.
pub(in crate::alembic::translate) const FOREIGN_PREFIXES: [&str; 5] =
    ["mysql_", "mariadb_", "sqlite_", "oracle_", "mssql_"];

/// `op.create_table(…)`.
pub(in crate::alembic::translate) fn create_table(
    from: &mut Arguments,
    scene: &mut Scene<'_>,
) -> Result<(Vec<String>, Value), Refusal> {
    let name = from.string("table_name")?;
    let mut columns: Vec<Column> = Vec::new();
    let mut constraints: Vec<(Constraint, Argument)> = Vec::new();
    for argument in from.rest() {
        match argument.value.clone() {
            Value::Column(it) => columns.push(*it),
            Value::Constraint(it) => {
                let is_key = |it: &Constraint| matches!(it, Constraint::Primary(_));
                if is_key(&it) && constraints.iter().any(|(it, _)| is_key(it)) {
                    return Err(Refusal::new(argument.range, "a second primary key"));
                }
                constraints.push((*it, argument));
            }
            _ => return Err(argument.is_not("a column or a constraint")),
        }
    }
    let schema = from.schema()?;
    let if_not_exists = from.keyword_bool("if_not_exists")?.unwrap_or(false);
    let comment = from.keyword_string("comment")?;
    let prefixes = match from.keyword("prefixes") {
        Some(argument) => argument.into_strings()?,
        None => Vec::new(),
    };
    let options = options(from)?;
    from.keyword("info");
    from.drop_prefixed(&FOREIGN_PREFIXES);
    from.finish()?;

    let schema = schema.as_deref();
    let key = PrimaryKey::take(&mut columns, &mut constraints)?;
    for column in &columns {
        let attached = attached(column);
        constraints.extend(attached.into_iter().map(|it| (it, column.place.clone())));
    }
    let mut lines = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        lines.push(with_checks(column, key.numbered == Some(at), scene)?);
    }
    if let Some((primary, at)) = &key.constraint {
        lines.push(primary.sql(scene.naming, at)?);
    }
    for (constraint, at) in &constraints {
        let left_out = match constraint {
            Constraint::Foreign(it) => it.link.use_alter,
            Constraint::Unique(it) => it.columns.is_empty(),
            Constraint::Primary(_) | Constraint::Check(_) | Constraint::Exclude(_) => false,
        };
        if !left_out {
            lines.push(constraint.sql(scene.naming, at)?);
        }
    }
    let mut sql = "CREATE ".to_owned();
    for prefix in &prefixes {
        let _ = write!(sql, "{prefix} ");
    }
    sql.push_str("TABLE ");
    if if_not_exists {
        sql.push_str("IF NOT EXISTS ");
    }
    let table = qualified(schema, &name);
    let body = if lines.is_empty() {
        "\n".to_owned()
    } else {
        format!("\n    {}\n", lines.join(",\n    "))
    };
    let _ = write!(sql, "{table} ({body}){options}");

    let mut statements = enumeration::created_with(&columns, scene);
    statements.push(sql);
    for column in &columns {
        statements.extend(index_of(column, &name, schema, scene)?);
    }
    if let Some(comment) = comment {
        statements.push(format!("COMMENT ON TABLE {table} IS {}", string(&comment)));
    }
    statements.extend(columns.iter().filter_map(|it| comment_of(it, &table)));
    let made = Table::created(&name, schema, &columns);
    Ok((statements, Value::Table(made)))
}

/// The primary key of a table.
struct PrimaryKey {
    constraint: Option<(Constraint, Argument)>,
    /// The column that numbers itself.
    numbered: Option<usize>,
}

impl PrimaryKey {
    /// Takes it out of `constraints`, or makes it of the columns that say they are.
    fn take(
        columns: &mut [Column],
        constraints: &mut Vec<(Constraint, Argument)>,
    ) -> Result<Self, Refusal> {
        let explicit = constraints
            .iter()
            .position(|(it, _)| matches!(it, Constraint::Primary(_)))
            .map(|at| constraints.remove(at));
        let names = match &explicit {
            Some((Constraint::Primary(key), _)) => key.columns.clone(),
            _ => columns
                .iter()
                .filter(|it| it.primary_key)
                .map(|it| it.name.clone())
                .collect(),
        };
        for column in columns.iter_mut() {
            if names.contains(&column.name) {
                column.join_primary_key();
            } else {
                column.leave_primary_key();
            }
        }
        let numbered = numbered(columns, &names, constraints)?;
        let constraint = match explicit {
            Some(it) if !names.is_empty() => Some(it),
            Some(_) => None,
            None if names.is_empty() => None,
            None => {
                let mut key = Key::bare(&names[0]);
                key.columns = names;
                if let Some(at) = numbered {
                    // The one that numbers itself comes first.
                    let first = columns[at].name.clone();
                    key.columns.retain(|it| *it != first);
                    key.columns.insert(0, first);
                }
                let at = columns.iter().find(|it| it.primary_key);
                at.map(|it| (Constraint::Primary(key), it.place.clone()))
            }
        };
        Ok(Self {
            constraint,
            numbered,
        })
    }
}

/// Which of the columns `names`, that are the primary key, numbers itself.
fn numbered(
    columns: &[Column],
    names: &[String],
    constraints: &[(Constraint, Argument)],
) -> Result<Option<usize>, Refusal> {
    let references = |column: &Column| {
        !column.foreign_keys.is_empty()
            || constraints.iter().any(|(it, _)| match it {
                Constraint::Foreign(it) => it.columns.contains(&column.name),
                _ => false,
            })
    };
    let in_key = |it: &&(usize, &Column)| names.contains(&it.1.name);
    let enumerated: Vec<(usize, &Column)> = columns.iter().enumerate().collect();
    let mut members = enumerated.iter().filter(in_key);
    if names.len() == 1 {
        let Some(&(at, column)) = members.next() else {
            return Ok(None);
        };
        let numbers_itself = column.may_number_itself(references(column))?;
        return Ok(numbers_itself.then_some(at));
    }
    let must = members.find(|(_, column)| column.must_number_itself());
    Ok(must.map(|(at, _)| *at))
}

/// A column that is added to a table by itself.
pub(in crate::alembic::translate) fn numbers_itself_alone(
    column: &Column,
) -> Result<bool, Refusal> {
    if !column.primary_key {
        return Ok(false);
    }
    column.may_number_itself(!column.foreign_keys.is_empty())
}

/// The definition of a column, with the conditions that stand in it.
pub(in crate::alembic::translate) fn with_checks(
    column: &Column,
    numbered: bool,
    scene: &Scene<'_>,
) -> Result<String, Refusal> {
    let mut sql = column.definition(numbered);
    for check in &column.checks {
        sql.push(' ');
        sql.push_str(&check.sql(scene.naming, &column.place)?);
    }
    Ok(sql)
}

/// The constraints that come with a column: that it is unique, what its type asks for, what it
/// references.
pub(in crate::alembic::translate) fn attached(column: &Column) -> Vec<Constraint> {
    let mut constraints = Vec::new();
    if column.unique && !column.index {
        constraints.push(Constraint::Unique(Key::bare(&column.name)));
    }
    constraints.extend(type_check(&column.name, &column.kind).map(Constraint::Check));
    let foreign = |it: &ForeignKey| {
        Constraint::Foreign(Foreign {
            name: it.name.clone(),
            columns: vec![column.name.clone()],
            schema: it.target.schema.clone(),
            table: it.target.table.clone(),
            targets: vec![it.target.column.clone()],
            link: it.link.clone(),
        })
    };
    constraints.extend(column.foreign_keys.iter().map(foreign));
    constraints
}

/// The condition that holds text to the values of an enumeration.
pub(in crate::alembic::translate) fn type_check(column: &str, kind: &Type) -> Option<Check> {
    let Type::Enumeration(it) = kind else {
        return None;
    };
    if it.native || !it.create_constraint {
        return None;
    }
    let labels: Vec<String> = it.labels.iter().map(|label| string(label)).collect();
    Some(Check {
        name: it.name.clone().map(|text| Text {
            text,
            last_word: false,
        }),
        condition: format!("{} IN ({})", ident(column), labels.join(", ")),
        not_valid: false,
        deferral: Deferral::default(),
    })
}

/// The index that a column asks for.
pub(in crate::alembic::translate) fn index_of(
    column: &Column,
    table: &str,
    schema: Option<&str>,
    scene: &Scene<'_>,
) -> Result<Option<String>, Refusal> {
    if !column.index {
        return Ok(None);
    }
    let index = Index::of_column(&column.name, table, schema, column.unique);
    index::create(&index, scene, &column.place).map(Some)
}

/// What says the comment of a column.
pub(in crate::alembic::translate) fn comment_of(column: &Column, table: &str) -> Option<String> {
    let comment = column.comment.as_ref()?;
    Some(format!(
        "COMMENT ON COLUMN {table}.{} IS {}",
        ident(&column.name),
        string(comment)
    ))
}

/// What PostgreSQL alone knows of tables.
fn options(from: &mut Arguments) -> Result<String, Refusal> {
    let mut sql = String::new();
    if let Some(inherits) = from.keyword("postgresql_inherits") {
        let names = match &inherits.value {
            Value::Str(it) => vec![it.text.clone()],
            _ => inherits.into_strings()?,
        };
        let _ = write!(sql, " INHERITS ({})", list(&names));
    }
    if let Some(by) = from.keyword_string("postgresql_partition_by")? {
        let _ = write!(sql, " PARTITION BY {by}");
    }
    if let Some(method) = from.keyword_string("postgresql_using")? {
        let _ = write!(sql, " USING {method}");
    }
    if let Some(with) = from.keyword("postgresql_with") {
        sql.push_str(&with_clause(&with)?);
    }
    if let Some(space) = from.keyword_string("postgresql_tablespace")? {
        let _ = write!(sql, " TABLESPACE {}", ident(&space));
    }
    Ok(sql)
}

/// `WITH (…)`, of a dictionary of parameters.
pub(in crate::alembic::translate) fn with_clause(argument: &Argument) -> Result<String, Refusal> {
    let Value::Dict(entries) = &argument.value else {
        return Err(argument.is_not("a dictionary"));
    };
    let mut parameters = Vec::new();
    for (name, value) in entries {
        let Some(name) = name.as_str() else {
            return Err(argument.is_not("a dictionary by names"));
        };
        parameters.push(match value {
            Value::None => name.to_owned(),
            Value::Bool(it) => format!("{name} = {it}"),
            Value::Int(it) => format!("{name} = {it}"),
            Value::Float(it) => format!(
                "{name} = {}",
                crate::alembic::translate::quote::literal::float(*it)
            ),
            Value::Str(it) => format!("{name} = {}", it.text),
            _ => return Err(argument.is_not("a dictionary of literals")),
        });
    }
    if parameters.is_empty() {
        return Ok(String::new());
    }
    Ok(format!(" WITH ({})", parameters.join(", ")))
}
