//! A script, statement by statement, and where each stands.
//!
//! Sent one at a time, a failing statement can be named with its line and column, and one that
//! cannot run in a transaction can run alone. The rules are psql's: a semicolon ends a statement
//! unless it stands in a quote, a comment, parentheses, or the `BEGIN ATOMIC … END` body of a
//! function. What only psql understands is refused here, before anything was sent.

use std::fmt;
use std::ops::Range;

use crate::sql::classify::{Conduct, classify};
use crate::sql::lex::{Kind, Quote, Token, lex};

/// The statements of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// In the order of the text.
    pub statements: Vec<Statement>,
    /// What stands after the last statement: blanks, comments, stray semicolons.
    pub tail: Range<usize>,
}

/// One statement of a text, by positions in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// All of it: the comments before it, the statement, its semicolon. These pieces and the
    /// script's tail tile the text.
    pub piece: Range<usize>,
    /// The statement alone: what is sent.
    pub body: Range<usize>,
    /// `None` in a transaction or out of it; otherwise the name of what must run alone.
    pub alone: Option<&'static str>,
}

/// A place in a text as a person counts: both from one, the column in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

/// Why a text cannot be sent, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub obstacle: Obstacle,
    /// The bytes in question.
    pub at: Range<usize>,
}

/// Something that cannot be part of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A quote or comment that never ends.
    Unclosed(Quote),
    /// A command of psql: `\connect`.
    MetaCommand(String),
    /// `COPY … FROM STDIN`
    CopyFromStdin,
    /// `COPY … TO STDOUT`
    CopyToStdout,
    /// `BEGIN`, `COMMIT` and their like.
    TransactionControl(&'static str),
    /// `DISCARD ALL`
    DiscardAll,
    /// The invisible mark that some Windows editors put at the beginning of a file.
    ByteOrderMark,
    /// A zero byte.
    Zero,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unclosed(Quote::Comment) => f.write_str("`/*` is never closed"),
            Self::Unclosed(Quote::Name) => f.write_str("a `\"` is never closed"),
            Self::Unclosed(Quote::Text) => f.write_str("a `'` is never closed"),
            Self::Unclosed(Quote::Dollar) => f.write_str("a `$…$` quote is never closed"),
            Self::MetaCommand(name) => write!(f, "`{name}` is a command of psql, not SQL"),
            Self::CopyFromStdin => f.write_str("`COPY … FROM STDIN` needs psql to send the rows"),
            Self::CopyToStdout => f.write_str("`COPY … TO STDOUT` has nobody to read the rows"),
            Self::TransactionControl(name) => {
                write!(f, "`{name}` would take the transaction out of our hands")
            }
            Self::DiscardAll => f.write_str("`DISCARD ALL` would drop the migration lock"),
            Self::ByteOrderMark => f.write_str("the file begins with a byte order mark"),
            Self::Zero => f.write_str("a zero byte cannot be sent to PostgreSQL"),
        }
    }
}

impl Obstacle {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Unclosed(_) => "close it",
            Self::MetaCommand(_) => {
                "remove the line; a dump made for psql needs its backslash commands taken out"
            }
            Self::CopyFromStdin => {
                "write the rows as `INSERT INTO … VALUES …` (pg_dump does with `--inserts`)"
            }
            Self::CopyToStdout => "remove the statement",
            Self::TransactionControl(_) => {
                "remove it: each migration runs in one transaction of its own"
            }
            Self::DiscardAll => "remove it: settings are reset between migrations anyway",
            Self::ByteOrderMark => "save the file as UTF-8 without BOM",
            Self::Zero => "remove it, or save the file as UTF-8",
        }
    }
}

impl Statement {
    /// What is sent.
    pub fn of<'t>(&self, text: &'t str) -> &'t str {
        &text[self.body.clone()]
    }
}

