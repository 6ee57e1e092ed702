//! Columns: what `sa.Column` says, and how a definition writes it.

use std::fmt::Write as _;

use crate::alembic::translate::construct::constraint::{Check, Constraint, Link};
use crate::alembic::translate::construct::identity::{Identity, Sequence};
use crate::alembic::translate::construct::kind::{Family, Type};
use crate::alembic::translate::construct::vocabulary::as_type;
use crate::alembic::translate::follow::arguments::{Argument, Arguments, Refusal};
use crate::alembic::translate::follow::value::{Text, Value};
use crate::alembic::translate::quote::{ident, string};

/// A column.
#[derive(Clone, Debug)]
pub(in crate::alembic::translate) struct Column {
    pub(in crate::alembic::translate) name: String,
    pub(in crate::alembic::translate) kind: Type,
    /// Whether it may be null, where that is said.
    nullable: Option<bool>,
    pub(in crate::alembic::translate) primary_key: bool,
    autoincrement: Autoincrement,
    pub(in crate::alembic::translate) server_default: Option<String>,
    /// What Python fills in where no value is given.
    pub(in crate::alembic::translate) filled_in: FilledIn,
    pub(in crate::alembic::translate) unique: bool,
    pub(in crate::alembic::translate) index: bool,
    pub(in crate::alembic::translate) comment: Option<String>,
    identity: Option<Identity>,
    computed: Option<String>,
    pub(in crate::alembic::translate) foreign_keys: Vec<ForeignKey>,
    pub(in crate::alembic::translate) checks: Vec<Check>,
    pub(in crate::alembic::translate) place: Argument,
}

/// Whether a column that is the primary key numbers itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Autoincrement {
    /// If it looks like it.
    Auto,
    /// The same, though it references another.
    IgnoreForeignKey,
    Yes,
    No,
}

/// What Python fills in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::alembic::translate) enum FilledIn {
    Nothing,
    /// The next number of a sequence; of one that may be left to the column itself or not.
    Sequence {
        optional: bool,
    },
    Value,
}

/// `sa.ForeignKey`.
#[derive(Clone, Debug)]
pub(in crate::alembic::translate) struct ForeignKey {
    pub(in crate::alembic::translate) name: Option<Text>,
    pub(in crate::alembic::translate) target: Target,
    pub(in crate::alembic::translate) link: Link,
}

/// The column that a foreign key names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::alembic::translate) struct Target {
    pub(in crate::alembic::translate) schema: Option<String>,
    pub(in crate::alembic::translate) table: String,
    pub(in crate::alembic::translate) column: String,
}

impl Target {
    /// `table.column`, or `schema.table.column`.
    pub(in crate::alembic::translate) fn parse(text: &str) -> Option<Self> {
        let mut parts: Vec<&str> = text.split('.').collect();
        let column = parts.pop()?.to_owned();
        let table = parts.pop()?.to_owned();
        let schema = (!parts.is_empty()).then(|| parts.join("."));
        Some(Self {
            schema,
            table,
            column,
        })
    }
}

impl ForeignKey {
    /// `sa.ForeignKey(…)`.
    pub(in crate::alembic::translate) fn take(from: &mut Arguments) -> Result<Self, Refusal> {
        let argument = from.required("column")?;
        let range = argument.range;
        let target = Target::parse(&argument.into_string()?)
            .ok_or_else(|| Refusal::new(range, "a target without a column: `table.column`"))?;
        let name = from.keyword("name").map_or(Ok(None), Argument::into_name)?;
        let link = Link::take(from)?;
        for name in ["info", "link_to_name", "comment"] {
            from.keyword(name);
        }
        from.finish()?;
        Ok(Self { name, target, link })
    }
}

