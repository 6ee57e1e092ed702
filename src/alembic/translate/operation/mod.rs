//! The directives of `op`.

pub(in crate::alembic::translate) mod alter;
pub(in crate::alembic::translate) mod batch;
pub(in crate::alembic::translate) mod create_table;
pub(in crate::alembic::translate) mod enumeration;
pub(in crate::alembic::translate) mod index;
pub(in crate::alembic::translate) mod insert;

use crate::alembic::translate::construct::clause::Origin;
use crate::alembic::translate::construct::constraint::{
    Check, Constraint, Foreign, Key, Link, condition, final_name, parameter,
};
use crate::alembic::translate::construct::exclude::Exclude;
use crate::alembic::translate::follow::arguments::{Argument, Arguments, Refusal};
use crate::alembic::translate::follow::value::Value;
use crate::alembic::translate::operation::batch::Batch;
use crate::alembic::translate::operation::create_table::{FOREIGN_PREFIXES, create_table};
use crate::alembic::translate::operation::insert::bulk_insert;
use crate::alembic::translate::quote::qualified;
use crate::alembic::translate::quote::text::literal_sql;
use crate::alembic::translate::{Memo, Naming};

/// What directives depend on besides their arguments.
pub(in crate::alembic::translate) struct Scene<'m> {
    pub(in crate::alembic::translate) naming: Naming,
    pub(in crate::alembic::translate) memo: &'m mut Memo,
}

/// What a directive is for: a table that it names, or that of the block it stands in.
pub(in crate::alembic::translate) struct Subject<'b> {
    pub(in crate::alembic::translate) batch: Option<&'b Batch>,
}

impl Subject<'_> {
    /// The table: of the block, or the argument `name`.
    pub(in crate::alembic::translate) fn table(
        &self,
        from: &mut Arguments,
        name: &str,
    ) -> Result<String, Refusal> {
        match self.batch {
            Some(batch) => Ok(batch.table.clone()),
            None => from.string(name),
        }
    }

    /// The schema of the table.
    pub(in crate::alembic::translate) fn schema(
        &self,
        from: &mut Arguments,
    ) -> Result<Option<String>, Refusal> {
        match self.batch {
            Some(batch) => Ok(batch.schema.clone()),
            None => from.schema(),
        }
    }

    /// Where a column is to stand, which only matters where the table is made anew.
    pub(in crate::alembic::translate) fn drop_placement(&self, from: &mut Arguments) {
        if self.batch.is_some() {
            from.keyword("insert_before");
            from.keyword("insert_after");
        }
    }
}

/// What a directive makes.
pub(in crate::alembic::translate) struct Made {
    pub(in crate::alembic::translate) statements: Vec<String>,
    pub(in crate::alembic::translate) value: Value,
    /// Whether it is run at once, though it stands in a block of a table.
    pub(in crate::alembic::translate) at_once: bool,
}

/// Follows the directive `name`; `None` if there is none of that name.
pub(in crate::alembic::translate) fn follow(
    name: &str,
    mut from: Arguments,
    batch: Option<&Batch>,
    scene: &mut Scene<'_>,
) -> Option<Result<Made, Refusal>> {
    let from = &mut from;
    let subject = &Subject { batch };
    let of_table = |made: Result<String, Refusal>| made.map(|it| vec![it]);
    let statements = match (name, batch) {
        ("create_table", None) => {
            return Some(create_table(from, scene).map(|(statements, value)| Made {
                statements,
                value,
                at_once: false,
            }));
        }
        ("drop_table", None) => of_table(alter::drop_table(from)),
        ("rename_table", None) => of_table(alter::rename_table(from)),
        ("bulk_insert", None) => bulk_insert(from),
        ("execute", _) => {
            return Some(execute(from).map(|sql| Made {
                statements: sql.into_iter().collect(),
                value: Value::None,
                at_once: true,
            }));
        }
        ("add_column", _) => alter::add_column(from, subject, scene),
        ("drop_column", _) => of_table(alter::drop_column(from, subject)),
        ("alter_column", _) => alter::alter_column(from, subject, scene),
        ("create_table_comment", _) => of_table(alter::create_table_comment(from, subject)),
        ("drop_table_comment", _) => of_table(alter::drop_table_comment(from, subject)),
        ("create_index", _) => of_table(index::create_index(from, subject, scene)),
        ("drop_index", _) => of_table(index::drop_index(from, subject, scene)),
        ("drop_constraint", _) => of_table(drop_constraint(from, subject, scene)),
        (
            "create_primary_key"
            | "create_unique_constraint"
            | "create_foreign_key"
            | "create_check_constraint"
            | "create_exclude_constraint",
            _,
        ) => of_table(add_constraint(name, from, subject, scene)),
        _ => return None,
    };
    Some(statements.map(|statements| Made {
        statements,
        value: Value::None,
        at_once: false,
    }))
}