impl Place {
    /// Where byte `at` of `text` is. A position past the end is the end.
    pub fn of(text: &str, at: usize) -> Self {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let before = &text[..at];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Takes `text` apart into statements.
pub fn split(text: &str) -> Result<Script, Refusal> {
    refuse_bytes(text)?;
    let tokens = lex(text);
    let mut statements = Vec::new();
    let mut nesting = Nesting::default();
    let mut piece_start = 0;
    let mut first: Option<usize> = None;
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Space | Kind::Comment => continue,
            Kind::Semicolon if nesting.is_open() => {}
            Kind::Semicolon => {
                if let Some(first) = first.take() {
                    let piece = piece_start..token.span.end;
                    statements.push(statement(text, &tokens[first..index], piece)?);
                    piece_start = token.span.end;
                }
                nesting = Nesting::default();
                continue;
            }
            Kind::Unclosed(quote) => {
                let end = text.len().min(token.span.start + opening_length(quote));
                return refuse(Obstacle::Unclosed(quote), token.span.start..end);
            }
            Kind::Backslash => return refuse_meta_command(text, token.span.start),
            Kind::Open => nesting.parentheses += 1,
            Kind::Close => nesting.parentheses = nesting.parentheses.saturating_sub(1),
            Kind::Word => nesting.word(&text[token.span.clone()]),
            Kind::Name | Kind::Text | Kind::Other => nesting.other(),
        }
        first.get_or_insert(index);
    }
    if let Some(first) = first {
        let last = tokens[first..]
            .iter()
            .rposition(|token| !matches!(token.kind, Kind::Space | Kind::Comment))
            .map_or(first, |offset| first + offset);
        let piece = piece_start..tokens[last].span.end;
        piece_start = piece.end;
        statements.push(statement(text, &tokens[first..=last], piece)?);
    }
    Ok(Script {
        statements,
        tail: piece_start..text.len(),
    })
}

fn refuse<T>(obstacle: Obstacle, at: Range<usize>) -> Result<T, Refusal> {
    Err(Refusal { obstacle, at })
}

fn refuse_bytes(text: &str) -> Result<(), Refusal> {
    if text.starts_with('\u{feff}') {
        return refuse(Obstacle::ByteOrderMark, 0..3);
    }
    match text.find('\0') {
        Some(at) => refuse(Obstacle::Zero, at..at + 1),
        None => Ok(()),
    }
}

fn refuse_meta_command<T>(text: &str, at: usize) -> Result<T, Refusal> {
    let rest = &text[at..];
    let length = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let name = rest[..length].to_owned();
    refuse(Obstacle::MetaCommand(name), at..at + length)
}

fn opening_length(quote: Quote) -> usize {
    match quote {
        Quote::Comment => 2,
        Quote::Name | Quote::Text | Quote::Dollar => 1,
    }
}

/// The statement made of `tokens`, which begin and, blanks aside, end with something.
fn statement(text: &str, tokens: &[Token], piece: Range<usize>) -> Result<Statement, Refusal> {
    let significant = |token: &&Token| !matches!(token.kind, Kind::Space | Kind::Comment);
    let start = tokens
        .iter()
        .find(significant)
        .map_or(piece.end, |token| token.span.start);
    let end = tokens
        .iter()
        .rfind(significant)
        .map_or(start, |token| token.span.end);
    let body = start..end;
    let alone = match classify(text, tokens) {
        Conduct::Ordinary => None,
        Conduct::Alone(name) => Some(name),
        Conduct::Never(obstacle) => return refuse(obstacle, body),
    };
    Ok(Statement { piece, body, alone })
}

/// What keeps a semicolon from ending the statement.
#[derive(Default)]
struct Nesting {
    parentheses: usize,
    /// How many of the statement's words were `CREATE`, `OR`, `REPLACE`, `FUNCTION` so far.
    opening: Opening,
    /// Whether the word before was `BEGIN`.
    begin: bool,
    /// `BEGIN ATOMIC` and every `CASE` inside it.
    blocks: usize,
}

/// How far a statement reads like the creation of a function.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Opening {
    #[default]
    Nothing,
    Create,
    Function,
    Else,
}

impl Nesting {
    fn is_open(&self) -> bool {
        self.parentheses > 0 || self.blocks > 0
    }

    fn word(&mut self, word: &str) {
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        let after_begin = std::mem::replace(&mut self.begin, is("begin"));
        self.opening = match self.opening {
            Opening::Nothing if is("create") => Opening::Create,
            Opening::Create if is("or") || is("replace") => Opening::Create,
            Opening::Create if is("function") || is("procedure") => Opening::Function,
            Opening::Function => Opening::Function,
            Opening::Nothing | Opening::Create | Opening::Else => Opening::Else,
        };
        if self.opening != Opening::Function || self.parentheses > 0 {
            return;
        }
        if self.blocks == 0 {
            self.blocks = usize::from(after_begin && is("atomic"));
        } else if is("case") {
            self.blocks += 1;
        } else if is("end") {
            self.blocks -= 1;
        }
    }

    fn other(&mut self) {
        self.begin = false;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Obstacle, Place, Quote, split};

    fn bodies(text: &str) -> Vec<&str> {
        split(text)
            .expect("splits")
            .statements
            .iter()
            .map(|statement| statement.of(text))
            .collect()
    }

