//! Revisions of Alembic as SQL, without Python.
//!
//! A version file is parsed, never imported, and the body of its `upgrade()` or `downgrade()` is
//! followed as Python would follow it, as long as it says only what can be known from the file:
//! the directives of `op` with literal arguments, the types and constructs of `SQLAlchemy`, and
//! literal SQL. What comes out is the SQL that Alembic itself sends to PostgreSQL.
//!
//! Nothing is guessed. Whatever is not in the vocabulary (another module, a query whose answer is
//! used, an argument nobody knows) is named with its place, and then the revision is not
//! translated at all: it needs Python.

#[cfg(test)]
mod cases;
mod construct;
mod follow;
mod operation;
mod quote;

use std::collections::BTreeSet;
use std::ops::Range;

use ruff_python_ast::{Stmt, StmtFunctionDef};
use ruff_text_size::Ranged as _;

use self::follow::excerpt::excerpt;
use crate::migration::Direction;
use crate::sql::Place;

/// A statement, and what in the file it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// It, without a semicolon.
    pub sql: String,
    /// Where the call begins that makes it.
    pub place: Place,
    /// What is called: `op.create_table`.
    pub call: String,
    /// Whether it stands in an `autocommit_block()`: what precedes it is to be committed, and it
    /// runs outside a transaction.
    pub autocommit: bool,
}

/// Something that cannot be translated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {}, column {}: `{construct}`: {why}", place.line, place.column)]
pub struct Outside {
    /// Where it begins.
    pub place: Place,
    /// It, as it is written, or its beginning.
    pub construct: String,
    /// What of it is not known.
    pub why: String,
}

/// What the names of constraints depend on besides the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Naming {
    /// Names are as they are written, and PostgreSQL names what has none.
    #[default]
    Plain,
    /// The project's metadata has a `naming_convention`, which may change or make any name that is
    /// not wrapped in `op.f()`.
    Convention,
}

/// The enumerations that a run of Alembic has created along with tables: it does so once in a run,
/// however many tables have one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memo {
    enumerations: BTreeSet<(Option<String>, String)>,
}

/// What `direction` of the version file `source` does, in the order in which it does it; or all
/// that stands in the way.
///
/// `memo` is what the run did so far, and is extended only if the file can be translated.
pub fn translate(
    source: &str,
    direction: Direction,
    naming: Naming,
    memo: &mut Memo,
) -> Result<Vec<Statement>, Vec<Outside>> {
    let parsed = ruff_python_parser::parse_module(source).map_err(|error| {
        vec![Outside {
            place: Place::of(source, error.location.start().to_usize()),
            construct: excerpt(source, error.location),
            why: format!("this is no Python: {}", error.error),
        }]
    })?;
    let mut next = memo.clone();
    let statements = follow::follow(source, parsed.syntax(), direction, naming, &mut next)?;
    *memo = next;
    Ok(statements)
}

/// The bytes of the function that `direction` runs; nothing where there is none.
pub fn body(source: &str, direction: Direction) -> Option<Range<usize>> {
    look_at(source, direction, |function| {
        let range = function.range();
        range.start().to_usize()..range.end().to_usize()
    })
}

/// Whether the function that `direction` runs does nothing but raise an exception.
pub fn raises(source: &str, direction: Direction) -> bool {
    let is_text = |it: &&Stmt| matches!(it, Stmt::Expr(it) if it.value.is_string_literal_expr());
    let raises = look_at(source, direction, |function| {
        let first = function.body.iter().find(|it| !is_text(it));
        matches!(first, Some(Stmt::Raise(_)))
    });
    raises.unwrap_or(false)
}

/// What `look` sees of the function that `direction` runs.
fn look_at<T>(
    source: &str,
    direction: Direction,
    look: impl FnOnce(&StmtFunctionDef) -> T,
) -> Option<T> {
    let parsed = ruff_python_parser::parse_module(source).ok()?;
    let functions = parsed.syntax().body.iter();
    let function = functions.rev().find_map(|it| match it {
        Stmt::FunctionDef(it) if it.name.as_str() == direction.as_str() => Some(it),
        _ => None,
    })?;
    Some(look(function))
}

#[cfg(test)]
mod tests {
    use super::{body, raises};
    use crate::migration::Direction;

    #[test]
    fn the_function_of_a_direction() {
        let text = "def upgrade():\n    pass\n\n\ndef downgrade():\n    'doc'\n    raise X()\n";
        let (up, down) = (Direction::Upgrade, Direction::Downgrade);
        let found = body(text, up).map(|it| &text[it]);
        assert_eq!(found, Some("def upgrade():\n    pass"));
        assert_eq!(body("x = 1\n", up), None);
        assert!(raises(text, down) && !raises(text, up));
        assert!(!raises(
            "def downgrade():\n    work()\n    raise X()\n",
            down
        ));
    }
}
