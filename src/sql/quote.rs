//! Names and texts on their way into SQL.
//!
//! A statement is never put together from bare strings: whatever is not fixed text passes
//! through one of these two.

use std::fmt::{Display, Formatter, Result, Write};

/// A name, always in double quotes, so that no reserved word and no capital letter surprises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ident<'a>(pub &'a str);

impl Display for Ident<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_char('"')?;
        f.write_str(&self.0.replace('"', "\"\""))?;
        f.write_char('"')
    }
}

/// A text. It is written so that the server reads the same under either setting of
/// `standard_conforming_strings`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Literal<'a>(pub &'a str);

impl Display for Literal<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let doubled = self.0.replace('\'', "''");
        if doubled.contains('\\') {
            write!(f, " E'{}'", doubled.replace('\\', "\\\\"))
        } else {
            write!(f, "'{doubled}'")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Ident, Literal};

    #[test]
    fn names_keep_every_letter() {
        for (name, quoted) in [
            ("users", r#""users""#),
            ("Order", r#""Order""#),
            (r#"a"b"#, r#""a""b""#),
            ("", r#""""#),
            ("表", r#""表""#),
        ] {
            assert_eq!(Ident(name).to_string(), quoted);
        }
    }

    #[test]
    fn texts_cannot_end_early() {
        for (text, quoted) in [
            ("plain", "'plain'"),
            ("it's", "'it''s'"),
            (r"a\b", r" E'a\\b'"),
            (
                r"\'; drop table users; --",
                r" E'\\''; drop table users; --'",
            ),
            ("", "''"),
        ] {
            assert_eq!(Literal(text).to_string(), quoted);
        }
    }
}
