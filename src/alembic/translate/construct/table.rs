//! Tables as rows are put into them.

use crate::alembic::translate::construct::clause::Origin;
use crate::alembic::translate::construct::column::{Column, FilledIn};
use crate::alembic::translate::construct::kind::Type;
use crate::alembic::translate::follow::arguments::{Arguments, Refusal};
use crate::alembic::translate::follow::value::Value;
use crate::alembic::translate::quote::qualified;

/// A table, by what is known of it.
#[derive(Clone, Debug)]
pub(in crate::alembic::translate) struct Table {
    name: String,
    schema: Option<String>,
    pub(in crate::alembic::translate) columns: Vec<Target>,
}

/// A column that can be given a value.
#[derive(Clone, Debug)]
pub(in crate::alembic::translate) struct Target {
    pub(in crate::alembic::translate) name: String,
    pub(in crate::alembic::translate) kind: Option<Type>,
    /// Whether Python fills in something where no value is given.
    pub(in crate::alembic::translate) filled_in: bool,
}

impl Table {
    /// A table that was just created.
    pub(in crate::alembic::translate) fn created(
        name: &str,
        schema: Option<&str>,
        columns: &[Column],
    ) -> Self {
        Self {
            name: name.to_owned(),
            schema: schema.map(str::to_owned),
            columns: columns.iter().map(Target::of).collect(),
        }
    }

    /// `sa.table(…)`.
    pub(in crate::alembic::translate) fn take(from: &mut Arguments) -> Result<Self, Refusal> {
        let name = from.string("name")?;
        let mut columns = Vec::new();
        for argument in from.rest() {
            match &argument.value {
                Value::Clause(it) if it.origin == Origin::Column => columns.push(Target {
                    name: it.key.clone().unwrap_or_default(),
                    kind: it.kind.clone(),
                    filled_in: false,
                }),
                Value::Column(it) => columns.push(Target::of(it)),
                _ => return Err(argument.is_not("a column")),
            }
        }
        let schema = from.schema()?;
        from.finish()?;
        Ok(Self {
            name,
            schema,
            columns,
        })
    }

    /// Its name, with its schema.
    pub(in crate::alembic::translate) fn qualified(&self) -> String {
        qualified(self.schema.as_deref(), &self.name)
    }
}

impl Target {
    fn of(column: &Column) -> Self {
        Self {
            name: column.name.clone(),
            kind: Some(column.kind.clone()),
            filled_in: column.filled_in != FilledIn::Nothing,
        }
    }
}
