//! Types of columns.

use std::fmt::Write as _;

use crate::alembic::translate::quote::{ident, qualified};

/// The type of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::alembic::translate) enum Type {
    /// One that needs nothing of its own.
    Plain {
        /// Its name, with its parameters.
        sql: String,
        /// What it does to the column that has it.
        family: Family,
    },
    /// `sa.Enum` or `postgresql.ENUM`.
    Enumeration(Enumeration),
    /// An array.
    Array {
        /// Of what.
        item: Box<Type>,
        /// How deep.
        dimensions: usize,
    },
}

/// What matters of a type besides its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::alembic::translate) enum Family {
    SmallInteger,
    Integer,
    BigInteger,
    Number,
    Text,
    Boolean,
    Json,
    Uuid,
    /// Dates, times and what else is written as a string.
    Other,
}

/// A type with a list of values.
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are SQLAlchemy's own switches, each by its name"
)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::alembic::translate) struct Enumeration {
    /// Its name, which also names its constraint where it has one.
    pub(in crate::alembic::translate) name: Option<String>,
    /// The schema it is in.
    pub(in crate::alembic::translate) schema: Option<String>,
    /// The values.
    pub(in crate::alembic::translate) labels: Vec<String>,
    /// Whether it is a type of its own, and not text with a constraint.
    pub(in crate::alembic::translate) native: bool,
    /// Whether it is created along with a table that has it.
    pub(in crate::alembic::translate) create_type: bool,
    /// Whether text is held to the values.
    pub(in crate::alembic::translate) create_constraint: bool,
    /// The length of that text, where it is given.
    pub(in crate::alembic::translate) length: Option<usize>,
    /// Whether it is of the dialect, and so looks before it creates unless told otherwise.
    pub(in crate::alembic::translate) of_dialect: bool,
}

impl Type {
    /// One that has just a name.
    pub(in crate::alembic::translate) fn plain(sql: impl Into<String>, family: Family) -> Self {
        Self::Plain {
            sql: sql.into(),
            family,
        }
    }

    /// The type as it stands in a definition.
    pub(in crate::alembic::translate) fn sql(&self) -> String {
        match self {
            Self::Plain { sql, .. } => sql.clone(),
            Self::Enumeration(it) => it.sql(),
            Self::Array { item, dimensions } => {
                let (sql, brackets) = (item.sql(), "[]".repeat(*dimensions));
                match sql.find(" COLLATE") {
                    Some(at) => format!("{}{brackets}{}", &sql[..at], &sql[at..]),
                    None => format!("{sql}{brackets}"),
                }
            }
        }
    }

    /// What it does to its column.
    pub(in crate::alembic::translate) fn family(&self) -> Family {
        match self {
            Self::Plain { family, .. } => *family,
            Self::Enumeration(_) => Family::Text,
            Self::Array { .. } => Family::Other,
        }
    }

    /// The enumeration that it is, or is an array of.
    pub(in crate::alembic::translate) fn enumeration(&self) -> Option<&Enumeration> {
        match self {
            Self::Plain { .. } => None,
            Self::Enumeration(it) => Some(it),
            Self::Array { item, .. } => item.enumeration(),
        }
    }
}

impl Enumeration {
    fn sql(&self) -> String {
        if self.native {
            return self.qualified();
        }
        match self.length.unwrap_or(self.longest()) {
            0 => "VARCHAR".to_owned(),
            length => format!("VARCHAR({length})"),
        }
    }

    /// How long its longest value is, in characters.
    pub(in crate::alembic::translate) fn longest(&self) -> usize {
        let lengths = self.labels.iter().map(|it| it.chars().count());
        lengths.max().unwrap_or(0)
    }

    /// Its name, with its schema.
    pub(in crate::alembic::translate) fn qualified(&self) -> String {
        qualified(
            self.schema.as_deref(),
            self.name.as_deref().unwrap_or_default(),
        )
    }
}

/// A text type, with what it may have.
pub(in crate::alembic::translate) fn text(
    name: &str,
    length: Option<i64>,
    collation: Option<&str>,
) -> Type {
    let mut sql = name.to_owned();
    if let Some(length) = length.filter(|it| *it != 0) {
        let _ = write!(sql, "({length})");
    }
    if let Some(collation) = collation {
        let _ = write!(sql, " COLLATE {}", ident(collation));
    }
    Type::plain(sql, Family::Text)
}

/// Whether `name` is one that PostgreSQL has of its own, so that a type of that name needs a schema.
pub(in crate::alembic::translate) fn is_built_in(name: &str) -> bool {
    const NAMES: [&str; 52] = [
        "\"char\"",
        "_array",
        "bigint",
        "bit",
        "bit varying",
        "boolean",
        "bytea",
        "character",
        "character varying",
        "cidr",
        "citext",
        "date",
        "datemultirange",
        "daterange",
        "double precision",
        "float",
        "hstore",
        "inet",
        "int4multirange",
        "int4range",
        "int8multirange",
        "int8range",
        "integer",
        "interval",
        "json",
        "jsonb",
        "macaddr",
        "macaddr8",
        "money",
        "name",
        "numeric",
        "nummultirange",
        "numrange",
        "oid",
        "real",
        "regclass",
        "regconfig",
        "smallint",
        "text",
        "time",
        "time with time zone",
        "time without time zone",
        "timestamp",
        "timestamp with time zone",
        "timestamp without time zone",
        "tsmultirange",
        "tsquery",
        "tsrange",
        "tstzmultirange",
        "tstzrange",
        "tsvector",
        "uuid",
    ];
    NAMES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::{Enumeration, Family, Type, text};

    #[test]
    fn names() {
        let integer = Type::plain("INTEGER", Family::Integer);
        let array = |item: Type, dimensions| Type::Array {
            item: Box::new(item),
            dimensions,
        };
        let enumeration = |native| {
            Type::Enumeration(Enumeration {
                name: Some("Mood".to_owned()),
                schema: Some("app".to_owned()),
                labels: vec!["sad".to_owned(), "happy".to_owned()],
                native,
                create_type: true,
                create_constraint: false,
                length: None,
                of_dialect: false,
            })
        };
        for (kind, sql) in [
            (array(integer, 2), "INTEGER[][]"),
            (text("VARCHAR", Some(20), None), "VARCHAR(20)"),
            (text("TEXT", None, Some("C")), "TEXT COLLATE \"C\""),
            (
                array(text("TEXT", None, Some("C")), 1),
                "TEXT[] COLLATE \"C\"",
            ),
            (enumeration(true), "app.\"Mood\""),
            (enumeration(false), "VARCHAR(5)"),
        ] {
            assert_eq!(kind.sql(), sql);
        }
    }
}
