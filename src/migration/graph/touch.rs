//! Which objects of a database the statements of a script name, told by their words.
//!
//! Two branches that name one table want a person's look before they are joined; two that share
//! nothing do not. A name inside the body of a function is not seen, and a name is followed no
//! further than its statement: this is a hint for people, and nothing is refused because of it.

use std::collections::BTreeSet;
use std::fmt;

use crate::sql::lex::{Kind, Token, lex};

/// Something that a database holds: a table, a type, a function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Object {
    /// What it is, as the statement says.
    pub kind: &'static str,
    /// Its name, with its schema unless that is `public`.
    pub name: String,
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.kind, self.name)
    }
}

/// The objects that the statements of `text` create, change, drop or write to.
pub fn objects(text: &str) -> BTreeSet<Object> {
    let mut found = BTreeSet::new();
    let tokens = lex(text);
    for statement in tokens.split(|token| token.kind == Kind::Semicolon) {
        let words: Vec<Word<'_>> = statement
            .iter()
            .filter(|token| !matches!(token.kind, Kind::Space | Kind::Comment))
            .map(|token| Word::of(text, token))
            .collect();
        of_statement(&words, &mut found);
    }
    found
}

/// A token as this looks at it.
struct Word<'t> {
    /// In capitals; empty if it is no bare word and no sign.
    keyword: String,
    /// As a name; nothing if it cannot be one.
    name: Option<String>,
    raw: &'t str,
}

impl<'t> Word<'t> {
    fn of(text: &'t str, token: &Token) -> Self {
        let raw = &text[token.span.clone()];
        let (keyword, name) = match token.kind {
            Kind::Word => (raw.to_ascii_uppercase(), Some(raw.to_lowercase())),
            Kind::Name => {
                let inner = raw.trim_start_matches(|c| c != '"');
                let inner = inner.strip_prefix('"').unwrap_or(inner);
                let inner = inner.strip_suffix('"').unwrap_or(inner);
                (String::new(), Some(inner.replace("\"\"", "\"")))
            }
            Kind::Open | Kind::Close | Kind::Other => (raw.to_owned(), None),
            Kind::Space
            | Kind::Comment
            | Kind::Text
            | Kind::Semicolon
            | Kind::Backslash
            | Kind::Unclosed(_) => (String::new(), None),
        };
        Self { keyword, name, raw }
    }
}

/// The words that may stand between a verb or a kind and the name.
const FILLERS: [&str; 19] = [
    "OR",
    "REPLACE",
    "TEMP",
    "TEMPORARY",
    "UNLOGGED",
    "LOCAL",
    "GLOBAL",
    "UNIQUE",
    "RECURSIVE",
    "FOREIGN",
    "CONSTRAINT",
    "EVENT",
    "MATERIALIZED",
    "CONCURRENTLY",
    "IF",
    "NOT",
    "EXISTS",
    "ONLY",
    "TRUSTED",
];

/// The kinds of objects, by the word of a statement.
const KINDS: [(&str, &str); 14] = [
    ("TABLE", "table"),
    ("VIEW", "view"),
    ("INDEX", "index"),
    ("TYPE", "type"),
    ("DOMAIN", "domain"),
    ("FUNCTION", "function"),
    ("PROCEDURE", "procedure"),
    ("ROUTINE", "function"),
    ("AGGREGATE", "function"),
    ("SEQUENCE", "sequence"),
    ("SCHEMA", "schema"),
    ("EXTENSION", "extension"),
    ("TRIGGER", "trigger"),
    ("POLICY", "policy"),
];