/// `op.execute(…)`.
pub(in crate::alembic::translate) fn execute(
    from: &mut Arguments,
) -> Result<Option<String>, Refusal> {
    let argument = from.required("sqltext")?;
    let sql = literal_statement(&argument)?;
    if let Some(options) = from.keyword("execution_options")
        && options.value.truth() != Some(false)
    {
        return Err(Refusal::new(options.range, "options of the execution"));
    }
    from.finish()?;
    Ok(sql)
}

/// The statement that an argument is, literally; `None` where it is blank.
pub(in crate::alembic::translate) fn literal_statement(
    argument: &Argument,
) -> Result<Option<String>, Refusal> {
    let sql = match &argument.value {
        Value::Str(it) => literal_sql(&it.text).map_err(|name| parameter(argument, &name))?,
        Value::Clause(it) if it.origin == Origin::Text => it.sql.clone(),
        Value::Ddl(it) => it.clone(),
        Value::Unknown => return Err(Refusal::told(argument.range)),
        _ => return Err(argument.is_not("literal SQL")),
    };
    let ends = |it: char| it.is_whitespace() || it == ';';
    let sql = sql.trim_start().trim_end_matches(ends);
    Ok((!sql.is_empty()).then(|| sql.to_owned()))
}

/// `op.drop_constraint(…)`.
fn drop_constraint(
    from: &mut Arguments,
    subject: &Subject<'_>,
    scene: &Scene<'_>,
) -> Result<String, Refusal> {
    let name = from.required("constraint_name")?;
    let at = name.clone();
    let Some(name) = name.into_name()? else {
        let why = "a constraint without a name cannot be dropped; Alembic refuses it too";
        return Err(Refusal::new(at.range, why));
    };
    let table = subject.table(from, "table_name")?;
    from.optional_string("type_")?;
    let schema = subject.schema(from)?;
    let if_exists = from.keyword_bool("if_exists")?.unwrap_or(false);
    from.finish()?;
    Ok(format!(
        "ALTER TABLE {} DROP CONSTRAINT {}{}",
        qualified(schema.as_deref(), &table),
        if if_exists { "IF EXISTS " } else { "" },
        final_name(&name, scene.naming, &at)?
    ))
}

/// `op.create_unique_constraint(…)` and its like.
fn add_constraint(
    directive: &str,
    from: &mut Arguments,
    subject: &Subject<'_>,
    scene: &Scene<'_>,
) -> Result<String, Refusal> {
    let at = Argument::at(from.range);
    let name = from.required("constraint_name")?.into_name()?;
    let source = if directive == "create_foreign_key" {
        "source_table"
    } else {
        "table_name"
    };
    let table = subject.table(from, source)?;
    let mut schema = None;
    let constraint = match directive {
        "create_foreign_key" => {
            let referent = from.string("referent_table")?;
            let columns = from.required("local_cols")?.into_strings()?;
            let targets = from.required("remote_cols")?.into_strings()?;
            if subject.batch.is_none() {
                schema = from.keyword_string("source_schema")?;
            }
            Constraint::Foreign(Foreign {
                name,
                columns,
                schema: from.keyword_string("referent_schema")?,
                table: referent,
                targets,
                link: Link::take(from)?,
            })
        }
        "create_check_constraint" => {
            let condition = condition(&from.required("condition")?)?;
            Constraint::Check(Check::take(name, condition, from)?)
        }
        "create_exclude_constraint" => {
            schema = from.schema()?;
            let elements = from.rest();
            Constraint::Exclude(Exclude::of(name, &elements, from)?)
        }
        _ => {
            let columns = from.required("columns")?.into_strings()?;
            let key = Key::of(name, columns, from)?;
            if directive == "create_primary_key" {
                Constraint::Primary(key)
            } else {
                Constraint::Unique(key)
            }
        }
    };
    let schema = schema.or(subject.schema(from)?);
    from.drop_prefixed(&FOREIGN_PREFIXES);
    from.finish()?;
    Ok(format!(
        "ALTER TABLE {} ADD {}",
        qualified(schema.as_deref(), &table),
        constraint.sql(scene.naming, &at)?
    ))
}
