//! Columns that number themselves, and sequences.

use std::fmt::Write as _;

use crate::alembic::translate::follow::arguments::{Arguments, Refusal};
use crate::alembic::translate::quote::qualified;

/// `sa.Identity`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::alembic::translate) struct Identity {
    /// Whether a value may not be given.
    pub(in crate::alembic::translate) always: bool,
    /// How it counts.
    pub(in crate::alembic::translate) options: Counting,
}

/// `sa.Sequence`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::alembic::translate) struct Sequence {
    /// Its name.
    pub(in crate::alembic::translate) name: String,
    /// Its schema.
    pub(in crate::alembic::translate) schema: Option<String>,
    /// How it counts.
    pub(in crate::alembic::translate) options: Counting,
    /// The type of its numbers.
    pub(in crate::alembic::translate) data_type: Option<String>,
    /// Whether a column that has it may number itself instead.
    pub(in crate::alembic::translate) optional: bool,
}

/// How numbers are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::alembic::translate) struct Counting {
    start: Option<i64>,
    increment: Option<i64>,
    minvalue: Option<i64>,
    maxvalue: Option<i64>,
    nominvalue: bool,
    nomaxvalue: bool,
    cycle: Option<bool>,
    cache: Option<i64>,
}

impl Counting {
    fn take(arguments: &mut Arguments) -> Result<Self, Refusal> {
        let mut number = |name: &str| match arguments.keyword(name) {
            Some(argument) => argument.into_int(),
            None => Ok(None),
        };
        let (start, increment) = (number("start")?, number("increment")?);
        let (minvalue, maxvalue) = (number("minvalue")?, number("maxvalue")?);
        let cache = number("cache")?;
        // These two say something by being there, whatever they say.
        let nominvalue = arguments.keyword_bool("nominvalue")?.is_some();
        let nomaxvalue = arguments.keyword_bool("nomaxvalue")?.is_some();
        Ok(Self {
            start,
            increment,
            minvalue,
            maxvalue,
            nominvalue,
            nomaxvalue,
            cycle: arguments.keyword_bool("cycle")?,
            cache,
        })
    }

    fn sql(&self) -> String {
        let mut words = Vec::new();
        if let Some(by) = self.increment {
            words.push(format!("INCREMENT BY {by}"));
        }
        if let Some(from) = self.start {
            words.push(format!("START WITH {from}"));
        }
        if let Some(least) = self.minvalue {
            words.push(format!("MINVALUE {least}"));
        }
        if let Some(most) = self.maxvalue {
            words.push(format!("MAXVALUE {most}"));
        }
        if self.nominvalue {
            words.push("NO MINVALUE".to_owned());
        }
        if self.nomaxvalue {
            words.push("NO MAXVALUE".to_owned());
        }
        if let Some(kept) = self.cache {
            words.push(format!("CACHE {kept}"));
        }
        if let Some(cycle) = self.cycle {
            words.push(if cycle { "CYCLE" } else { "NO CYCLE" }.to_owned());
        }
        words.join(" ")
    }
}

impl Identity {
    /// `sa.Identity(…)`.
    pub(in crate::alembic::translate) fn take(arguments: &mut Arguments) -> Result<Self, Refusal> {
        let always = arguments.optional_bool("always")?.unwrap_or(false);
        // Oracle's alone.
        arguments.keyword("on_null");
        arguments.keyword("order");
        let options = Counting::take(arguments)?;
        arguments.finish()?;
        Ok(Self { always, options })
    }

    /// As it stands in a definition.
    pub(in crate::alembic::translate) fn sql(&self) -> String {
        let always = if self.always { "ALWAYS" } else { "BY DEFAULT" };
        let options = self.options.sql();
        if options.is_empty() {
            format!("GENERATED {always} AS IDENTITY")
        } else {
            format!("GENERATED {always} AS IDENTITY ({options})")
        }
    }
}

impl Sequence {
    /// `sa.Sequence(…)`.
    pub(in crate::alembic::translate) fn take(arguments: &mut Arguments) -> Result<Self, Refusal> {
        let name = arguments.string("name")?;
        arguments.keyword("metadata");
        arguments.keyword("order");
        let data_type = match arguments.keyword("data_type") {
            Some(argument) => {
                Some(crate::alembic::translate::construct::vocabulary::as_type(&argument)?.sql())
            }
            None => None,
        };
        let sequence = Self {
            name,
            schema: arguments.schema()?,
            options: Counting::take(arguments)?,
            data_type,
            optional: arguments.keyword_bool("optional")?.unwrap_or(false),
        };
        arguments.finish()?;
        Ok(sequence)
    }

    /// Its name, with its schema.
    pub(in crate::alembic::translate) fn qualified(&self) -> String {
        qualified(self.schema.as_deref(), &self.name)
    }

    /// The next of its numbers.
    pub(in crate::alembic::translate) fn next_value(&self) -> String {
        format!("nextval('{}')", self.qualified().replace('\'', "''"))
    }

    /// What creates it.
    pub(in crate::alembic::translate) fn create(&self, if_not_exists: bool) -> String {
        let mut sql = "CREATE SEQUENCE ".to_owned();
        if if_not_exists {
            sql.push_str("IF NOT EXISTS ");
        }
        sql.push_str(&self.qualified());
        if let Some(data_type) = &self.data_type {
            let _ = write!(sql, " AS {data_type}");
        }
        let options = self.options.sql();
        if !options.is_empty() {
            let _ = write!(sql, " {options}");
        }
        sql
    }
}
