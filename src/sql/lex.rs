//! The tokens of a script, by PostgreSQL's own lexical rules, as far as finding the end of a
//! statement needs them.
//!
//! The tokens tile the text: put together they give it back. Words keep their spelling, numbers
//! and operators are not told apart. `standard_conforming_strings` is taken to be on, as every
//! server of this century has it. Nothing is refused here; a quote that never closes is a token
//! that says so.

use std::ops::Range;

/// What a stretch of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Blanks and line ends.
    Space,
    /// `-- …` without its line end, or `/* … */`, nested or not.
    Comment,
    /// A keyword or an unquoted name.
    Word,
    /// A quoted name.
    Name,
    /// A text in any of its quotings.
    Text,
    /// `;`
    Semicolon,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `\`, which begins a command of psql.
    Backslash,
    /// Anything else: a digit or an operator's character.
    Other,
    /// A quote that is never closed; it reaches to the end of the text.
    Unclosed(Quote),
}

/// What can be left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quote {
    /// `/*`
    Comment,
    /// `"`
    Name,
    /// `'`
    Text,
    /// `$tag$`
    Dollar,
}

/// A stretch of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Where it stands, in bytes.
    pub span: Range<usize>,
}

/// Takes `text` apart.
pub fn lex(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut start = 0;
    while start < text.len() {
        let (kind, length) = next(&text[start..]);
        let span = start..start + length;
        start = span.end;
        tokens.push(Token { kind, span });
    }
    tokens
}

/// The token that `rest`, which is not empty, begins with.
fn next(rest: &str) -> (Kind, usize) {
    let first = rest.chars().next().unwrap_or_default();
    match first {
        _ if is_space(first) => (Kind::Space, run(rest, is_space)),
        '-' if rest.starts_with("--") => (Kind::Comment, run(rest, |c| c != '\n' && c != '\r')),
        '/' if rest.starts_with("/*") => block_comment(rest),
        '\'' => quoted(rest, 1, '\'', Escapes::Doubled, Kind::Text, Quote::Text),
        '"' => quoted(rest, 1, '"', Escapes::Doubled, Kind::Name, Quote::Name),
        '$' => dollar(rest),
        ';' => (Kind::Semicolon, 1),
        '(' => (Kind::Open, 1),
        ')' => (Kind::Close, 1),
        '\\' => (Kind::Backslash, 1),
        _ if begins_word(first) => word(rest),
        _ => (Kind::Other, first.len_utf8()),
    }
}

/// How a quote's own character is written inside it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    Doubled,
    Backslash,
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}

fn begins_word(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

fn continues_word(c: char) -> bool {
    begins_word(c) || c.is_ascii_digit() || c == '$'
}

/// How many bytes at the beginning of `rest` belong to characters that `belongs` takes.
fn run(rest: &str, belongs: impl Fn(char) -> bool) -> usize {
    rest.find(|c| !belongs(c)).unwrap_or(rest.len())
}

/// A word, or a text whose quoting begins with letters (`E'…'`, `B'…'`, `U&"…"`).
fn word(rest: &str) -> (Kind, usize) {
    let bytes = rest.as_bytes();
    match (bytes[0], bytes.get(1), bytes.get(2)) {
        (b'e' | b'E', Some(b'\''), _) => {
            quoted(rest, 2, '\'', Escapes::Backslash, Kind::Text, Quote::Text)
        }
        (b'b' | b'B' | b'x' | b'X' | b'n' | b'N', Some(b'\''), _) => {
            quoted(rest, 2, '\'', Escapes::Doubled, Kind::Text, Quote::Text)
        }
        (b'u' | b'U', Some(b'&'), Some(b'\'')) => {
            quoted(rest, 3, '\'', Escapes::Doubled, Kind::Text, Quote::Text)
        }
        (b'u' | b'U', Some(b'&'), Some(b'"')) => {
            quoted(rest, 3, '"', Escapes::Doubled, Kind::Name, Quote::Name)
        }
        _ => (Kind::Word, run(rest, continues_word)),
    }
}

/// A quote whose opening takes `opening` bytes.
fn quoted(
    rest: &str,
    opening: usize,
    quote: char,
    escapes: Escapes,
    closed: Kind,
    open: Quote,
) -> (Kind, usize) {
    let mut characters = rest[opening..].char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        if c == '\\' && escapes == Escapes::Backslash {
            characters.next();
        } else if c == quote {
            if characters.peek().is_some_and(|&(_, c)| c == quote) {
                characters.next();
            } else {
                return (closed, opening + at + 1);
            }
        }
    }
    (Kind::Unclosed(open), rest.len())
}

/// A dollar-quoted text, or a `$` that is something else (a parameter).
fn dollar(rest: &str) -> (Kind, usize) {
    let tag = run(&rest[1..], |c| continues_word(c) && c != '$');
    let is_tag = rest[1..]
        .chars()
        .next()
        .is_some_and(|c| c == '$' || begins_word(c));
    if !is_tag || !rest[1 + tag..].starts_with('$') {
        return (Kind::Other, 1);
    }
    let opening = &rest[..tag + 2];
    match rest[opening.len()..].find(opening) {
        Some(at) => (Kind::Text, 2 * opening.len() + at),
        None => (Kind::Unclosed(Quote::Dollar), rest.len()),
    }
}

fn block_comment(rest: &str) -> (Kind, usize) {
    let bytes = rest.as_bytes();
    let (mut depth, mut at) = (0_usize, 0);
    while at < bytes.len() {
        match &bytes[at..] {
            [b'/', b'*', ..] => {
                depth += 1;
                at += 2;
            }
            [b'*', b'/', ..] => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return (Kind::Comment, at);
                }
            }
            _ => at += 1,
        }
    }
    (Kind::Unclosed(Quote::Comment), rest.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Kind, Quote, lex};

    fn kinds(text: &str) -> Vec<Kind> {
        lex(text).into_iter().map(|token| token.kind).collect()
    }

    #[test]
    fn quotes_end_where_the_server_ends_them() {
        for text in [
            "'a;''b'",
            "'a\\'",
            r"E'a\';b'",
            r"e'a''\\'",
            "U&'d\\0061'",
            "X'1F'",
            "N'x'",
            "$$ a ; 'b $$",
            "$body$ $$ ; $other$ $body$",
            "$表$ ; $表$",
        ] {
            assert_eq!(kinds(text), [Kind::Text], "{text}");
        }
        for text in [r#""a;""b""#, r#"U&"a;""#] {
            assert_eq!(kinds(text), [Kind::Name], "{text}");
        }
        for text in ["/* a /* ; */ ' */", "-- a ; '", "/**/"] {
            assert_eq!(kinds(text), [Kind::Comment], "{text}");
        }
        for (text, quote) in [
            ("'a", Quote::Text),
            (r"E'a\'", Quote::Text),
            (r#""a"#, Quote::Name),
            ("$a$ $b$", Quote::Dollar),
            ("/* /* */", Quote::Comment),
        ] {
            assert_eq!(kinds(text), [Kind::Unclosed(quote)], "{text}");
        }
    }

    #[test]
    fn a_dollar_in_a_word_or_a_parameter_quotes_nothing() {
        assert_eq!(kinds("a$b$"), [Kind::Word]);
        assert_eq!(kinds("$1;"), [Kind::Other, Kind::Other, Kind::Semicolon]);
        assert_eq!(kinds("e1"), [Kind::Word]);
    }

    proptest! {
        #[test]
        fn tokens_tile_the_text(text in r#"([a-z$'"; \n(){}*/\\-]|--|/\*|\*/|\$\$|E'|表)*"#) {
            let mut end = 0;
            for token in lex(&text) {
                prop_assert_eq!(token.span.start, end);
                prop_assert!(token.span.end > token.span.start);
                end = token.span.end;
            }
            prop_assert_eq!(end, text.len());
        }
    }
}