impl Column {
    /// `sa.Column(…)`.
    pub(in crate::alembic::translate) fn take(from: &mut Arguments) -> Result<Self, Refusal> {
        let range = from.range;
        let name = from.string("name")?;
        let Some(kind_argument) = from.next("type_") else {
            return Err(Refusal::new(
                range,
                format!("the column `{name}` has no type"),
            ));
        };
        let kind = as_type(&kind_argument)?;
        let items = from.rest();
        let place = Argument::at(range);
        let mut column = Self {
            name,
            kind,
            // `None` is not true: it says so as `False` does.
            nullable: match from.keyword("nullable") {
                Some(said) => Some(said.into_bool()?.unwrap_or(false)),
                None => None,
            },
            primary_key: from.keyword_bool("primary_key")?.unwrap_or(false),
            autoincrement: autoincrement(from)?,
            server_default: None,
            filled_in: FilledIn::Nothing,
            unique: from.keyword_bool("unique")?.unwrap_or(false),
            index: from.keyword_bool("index")?.unwrap_or(false),
            comment: from.keyword_string("comment")?,
            identity: None,
            computed: None,
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            place,
        };
        if let Some(default) = from.keyword("server_default") {
            column.take_server_default(default)?;
        }
        if let Some(default) = from.keyword("default") {
            column.take_default(&default)?;
        }
        if column.must_number_itself() && !column.is_integer() {
            let why = "what is no integer and numbers itself; releases of SQLAlchemy differ in it";
            return Err(Refusal::new(range, why));
        }
        if from.keyword_bool("system")?.unwrap_or(false) {
            return Err(Refusal::new(range, "a column of the system"));
        }
        for item in items {
            column.take_item(item)?;
        }
        for ignored in ["doc", "info", "onupdate", "server_onupdate"] {
            from.keyword(ignored);
        }
        from.finish()?;
        Ok(column)
    }

    fn take_item(&mut self, item: Argument) -> Result<(), Refusal> {
        match item.value {
            Value::ForeignKey(it) => self.foreign_keys.push(it),
            Value::Constraint(it) => match *it {
                Constraint::Check(it) => self.checks.push(it),
                _ => {
                    return Err(Refusal::new(
                        item.range,
                        "a constraint of the table among the arguments of a column",
                    ));
                }
            },
            Value::Identity(_) | Value::Computed(_) | Value::Fetched => {
                self.take_server_default(item)?;
            }
            Value::Sequence(_) => self.take_default(&item)?,
            _ => return Err(item.is_not("something that a column has")),
        }
        Ok(())
    }

    fn take_server_default(&mut self, default: Argument) -> Result<(), Refusal> {
        let is_nothing = matches!(default.value, Value::None | Value::Fetched);
        let has_one =
            self.server_default.is_some() || self.identity.is_some() || self.computed.is_some();
        if has_one && !is_nothing {
            return Err(Refusal::new(default.range, "a second default"));
        }
        match default.value {
            Value::Identity(it) => self.identity = Some(it),
            Value::Computed(it) => self.computed = Some(it),
            // `None` is a default that is not there; what is fetched is none of this table's.
            Value::None | Value::Fetched => {}
            _ => self.server_default = Some(server_default(&default)?),
        }
        Ok(())
    }

    fn take_default(&mut self, default: &Argument) -> Result<(), Refusal> {
        self.filled_in = match &default.value {
            Value::None => FilledIn::Nothing,
            Value::Sequence(Sequence { optional, .. }) => FilledIn::Sequence {
                optional: *optional,
            },
            Value::Unknown => return Err(Refusal::told(default.range)),
            _ => FilledIn::Value,
        };
        Ok(())
    }

    fn is_integer(&self) -> bool {
        matches!(
            self.kind.family(),
            Family::SmallInteger | Family::Integer | Family::BigInteger
        )
    }

    /// Whether it could number itself, were it the whole primary key. `references` tells whether
    /// any foreign key of the table has it.
    pub(in crate::alembic::translate) fn may_number_itself(
        &self,
        references: bool,
    ) -> Result<bool, Refusal> {
        let is_free = match self.autoincrement {
            Autoincrement::No => false,
            Autoincrement::Yes => true,
            Autoincrement::Auto | Autoincrement::IgnoreForeignKey => {
                self.filled_in != FilledIn::Value
                    && self.server_default.is_none()
                    && self.computed.is_none()
                    && (!references || self.autoincrement == Autoincrement::IgnoreForeignKey)
            }
        };
        if is_free && self.identity.is_none() && self.kind.family() == Family::Number {
            let why = "a primary key that is a number but no integer numbers itself in some \
                       releases of SQLAlchemy; say `autoincrement=False`";
            return Err(Refusal::new(self.place.range, why));
        }
        Ok(is_free && self.is_integer())
    }

