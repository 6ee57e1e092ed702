//! The splitter on texts that nobody would write: pieces of SQL, cut anywhere and put together.
//!
//! Each run goes on for some seconds, or as many as `TOWNPASS_TEST_FUZZ` says, and never twice with
//! the same texts. What it finds is made small and printed; kept as a file in `tests/corpus/split`,
//! it is tried first from then on.

use std::env;
use std::iter::successors;
use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
use squawk_syntax::ast::AstNode as _;
use squawk_syntax::{SourceFile, SyntaxKind, SyntaxNode, SyntaxToken};
use townpass::sql::lex::{self, lex};
use townpass::sql::{Place, Script, Statement, impact, split};

/// How long it goes on unless told otherwise.
const USUAL: Duration = Duration::from_secs(10);

/// What opens, closes, or looks as if it did.
const WORDS: &[&str] = &[
    ";",
    ";;",
    "'",
    "''",
    "\"",
    "$$",
    "$a$",
    "$1",
    "E'",
    "e'\\'",
    "U&'",
    "U&\"",
    "B'",
    "X'",
    "N'",
    "\\",
    "\\\\",
    "--",
    "-- ",
    "/*",
    "*/",
    "/**/",
    "(",
    ")",
    "[",
    "]",
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "\u{a0}",
    "\u{feff}",
    "\0",
    "表",
    "é",
    "select",
    "1",
    ".5",
    "1e",
    "a$b$",
    "_",
    ":=",
    "::",
    "->>",
    "begin",
    "atomic",
    "begin atomic",
    "end",
    "case",
    "create",
    "create or replace",
    "function f()",
    "procedure p()",
    "returns int",
    "language sql",
    "as",
    "do",
    "commit",
    "copy t from stdin",
    "concurrently",
    "create index concurrently i on t (a)",
    "vacuum",
    "alter type t add value 'x'",
    "discard all",
    "start transaction",
    "\\connect x",
];

fn corpus() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/split");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the corpus")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let read = |path| std::fs::read_to_string(path).expect("UTF-8");
    files.into_iter().map(read).collect()
}