fn of_statement(words: &[Word<'_>], found: &mut BTreeSet<Object>) {
    let keyword = |at: usize| words.get(at).map_or("", |word| word.keyword.as_str());
    let table = |at: usize, found: &mut BTreeSet<Object>| names(words, at, "table", found);
    match keyword(0) {
        verb @ ("CREATE" | "ALTER" | "DROP" | "COMMENT") => {
            let after = skip(words, 1 + usize::from(verb == "COMMENT"));
            let kind = KINDS.iter().find(|(word, _)| *word == keyword(after));
            let Some(&(word, kind)) = kind else { return };
            let mut at = skip(words, after + 1);
            // An index may go without a name of its own.
            if keyword(at) != "ON" {
                at = names(words, at, kind, found);
            }
            let on_a_table = matches!(word, "INDEX" | "TRIGGER" | "POLICY");
            if on_a_table && let Some(on) = position(words, at, "ON") {
                table(skip(words, on + 1), found);
            }
            references(words, found);
        }
        "TRUNCATE" | "LOCK" => {
            let at = 1 + usize::from(keyword(1) == "TABLE");
            table(skip(words, at), found);
        }
        "INSERT" | "MERGE" => {
            table(2, found);
        }
        "UPDATE" => {
            table(skip(words, 1), found);
        }
        "DELETE" => {
            table(skip(words, 2), found);
        }
        "COPY" => {
            table(1, found);
        }
        "WITH" => {
            for (verb, after) in [("INTO", 1), ("UPDATE", 1)] {
                if let Some(at) = position(words, 1, verb) {
                    table(at + after, found);
                }
            }
        }
        "GRANT" | "REVOKE" => {
            if let Some(on) = position(words, 1, "ON") {
                let kind = KINDS.iter().find(|(word, _)| *word == keyword(on + 1));
                let (at, kind) = kind.map_or((on + 1, "table"), |(_, kind)| (on + 2, *kind));
                names(words, at, kind, found);
            }
        }
        _ => {}
    }
}

/// The tables that a foreign key leads to.
fn references(words: &[Word<'_>], found: &mut BTreeSet<Object>) {
    for (at, word) in words.iter().enumerate() {
        if word.keyword == "REFERENCES" {
            name(words, at + 1, "table", found);
        }
    }
}

/// Where the first word at or behind `at` is that fills no gap.
fn skip(words: &[Word<'_>], at: usize) -> usize {
    let rest = words.iter().skip(at);
    at + rest
        .take_while(|word| FILLERS.contains(&word.keyword.as_str()))
        .count()
}

fn position(words: &[Word<'_>], from: usize, keyword: &str) -> Option<usize> {
    (from..words.len()).find(|&at| words[at].keyword == keyword)
}

/// Takes the names that begin at `at`, with commas between them; gives back where they end.
fn names(words: &[Word<'_>], at: usize, kind: &'static str, found: &mut BTreeSet<Object>) -> usize {
    let mut at = name(words, at, kind, found);
    while words.get(at).is_some_and(|word| word.raw == ",") {
        at = name(words, at + 1, kind, found);
    }
    at
}

/// Takes the name that begins at `at`, with its schema; gives back where it ends.
fn name(words: &[Word<'_>], at: usize, kind: &'static str, found: &mut BTreeSet<Object>) -> usize {
    let mut parts = Vec::new();
    let mut at = at;
    while let Some(part) = words.get(at).and_then(|word| word.name.as_deref()) {
        parts.push(part);
        at += 1;
        if words.get(at).is_none_or(|word| word.raw != ".") {
            break;
        }
        at += 1;
    }
    let parts = match parts.as_slice() {
        ["public", rest @ ..] if !rest.is_empty() => rest,
        all => all,
    };
    if !parts.is_empty() {
        let name = parts.join(".");
        found.insert(Object { kind, name });
    }
    at
}

#[cfg(test)]
mod tests {
    use super::objects;

    #[test]
    fn what_a_statement_names() {
        for (text, expected) in [
            ("create table users (id int);", "table `users`"),
            (
                "CREATE TABLE IF NOT EXISTS public.\"Users\" (a int references app.roles(id))",
                "table `Users`, table `app.roles`",
            ),
            (
                "alter table only users add foreign key (a) references roles",
                "table `roles`, table `users`",
            ),
            (
                "create unique index concurrently if not exists i on users (a)",
                "index `i`, table `users`",
            ),
            ("create index on users (a)", "table `users`"),
            ("drop table if exists a, b cascade", "table `a`, table `b`"),
            (
                "create or replace function app.f(a int) returns int language sql as $$ select 1 from x $$",
                "function `app.f`",
            ),
            ("create type mood as enum ('a')", "type `mood`"),
            (
                "insert into users values (1); update roles set a = 1",
                "table `roles`, table `users`",
            ),
            ("delete from only users where true", "table `users`"),
            ("comment on table users is 'x'", "table `users`"),
            ("truncate table a, b", "table `a`, table `b`"),
            (
                "create trigger t before insert on users execute function f()",
                "table `users`, trigger `t`",
            ),
            ("create materialized view v as select 1", "view `v`"),
            ("grant select on users to r", "table `users`"),
            (
                "with x as (select 1) insert into users select * from x",
                "table `users`",
            ),
            ("select * from users; -- create table t", ""),
            ("", ""),
        ] {
            let found: Vec<String> = objects(text).iter().map(ToString::to_string).collect();
            assert_eq!(found.join(", "), expected, "{text}");
        }
    }
}