    /// Whether it is said that it numbers itself.
    pub(in crate::alembic::translate) fn must_number_itself(&self) -> bool {
        self.autoincrement == Autoincrement::Yes
    }

    /// Makes it part of the primary key, as a constraint says.
    pub(in crate::alembic::translate) fn join_primary_key(&mut self) {
        self.primary_key = true;
        self.nullable.get_or_insert(false);
    }

    /// Takes it out of the primary key, as a constraint says. Null it is not from then on either.
    pub(in crate::alembic::translate) fn leave_primary_key(&mut self) {
        if std::mem::take(&mut self.primary_key) {
            self.nullable.get_or_insert(false);
        }
    }

    /// Its definition. `numbered`: it is the one of the primary key that numbers itself.
    pub(in crate::alembic::translate) fn definition(&self, numbered: bool) -> String {
        let mut sql = ident(&self.name);
        let by_serial = numbered
            && self.identity.is_none()
            && matches!(
                self.filled_in,
                FilledIn::Nothing | FilledIn::Sequence { optional: true }
            );
        if by_serial {
            sql.push_str(match self.kind.family() {
                Family::BigInteger => " BIGSERIAL",
                Family::SmallInteger => " SMALLSERIAL",
                _ => " SERIAL",
            });
        } else {
            sql.push(' ');
            sql.push_str(&self.kind.sql());
            if let Some(default) = &self.server_default {
                sql.push_str(" DEFAULT ");
                sql.push_str(default);
            }
        }
        if let Some(computed) = &self.computed {
            let _ = write!(sql, " GENERATED ALWAYS AS ({computed}) STORED");
        }
        let default_nullable = !self.primary_key && self.identity.is_none();
        let nullable = self.nullable.unwrap_or(default_nullable);
        match &self.identity {
            Some(identity) => {
                sql.push(' ');
                sql.push_str(&identity.sql());
                if nullable {
                    sql.push_str(" NULL");
                }
            }
            None if !nullable => sql.push_str(" NOT NULL"),
            None => {}
        }
        sql
    }
}

fn autoincrement(from: &mut Arguments) -> Result<Autoincrement, Refusal> {
    let Some(argument) = from.keyword("autoincrement") else {
        return Ok(Autoincrement::Auto);
    };
    match &argument.value {
        Value::Bool(true) => Ok(Autoincrement::Yes),
        Value::Bool(false) => Ok(Autoincrement::No),
        Value::Str(it) if it.text == "auto" => Ok(Autoincrement::Auto),
        Value::Str(it) if it.text == "ignore_fk" => Ok(Autoincrement::IgnoreForeignKey),
        _ => Err(argument.is_not("`True`, `False`, `'auto'` or `'ignore_fk'`")),
    }
}

/// The default that the database fills in.
pub(in crate::alembic::translate) fn server_default(
    argument: &Argument,
) -> Result<String, Refusal> {
    match &argument.value {
        Value::Str(it) => Ok(string(&it.text)),
        Value::Clause(it) => Ok(it.sql.clone()),
        _ => Err(argument.is_not("a string or an SQL expression")),
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn targets() {
        let parse = |text| Target::parse(text).map(|it| (it.schema, it.table, it.column));
        let owned = |text: &str| text.to_owned();
        assert_eq!(parse("a.b"), Some((None, owned("a"), owned("b"))));
        let with_schema = (Some(owned("s")), owned("a"), owned("b"));
        assert_eq!(parse("s.a.b"), Some(with_schema));
        assert_eq!(parse("a"), None);
    }
}