    #[test]
    fn statements_end_where_psql_ends_them() {
        for (text, expected) in [
            ("", &[] as &[&str]),
            (" -- only words\n;;", &[]),
            ("select 1", &["select 1"]),
            ("select 1; -- one\nselect 2 ;\n", &["select 1", "select 2"]),
            (";; select 1;;", &["select 1"]),
            ("-- a;b\nselect ';' /* ; */ ;", &["select ';'"]),
            ("select 1 -- last", &["select 1"]),
            (
                "create rule r as on insert to t do also (select 1; select 2); select 3",
                &[
                    "create rule r as on insert to t do also (select 1; select 2)",
                    "select 3",
                ],
            ),
            (
                "create function f() returns int language plpgsql as $$ begin return 1; end $$; x",
                &[
                    "create function f() returns int language plpgsql as $$ begin return 1; end $$",
                    "x",
                ],
            ),
            (
                "create or replace function f(a int) returns int begin atomic \
                 select case a when 1 then 2 end; select 3; end; select 4;",
                &[
                    "create or replace function f(a int) returns int begin atomic \
                     select case a when 1 then 2 end; select 3; end",
                    "select 4",
                ],
            ),
            (
                "create procedure p() begin atomic insert into t values (1); end; select 4;",
                &[
                    "create procedure p() begin atomic insert into t values (1); end",
                    "select 4",
                ],
            ),
            (
                "create table \"begin atomic\" (a int); select 1",
                &["create table \"begin atomic\" (a int)", "select 1"],
            ),
        ] {
            assert_eq!(bodies(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_refused_is_refused_where_it_stands() {
        for (text, obstacle, place) in [
            (
                "select 1;\n  select 'a",
                Obstacle::Unclosed(Quote::Text),
                (2, 10),
            ),
            ("/* a", Obstacle::Unclosed(Quote::Comment), (1, 1)),
            (
                "表;\\connect x\n",
                Obstacle::MetaCommand("\\connect".into()),
                (1, 3),
            ),
            (
                "select 1;\n\n begin;",
                Obstacle::TransactionControl("BEGIN"),
                (3, 2),
            ),
            (
                "select 1;\ncopy t from stdin;\n1\t'x\n\\.\n",
                Obstacle::CopyFromStdin,
                (2, 1),
            ),
            (
                "copy t from stdin;\n1\tx\n\\.\n",
                Obstacle::CopyFromStdin,
                (1, 1),
            ),
            ("\u{feff}select 1", Obstacle::ByteOrderMark, (1, 1)),
            ("select 1\0", Obstacle::Zero, (1, 9)),
        ] {
            let refusal = split(text).expect_err(text);
            let at = Place::of(text, refusal.at.start);
            assert_eq!(
                (refusal.obstacle, (at.line, at.column)),
                (obstacle, place),
                "{text}"
            );
        }
    }

    #[test]
    fn what_must_run_alone_is_marked() {
        let script = split("create table t ();\nvacuum t;").expect("splits");
        let alone: Vec<_> = script.statements.iter().map(|it| it.alone).collect();
        assert_eq!(alone, [None, Some("VACUUM")]);
    }

    proptest! {
        #[test]
        fn joining_gives_the_text_back(
            text in r#"(create |function |begin |atomic |end |case |[a-z$'"; \n()*/-]|--|/\*|\*/|\$\$|E'|表)*"#
        ) {
            if let Ok(script) = split(&text) {
                let mut joined = String::new();
                for statement in &script.statements {
                    prop_assert!(statement.piece.start <= statement.body.start);
                    prop_assert!(statement.body.end <= statement.piece.end);
                    prop_assert!(!statement.of(&text).trim().is_empty());
                    joined.push_str(&text[statement.piece.clone()]);
                }
                joined.push_str(&text[script.tail]);
                prop_assert_eq!(joined, text);
            }
        }

        #[test]
        fn a_script_of_statements_comes_apart_into_them(
            statements in prop::collection::vec(
                prop::sample::select(vec![
                    "select ';'",
                    "select $a$ ; $a$",
                    "select E'\\';'",
                    "select \"a;b\"",
                    "select (1 /* ; /* */ ' */)",
                    "create function f() returns int begin atomic select case when true then 1 end; end",
                    "create table t (a int -- ;\n)",
                ]),
                0..6,
            )
        ) {
            let text = statements.join(";\n-- and ;\n");
            prop_assert_eq!(bodies(&text), statements);
        }
    }
}
