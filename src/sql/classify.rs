//! How a statement must be run, told by its words.
//!
//! PostgreSQL refuses some statements inside a transaction. A marker in the file can say so, but
//! a marker is forgotten; the statement itself cannot be. Only the words that stand outside
//! quotes and comments are looked at, so a function that mentions `VACUUM` is not one.

use crate::sql::lex::{Kind, Token};
use crate::sql::split::Obstacle;

/// How many tokens of a statement are looked at. All that matters stands at its beginning.
const ENOUGH: usize = 96;

/// How a statement must be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Conduct {
    /// Inside a transaction, like almost everything.
    Ordinary,
    /// Only outside a transaction; the words name it: `CREATE INDEX CONCURRENTLY`.
    Alone(&'static str),
    /// Not at all, as part of a migration.
    Never(Obstacle),
}

/// Tells how the statement made of `tokens`, which point into `text`, must be run.
pub fn classify(text: &str, tokens: &[Token]) -> Conduct {
    let words: Vec<String> = tokens
        .iter()
        .filter(|token| !matches!(token.kind, Kind::Space | Kind::Comment))
        .take(ENOUGH)
        .map(|token| spelling(text, token))
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if words.first() == Some(&"COPY") {
        return copy(text, tokens);
    }
    if let Some(control) = transaction_control(&words) {
        return Conduct::Never(control);
    }
    alone(&words).map_or(Conduct::Ordinary, Conduct::Alone)
}

/// A word in capitals; anything else by its sign, quoted things as nothing at all.
fn spelling(text: &str, token: &Token) -> String {
    match token.kind {
        Kind::Word => text[token.span.clone()].to_ascii_uppercase(),
        Kind::Open | Kind::Close | Kind::Other => text[token.span.clone()].to_owned(),
        Kind::Space
        | Kind::Comment
        | Kind::Name
        | Kind::Text
        | Kind::Semicolon
        | Kind::Backslash
        | Kind::Unclosed(_) => String::new(),
    }
}

/// `COPY` to or from the client is refused: there is no client to speak to.
fn copy(text: &str, tokens: &[Token]) -> Conduct {
    let mut depth = 0_usize;
    let mut before = String::new();
    for token in tokens {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            Kind::Space | Kind::Comment => continue,
            Kind::Word
            | Kind::Name
            | Kind::Text
            | Kind::Semicolon
            | Kind::Backslash
            | Kind::Other
            | Kind::Unclosed(_) => {}
        }
        let word = spelling(text, token);
        if depth == 0 {
            match (before.as_str(), word.as_str()) {
                ("FROM", "STDIN" | "STDOUT") => return Conduct::Never(Obstacle::CopyFromStdin),
                ("TO", "STDOUT" | "STDIN") => return Conduct::Never(Obstacle::CopyToStdout),
                _ => {}
            }
        }
        before = word;
    }
    Conduct::Ordinary
}

/// The transaction belongs to the runner, and so does the lock that `DISCARD ALL` would drop.
fn transaction_control(words: &[&str]) -> Option<Obstacle> {
    let name = match words {
        ["BEGIN", ..] => "BEGIN",
        ["START", "TRANSACTION", ..] => "START TRANSACTION",
        ["COMMIT" | "ROLLBACK", "PREPARED", ..]
        | ["ROLLBACK", "TO", ..]
        | ["ROLLBACK", "WORK" | "TRANSACTION", "TO", ..] => return None,
        ["COMMIT", ..] => "COMMIT",
        ["END", ..] => "END",
        ["ROLLBACK", ..] => "ROLLBACK",
        ["ABORT", ..] => "ABORT",
        ["PREPARE", "TRANSACTION", ..] => "PREPARE TRANSACTION",
        ["DISCARD", "ALL", ..] => return Some(Obstacle::DiscardAll),
        _ => return None,
    };
    Some(Obstacle::TransactionControl(name))
}

/// The name of a statement that the server refuses inside a transaction.
fn alone(words: &[&str]) -> Option<&'static str> {
    Some(match words {
        ["CREATE", "INDEX", "CONCURRENTLY", ..]
        | ["CREATE", "UNIQUE", "INDEX", "CONCURRENTLY", ..] => "CREATE INDEX CONCURRENTLY",
        ["DROP", "INDEX", "CONCURRENTLY", ..] => "DROP INDEX CONCURRENTLY",
        ["REINDEX", ..] => return reindex(words),
        ["VACUUM", ..] => "VACUUM",
        ["CLUSTER"] | ["CLUSTER", "VERBOSE"] | ["CLUSTER", "(", .., ")"] => "CLUSTER",
        ["CREATE", "DATABASE", ..] => "CREATE DATABASE",
        ["DROP", "DATABASE", ..] => "DROP DATABASE",
        ["ALTER", "DATABASE", _, "SET", "TABLESPACE", ..] => "ALTER DATABASE SET TABLESPACE",
        ["CREATE", "TABLESPACE", ..] => "CREATE TABLESPACE",
        ["DROP", "TABLESPACE", ..] => "DROP TABLESPACE",
        ["ALTER", "SYSTEM", ..] => "ALTER SYSTEM",
        ["ALTER", "TABLE", ..] if detaches_concurrently(words) => {
            "ALTER TABLE DETACH PARTITION CONCURRENTLY"
        }
        ["CREATE", "SUBSCRIPTION", ..] if !keeps_to_itself(words) => "CREATE SUBSCRIPTION",
        ["DROP", "SUBSCRIPTION", ..] => "DROP SUBSCRIPTION",
        [
            "ALTER",
            "SUBSCRIPTION",
            _,
            "REFRESH" | "SET" | "ADD" | "DROP",
            "PUBLICATION" | "SEQUENCES",
            ..,
        ] => "ALTER SUBSCRIPTION",
        ["COMMIT", "PREPARED", ..] => "COMMIT PREPARED",
        ["ROLLBACK", "PREPARED", ..] => "ROLLBACK PREPARED",
        _ => return None,
    })
}

