//! The names of things in a database, as a statement writes them.

use std::fmt;

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode as _};

use crate::sql::Ident;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A table, plain, foreign or partitioned.
    Table,
    /// An index.
    Index,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// A sequence.
    Sequence,
    /// A schema.
    Schema,
    /// A type or domain.
    Type,
    /// A function, procedure or aggregate.
    Function,
    /// An extension.
    Extension,
    /// A whole database.
    Database,
    /// A role.
    Role,
    /// The statement itself, where it does not tell what it touches.
    Statement,
}

/// An object by the name that a statement gives it, folded as PostgreSQL folds names.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Object {
    /// What it is.
    pub kind: Kind,
    /// Its schema, where the statement names one.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
}

impl Kind {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Index => "index",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Sequence => "sequence",
            Self::Schema => "schema",
            Self::Type => "type",
            Self::Function => "function",
            Self::Extension => "extension",
            Self::Database => "database",
            Self::Role => "role",
            Self::Statement => "statement",
        }
    }

    /// Tables, views, indexes and sequences share their names.
    fn is_relation(self) -> bool {
        matches!(
            self,
            Self::Table | Self::Index | Self::View | Self::MaterializedView | Self::Sequence
        )
    }
}

impl Object {
    /// The object of that kind which `node` names.
    pub(super) fn named(kind: Kind, node: &SyntaxNode) -> Self {
        let mut segments: Vec<String> = node
            .descendants()
            .filter(|it| {
                ast::PathSegmentRef::can_cast(it.kind()) || ast::PathSegment::can_cast(it.kind())
            })
            .map(|it| ast::normalize_name_node(&it))
            .collect();
        let name = segments
            .pop()
            .unwrap_or_else(|| ast::normalize_name_node(node));
        Self {
            kind,
            schema: segments.pop(),
            name,
        }
    }

    /// What cannot be named.
    pub(super) fn unknown(words: &str) -> Self {
        Self {
            kind: Kind::Statement,
            schema: None,
            name: words.to_owned(),
        }
    }

    /// The same place under another name.
    pub(super) fn renamed(&self, name: String) -> Self {
        Self {
            name,
            ..self.clone()
        }
    }

    /// Whether both are the same thing. A name without a schema is taken for one in `public`.
    pub fn is_same(&self, other: &Self) -> bool {
        fn schema(object: &Object) -> &str {
            object.schema.as_deref().unwrap_or("public")
        }
        let alike =
            self.kind == other.kind || (self.kind.is_relation() && other.kind.is_relation());
        alike && self.name == other.name && schema(self) == schema(other)
    }
}

/// The object of that kind which `node` names.
pub(super) fn named(kind: Kind, node: &impl ast::AstNode) -> Object {
    Object::named(kind, node.syntax())
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind == Kind::Statement {
            return f.write_str(&self.name);
        }
        if let Some(schema) = &self.schema {
            write!(f, "{}.", plain(schema))?;
        }
        f.write_str(&plain(&self.name))
    }
}

/// The name as one would write it: quoted only where it must be.
fn plain(name: &str) -> String {
    let bare = name.starts_with(|it: char| it.is_ascii_lowercase() || it == '_')
        && name
            .bytes()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_');
    if bare {
        name.to_owned()
    } else {
        Ident(name).to_string()
    }
}
