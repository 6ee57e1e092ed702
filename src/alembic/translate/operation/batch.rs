//! `op.batch_alter_table`: on PostgreSQL the same directives, kept until the block ends.

use crate::alembic::translate::follow::arguments::{Arguments, Refusal};
use crate::alembic::translate::follow::value::Value;

/// The table that the directives of a block are for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::alembic::translate) struct Batch {
    pub(in crate::alembic::translate) table: String,
    pub(in crate::alembic::translate) schema: Option<String>,
}

impl Batch {
    /// `op.batch_alter_table(…)`.
    pub(in crate::alembic::translate) fn take(from: &mut Arguments) -> Result<Self, Refusal> {
        let table = from.string("table_name")?;
        let schema = from.schema()?;
        if let Some(recreate) = from.keyword("recreate") {
            match recreate.value.as_str() {
                Some("auto" | "never") => {}
                Some(_) | None => {
                    return Err(Refusal::new(
                        recreate.range,
                        "a table that is to be made anew",
                    ));
                }
            }
        }
        if let Some(copy) = from.keyword("copy_from")
            && !matches!(copy.value, Value::None)
        {
            return Err(Refusal::new(copy.range, "`copy_from` is not known"));
        }
        // These only matter where the table is made anew.
        for name in [
            "table_args",
            "table_kwargs",
            "reflect_args",
            "reflect_kwargs",
            "naming_convention",
            "partial_reordering",
        ] {
            from.keyword(name);
        }
        from.finish()?;
        Ok(Self { table, schema })
    }
}
