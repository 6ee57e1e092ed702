//! Names and literals as `SQLAlchemy` writes them for PostgreSQL.

pub(in crate::alembic::translate) mod literal;
pub(in crate::alembic::translate) mod reserved;
pub(in crate::alembic::translate) mod text;

use crate::alembic::translate::quote::reserved::RESERVED;

/// The longest name that `SQLAlchemy` takes for a constraint or an index, in characters.
pub(in crate::alembic::translate) const LONGEST_NAME: usize = 63;

/// A name, quoted only where it must be.
pub(in crate::alembic::translate) fn ident(name: &str) -> String {
    let plain = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_' || it == '$';
    let begins = name
        .chars()
        .next()
        .is_some_and(|it| it.is_ascii_lowercase() || it == '_');
    if begins && name.chars().all(plain) && RESERVED.binary_search(&name).is_err() {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// A name with the schema it is in.
pub(in crate::alembic::translate) fn qualified(schema: Option<&str>, name: &str) -> String {
    match schema {
        Some(schema) => format!("{}.{}", ident(schema), ident(name)),
        None => ident(name),
    }
}

/// Names in a list.
pub(in crate::alembic::translate) fn list<S: AsRef<str>>(names: &[S]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| ident(name.as_ref())).collect();
    quoted.join(", ")
}

/// A string as a literal.
pub(in crate::alembic::translate) fn string(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::{ident, qualified, string};
    use crate::alembic::translate::quote::reserved::RESERVED;

    #[test]
    fn names_are_quoted_where_they_must_be() {
        for (name, quoted) in [
            ("users", "users"),
            ("_x$1", "_x$1"),
            ("Users", "\"Users\""),
            ("user", "\"user\""),
            ("1st", "\"1st\""),
            ("$x", "\"$x\""),
            ("a b", "\"a b\""),
            ("a\"b", "\"a\"\"b\""),
            ("größe", "\"größe\""),
            ("", "\"\""),
        ] {
            assert_eq!(ident(name), quoted);
        }
        assert_eq!(qualified(Some("App"), "order"), "\"App\".\"order\"");
        assert_eq!(string("it's"), "'it''s'");
        assert!(RESERVED.is_sorted());
    }
}