fn reindex(words: &[&str]) -> Option<&'static str> {
    let options = match words.get(1) {
        Some(&"(") => words.iter().position(|&word| word == ")")?,
        _ => 0,
    };
    let switched_on = words[..=options]
        .windows(2)
        .any(|pair| pair[0] == "CONCURRENTLY" && !matches!(pair[1], "FALSE" | "OFF" | "0"));
    match words.get(options + 1..)? {
        ["SCHEMA", ..] => Some("REINDEX SCHEMA"),
        ["DATABASE", ..] => Some("REINDEX DATABASE"),
        ["SYSTEM", ..] => Some("REINDEX SYSTEM"),
        [_, "CONCURRENTLY", ..] => Some("REINDEX CONCURRENTLY"),
        _ if switched_on => Some("REINDEX CONCURRENTLY"),
        _ => None,
    }
}

fn detaches_concurrently(words: &[&str]) -> bool {
    words.windows(2).any(|pair| pair == ["DETACH", "PARTITION"])
        && words.last() == Some(&"CONCURRENTLY")
}

/// A subscription that creates no slot may stand in a transaction.
fn keeps_to_itself(words: &[&str]) -> bool {
    words
        .windows(3)
        .any(|triple| matches!(triple, ["CREATE_SLOT" | "CONNECT", "=", "FALSE" | "OFF"]))
}

#[cfg(test)]
mod tests {
    use super::{Conduct, classify};
    use crate::sql::lex::lex;
    use crate::sql::split::Obstacle;

    fn conduct(text: &str) -> Conduct {
        classify(text, &lex(text))
    }

    #[test]
    fn what_must_stand_alone() {
        for (text, name) in [
            (
                "create index concurrently i on t (a)",
                "CREATE INDEX CONCURRENTLY",
            ),
            (
                "CREATE /* now */ UNIQUE -- x\n INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)",
                "CREATE INDEX CONCURRENTLY",
            ),
            (
                "drop index concurrently if exists i",
                "DROP INDEX CONCURRENTLY",
            ),
            ("reindex index concurrently i", "REINDEX CONCURRENTLY"),
            (
                "reindex (verbose, concurrently) table t",
                "REINDEX CONCURRENTLY",
            ),
            ("reindex (concurrently on) table t", "REINDEX CONCURRENTLY"),
            ("reindex schema public", "REINDEX SCHEMA"),
            ("reindex (verbose) database d", "REINDEX DATABASE"),
            ("vacuum (analyze) t", "VACUUM"),
            ("cluster", "CLUSTER"),
            ("cluster verbose", "CLUSTER"),
            ("create database d", "CREATE DATABASE"),
            ("drop database d", "DROP DATABASE"),
            (
                "alter database \"D\" set tablespace s",
                "ALTER DATABASE SET TABLESPACE",
            ),
            ("create tablespace s location '/x'", "CREATE TABLESPACE"),
            ("alter system set work_mem = '1MB'", "ALTER SYSTEM"),
            (
                "alter table a.b detach partition c concurrently",
                "ALTER TABLE DETACH PARTITION CONCURRENTLY",
            ),
            (
                "create subscription s connection '' publication p",
                "CREATE SUBSCRIPTION",
            ),
            (
                "alter subscription s refresh publication",
                "ALTER SUBSCRIPTION",
            ),
            ("commit prepared 'x'", "COMMIT PREPARED"),
        ] {
            assert_eq!(conduct(text), Conduct::Alone(name), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_it() {
        for text in [
            "create index i on t (a)",
            "create index \"concurrently\" on t (a)",
            "create function f() returns void language sql as $$ vacuum $$",
            "do $$ begin commit; end $$",
            "insert into t values ('vacuum')",
            "reindex table t",
            "reindex (concurrently false) table t",
            "cluster t using i",
            "alter database d set work_mem = '1MB'",
            "alter table a detach partition c",
            "create subscription s connection '' publication p with (create_slot = false)",
            "rollback to savepoint a",
            "savepoint a",
            "set transaction isolation level serializable",
            "copy t from '/tmp/x'",
            "copy (select 'from stdin') to '/tmp/x'",
            "analyze",
            "discard temp",
            "",
        ] {
            assert_eq!(conduct(text), Conduct::Ordinary, "{text}");
        }
    }

    #[test]
    fn what_cannot_be_part_of_a_migration() {
        for (text, obstacle) in [
            ("begin", Obstacle::TransactionControl("BEGIN")),
            (
                "begin isolation level serializable",
                Obstacle::TransactionControl("BEGIN"),
            ),
            (
                "start transaction",
                Obstacle::TransactionControl("START TRANSACTION"),
            ),
            ("/* x */ commit", Obstacle::TransactionControl("COMMIT")),
            ("end", Obstacle::TransactionControl("END")),
            ("rollback work", Obstacle::TransactionControl("ROLLBACK")),
            (
                "prepare transaction 'x'",
                Obstacle::TransactionControl("PREPARE TRANSACTION"),
            ),
            ("discard all", Obstacle::DiscardAll),
            ("copy t (a, b) from stdin", Obstacle::CopyFromStdin),
            (
                "COPY public.t FROM stdin WITH (FORMAT csv)",
                Obstacle::CopyFromStdin,
            ),
            ("copy (select 1) to stdout", Obstacle::CopyToStdout),
        ] {
            assert_eq!(conduct(text), Conduct::Never(obstacle), "{text}");
        }
    }
}