/// Texts made of parts of the corpus and of words.
fn texts(corpus: Vec<String>) -> impl Strategy<Value = String> {
    let statements: Vec<String> = corpus
        .iter()
        .flat_map(|text| text.split_inclusive(';'))
        .map(str::to_owned)
        .collect();
    let whole = prop::sample::select(corpus.clone());
    let statement = prop::sample::select(statements);
    let cut = (
        prop::sample::select(corpus),
        any::<prop::sample::Index>(),
        0..40_usize,
    )
        .prop_map(|(text, from, length)| {
            let letters: Vec<char> = text.chars().collect();
            let from = from.index(letters.len());
            let end = letters.len().min(from + length);
            letters[from..end].iter().collect()
        });
    let word = prop::sample::select(WORDS).prop_map(str::to_owned);
    let part = prop_oneof![
        1 => whole,
        4 => statement,
        6 => cut,
        8 => word,
        1 => ".{0,3}",
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

/// All that must be true of the pieces of any text.
fn check(text: &str) -> Result<(), TestCaseError> {
    let mut end = 0;
    for token in lex(text) {
        prop_assert_eq!(token.span.start, end);
        prop_assert!(
            text.get(token.span.clone())
                .is_some_and(|it| !it.is_empty())
        );
        end = token.span.end;
    }
    prop_assert_eq!(end, text.len());
    let script = match split(text) {
        Ok(script) => script,
        Err(refusal) => {
            prop_assert!(text.get(refusal.at.clone()).is_some(), "{refusal:?}");
            let place = Place::of(text, refusal.at.start);
            prop_assert!(place.line > 0 && place.column > 0);
            prop_assert!(!refusal.obstacle.to_string().is_empty());
            return Ok(());
        }
    };
    pieces_tile(text, &script)?;
    every_piece_is_one_statement(text, &script)?;
    a_parser_agrees(text, &script)
}

fn pieces_tile(text: &str, script: &Script) -> Result<(), TestCaseError> {
    let ends: Vec<usize> = lex(text).iter().map(|token| token.span.end).collect();
    let mut end = 0;
    for statement in &script.statements {
        prop_assert_eq!(statement.piece.start, end);
        end = statement.piece.end;
        prop_assert!(ends.contains(&end), "a token is cut at {end}");
        prop_assert!(statement.piece.start <= statement.body.start);
        prop_assert!(statement.body.end <= end);
        let body = statement.of(text);
        prop_assert!(!body.is_empty() && body == body.trim_matches([' ', '\t', '\r', '\n']));
    }
    prop_assert_eq!(script.tail.clone(), end..text.len());
    let left = lex(&text[script.tail.clone()]);
    prop_assert!(left.iter().all(|token| matches!(
        token.kind,
        lex::Kind::Space | lex::Kind::Comment | lex::Kind::Semicolon
    )));
    Ok(())
}

/// A piece by itself is the same statement, and to review it makes nobody stumble.
fn every_piece_is_one_statement(text: &str, script: &Script) -> Result<(), TestCaseError> {
    // The mark is refused at the beginning of a file, where alone it is one.
    let marked = |statement: &&Statement| statement.of(text).starts_with('\u{feff}');
    for statement in script.statements.iter().filter(|it| !marked(it)) {
        for alone in [&text[statement.piece.clone()], statement.of(text)] {
            let again = split(alone).map_err(|refusal| {
                TestCaseError::fail(format!("{alone:?} is refused: {refusal:?}"))
            })?;
            let bodies: Vec<_> = again.statements.iter().map(|it| it.of(alone)).collect();
            prop_assert_eq!(bodies, [statement.of(text)]);
            prop_assert_eq!(again.statements[0].alone, statement.alone);
        }
        let _ = impact(statement.of(text));
    }
    Ok(())
}

/// Where a parser of the whole grammar has nothing to object, it finds the same statements, and
/// none of them ends inside of a text or a comment.
fn a_parser_agrees(text: &str, script: &Script) -> Result<(), TestCaseError> {
    let parse = SourceFile::parse(text);
    if !parse.errors().is_empty() {
        return Ok(());
    }
    let file = parse.tree();
    let theirs: Vec<String> = file
        .stmts()
        .map(|statement| text_of(statement.syntax()))
        .filter(|text| !text.is_empty())
        .collect();
    let ours: Vec<String> = script
        .statements
        .iter()
        .map(|statement| text_of(SourceFile::parse(statement.of(text)).tree().syntax()))
        .collect();
    prop_assert_eq!(ours, theirs);
    for statement in &script.statements {
        let at = u32::try_from(statement.piece.end).expect("a short text");
        let token = file.syntax().token_at_offset(at.into());
        if let Some(token) = token.clone().right_biased() {
            let range = token.text_range();
            let inside = u32::from(range.start()) < at && at < u32::from(range.end());
            prop_assert!(!inside, "{:?} is cut at {at}", token.text());
        }
    }
    Ok(())
}

/// What a statement says, without blanks, comments and semicolons at its ends.
fn text_of(node: &SyntaxNode) -> String {
    let range = node.text_range();
    let words: Vec<String> = successors(node.first_token(), SyntaxToken::next_token)
        .take_while(|token| range.contains_range(token.text_range()))
        .filter(|token| {
            !matches!(
                token.kind(),
                SyntaxKind::WHITESPACE | SyntaxKind::COMMENT | SyntaxKind::SEMICOLON
            )
        })
        .map(|token| token.text().to_owned())
        .collect();
    words.join(" ")
}

#[test]
fn the_corpus_holds() {
    for text in corpus() {
        if let Err(error) = check(&text) {
            panic!("{error}\n{text}");
        }
    }
}

#[test]
fn whatever_is_put_together_comes_apart_soundly() {
    let long = env::var("TOWNPASS_TEST_FUZZ").ok();
    let long = long.and_then(|seconds| seconds.parse().ok());
    let enough = long.map_or(USUAL, Duration::from_secs);
    let texts = texts(corpus());
    let started = Instant::now();
    while started.elapsed() < enough {
        let mut runner = TestRunner::new(Config {
            cases: 64,
            failure_persistence: None,
            ..Config::default()
        });
        match runner.run(&texts, |text| check(&text)) {
            Ok(()) => {}
            Err(TestError::Fail(why, text)) => {
                panic!("{why}\nkeep it as a file in tests/corpus/split:\n{text}\nwhich is {text:?}")
            }
            Err(error) => panic!("{error}"),
        }
    }
}
