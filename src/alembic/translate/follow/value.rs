//! What an expression of a version file can be.

use crate::alembic::translate::construct::clause::Clause;
use crate::alembic::translate::construct::column::{Column, ForeignKey};
use crate::alembic::translate::construct::constraint::Constraint;
use crate::alembic::translate::construct::identity::{Identity, Sequence};
use crate::alembic::translate::construct::kind::Type;
use crate::alembic::translate::construct::table::Table;
use crate::alembic::translate::operation::batch::Batch;

/// A value.
#[derive(Clone, Debug)]
pub(in crate::alembic::translate) enum Value {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Text),
    List(Vec<Value>),
    Tuple(Vec<Value>),
    Dict(Vec<(Value, Value)>),
    /// Something of a module, by its full name: `sqlalchemy.String`.
    Path(String),
    /// A method of a value that is called next: `connection.execute`.
    Method(Box<Value>, String),
    /// A function of this file.
    Function(String),
    /// `op.get_bind()`.
    Connection,
    /// `op.get_context()`.
    Context,
    /// The dialect of either.
    Dialect,
    /// What the with-statement of `autocommit_block()` is given.
    AutocommitBlock,
    Batch(Batch),
    Type(Type),
    Column(Box<Column>),
    ForeignKey(ForeignKey),
    Constraint(Box<Constraint>),
    Identity(Identity),
    Sequence(Sequence),
    /// `sa.Computed`: the expression that is stored.
    Computed(String),
    /// `sa.FetchedValue`: a default that the database has by other means.
    Fetched,
    Clause(Clause),
    Table(Table),
    /// A statement that is made apart from `op.execute`: `CreateSequence(…)`.
    Ddl(String),
    /// What a query answers.
    Answer,
    /// What is not known, and was named already.
    Unknown,
}

/// A string, which may be a name that is final.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::alembic::translate) struct Text {
    /// It.
    pub(in crate::alembic::translate) text: String,
    /// Whether it went through `op.f()`.
    pub(in crate::alembic::translate) last_word: bool,
}

impl Value {
    /// A plain string.
    pub(in crate::alembic::translate) fn text(text: impl Into<String>) -> Self {
        Self::Str(Text {
            text: text.into(),
            last_word: false,
        })
    }

    /// The string that it is.
    pub(in crate::alembic::translate) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(it) => Some(&it.text),
            _ => None,
        }
    }

    /// The elements of a list or a tuple.
    pub(in crate::alembic::translate) fn elements(&self) -> Option<&[Value]> {
        match self {
            Self::List(elements) | Self::Tuple(elements) => Some(elements),
            _ => None,
        }
    }

    /// What Python takes it for in a condition, as far as that is known.
    pub(in crate::alembic::translate) fn truth(&self) -> Option<bool> {
        match self {
            Self::None => Some(false),
            Self::Bool(it) => Some(*it),
            Self::Int(it) => Some(*it != 0),
            Self::Float(it) => Some(*it != 0.0),
            Self::Str(it) => Some(!it.text.is_empty()),
            Self::List(it) | Self::Tuple(it) => Some(!it.is_empty()),
            Self::Dict(it) => Some(!it.is_empty()),
            _ => None,
        }
    }

    /// Whether two literals are equal in Python; `None` where that cannot be told.
    pub(in crate::alembic::translate) fn equals(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Str(one), Self::Str(two)) => Some(one.text == two.text),
            (Self::Int(one), Self::Int(two)) => Some(one == two),
            (Self::Bool(one), Self::Bool(two)) => Some(one == two),
            (Self::None, Self::None) => Some(true),
            (Self::Str(_) | Self::Int(_) | Self::Bool(_), Self::None)
            | (Self::None, Self::Str(_) | Self::Int(_) | Self::Bool(_))
            | (Self::Str(_), Self::Int(_) | Self::Bool(_))
            | (Self::Int(_) | Self::Bool(_), Self::Str(_)) => Some(false),
            _ => None,
        }
    }

    /// What it is, in words.
    pub(in crate::alembic::translate) fn noun(&self) -> &'static str {
        match self {
            Self::None => "`None`",
            Self::Bool(_) => "a truth value",
            Self::Int(_) | Self::Float(_) => "a number",
            Self::Str(_) => "a string",
            Self::List(_) => "a list",
            Self::Tuple(_) => "a tuple",
            Self::Dict(_) => "a dictionary",
            Self::Path(_) => "something imported",
            Self::Method(..) => "a method",
            Self::Function(_) => "a function",
            Self::Connection => "a connection",
            Self::Context => "a migration context",
            Self::Dialect => "a dialect",
            Self::AutocommitBlock => "an autocommit block",
            Self::Batch(_) => "a batch",
            Self::Type(_) => "a type",
            Self::Column(_) => "a column",
            Self::ForeignKey(_) => "a foreign key",
            Self::Constraint(_) => "a constraint",
            Self::Identity(_) => "an identity",
            Self::Sequence(_) => "a sequence",
            Self::Computed(_) => "a computed value",
            Self::Fetched => "a fetched value",
            Self::Clause(_) => "an SQL expression",
            Self::Table(_) => "a table",
            Self::Ddl(_) => "a statement",
            Self::Answer => "the answer of a query",
            Self::Unknown => "something unknown",
        }
    }
}
