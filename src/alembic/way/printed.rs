//! What Alembic prints of a revision with `--sql`, where only Python can say what it does.
//!
//! It is what the revision does as far as it does the same without a database. One that asks
//! whether it is printed, or prints nothing at all, keeps to itself what it does.

use std::ops::Range;

use crate::alembic::history::{History, Ordinal};
use crate::alembic::translate::Statement;
use crate::alembic::way::leg::beginning;
use crate::migration::{Direction, Source};
use crate::sql::lex::{Kind, lex};
use crate::sql::split;

/// What a file asks that does something else where it is printed.
const ASKS: [&str; 2] = ["is_offline_mode", "as_sql"];

/// Whether what Alembic prints of `source` may be less than what it does.
pub fn is_reticent(source: &Source) -> bool {
    ASKS.iter().any(|word| source.text.contains(word))
}

/// The statements of `revision` in what Alembic printed; nothing where it is not all there. Those
/// that keep Alembic's own `table` are none of its own.
pub fn read(
    printed: &str,
    history: &History,
    direction: Direction,
    revision: Ordinal,
    table: &str,
) -> Option<Vec<Statement>> {
    let source = &history.script(revision).source;
    let place = beginning(source, direction);
    let call = format!("{}()", direction.as_str());
    let mut statements = Vec::new();
    for part in parts(printed, direction, history.id(revision)) {
        let text = &printed[part.at];
        let script = split(text).ok()?;
        let all = script.statements.iter().map(|it| it.of(text));
        let own = all.filter(|it| !is_about(it, table));
        statements.extend(own.map(|sql| Statement {
            sql: sql.to_owned(),
            place,
            call: call.clone(),
            autocommit: part.is_outside,
        }));
    }
    (!statements.is_empty()).then_some(statements)
}

/// A part of what Alembic printed, in one transaction or out of any.
struct Part {
    at: Range<usize>,
    is_outside: bool,
}

/// The parts under the headline of a revision, `-- Running upgrade a -> b`. What looks like a
/// headline or a transaction's end inside a statement is a part of that.
fn parts(printed: &str, direction: Direction, id: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut is_its, mut is_outside) = (false, false);
    let mut start = 0;
    // The first words of the statement, and where it begins.
    let mut words: Vec<&str> = Vec::new();
    let mut first = 0;
    let mut end = |from: usize, to: usize, is_its: bool, is_outside: bool| {
        if is_its {
            let at = from..to;
            parts.push(Part { at, is_outside });
        }
    };
    for token in lex(printed) {
        let text = &printed[token.span.clone()];
        match token.kind {
            Kind::Space => {}
            Kind::Comment => {
                let headline = text.strip_prefix("-- Running ");
                if let Some(headline) = headline.filter(|_| words.is_empty()) {
                    end(start, token.span.start, is_its, is_outside);
                    start = token.span.end;
                    is_its = is_of(headline, direction, id);
                }
            }
            Kind::Semicolon => {
                if let ["BEGIN" | "COMMIT"] = words[..] {
                    end(start, first, is_its, is_outside);
                    start = token.span.end;
                    is_outside = words == ["COMMIT"];
                }
                words.clear();
            }
            Kind::Word
            | Kind::Name
            | Kind::Text
            | Kind::Open
            | Kind::Close
            | Kind::Backslash
            | Kind::Other
            | Kind::Unclosed(_) => {
                if words.is_empty() {
                    first = token.span.start;
                }
                if words.len() < 2 {
                    words.push(text);
                }
            }
        }
    }
    end(start, printed.len(), is_its, is_outside);
    parts
}

/// Whether `upgrade a -> b` is the running of `id`.
fn is_of(headline: &str, direction: Direction, id: &str) -> bool {
    let ends = headline.strip_prefix(direction.as_str());
    let Some((from, to)) = ends.and_then(|ends| ends.split_once(" -> ")) else {
        return false;
    };
    let end = match direction {
        Direction::Upgrade => to,
        Direction::Downgrade => from,
    };
    // A message may stand behind a comma.
    end.trim().split(',').next() == Some(id)
}

/// Whether a statement makes, drops or writes `table`.
fn is_about(sql: &str, table: &str) -> bool {
    const VERBS: [&str; 5] = ["INSERT", "UPDATE", "DELETE", "CREATE", "DROP"];
    const BETWEEN: [&str; 7] = ["INTO", "FROM", "ONLY", "TABLE", "IF", "NOT", "EXISTS"];
    let tokens = lex(sql)
        .into_iter()
        .filter(|it| !matches!(it.kind, Kind::Space | Kind::Comment));
    let mut words = tokens.map(|it| &sql[it.span]);
    let is_one = |word: &str, of: &[&str]| of.iter().any(|it| it.eq_ignore_ascii_case(word));
    if !words.next().is_some_and(|verb| is_one(verb, &VERBS)) {
        return false;
    }
    let mut name = words.find(|word| !is_one(word, &BETWEEN));
    while words.next() == Some(".") {
        name = words.next();
    }
    name.is_some_and(|name| name.trim_matches('"') == table)
}

#[cfg(test)]
mod tests {
    use super::{is_about, is_reticent, read};
    use crate::alembic::{History, Script};
    use crate::migration::{Direction, Source};

    fn history() -> History {
        let file = |id: &str, parent: &str| {
            let text = format!(
                "revision = '{id}'\ndown_revision = {parent}\n\n\ndef upgrade():\n    work()\n"
            );
            Script::parse(Source {
                path: format!("{id}.py").into(),
                text: text.into(),
            })
            .expect("reads")
        };
        let scripts = vec![
            file("a", "None"),
            file("b", "'a'"),
            file("x", "None"),
            file("m", "('b', 'x')"),
            file("q", "'m'"),
        ];
        History::of(scripts).expect("links")
    }

    const PRINTED: &str = "\
BEGIN;

-- Running upgrade a -> b

CREATE TABLE t (
    n INTEGER
);

COMMIT;

CREATE INDEX CONCURRENTLY i ON t (n);

BEGIN;

UPDATE alembic_version SET version_num='b' WHERE alembic_version.version_num = 'a';

-- Running upgrade b, x -> m

DELETE FROM things USING alembic_version;

INSERT INTO things VALUES ('x;
-- Running upgrade m -> q
COMMIT;
');

DELETE FROM alembic_version WHERE alembic_version.version_num = 'x';

UPDATE alembic_version SET version_num='m' WHERE alembic_version.version_num = 'b';

-- Running upgrade m -> q, with words

CREATE PROCEDURE p() AS $$ BEGIN
COMMIT;
END $$;

CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;

UPDATE app.alembic_version SET version_num='q' WHERE version_num = 'm';

COMMIT;

";

    #[test]
    fn the_section_of_a_revision_without_what_notes_it() {
        let history = history();
        for (id, expected) in [
            (
                "b",
                Some(
                    &[
                        ("CREATE TABLE t (\n    n INTEGER\n)", false),
                        ("CREATE INDEX CONCURRENTLY i ON t (n)", true),
                    ][..],
                ),
            ),
            (
                "m",
                Some(&[
                    ("DELETE FROM things USING alembic_version", false),
                    (
                        "INSERT INTO things VALUES ('x;\n-- Running upgrade m -> q\nCOMMIT;\n')",
                        false,
                    ),
                ]),
            ),
            (
                "q",
                Some(&[
                    ("CREATE PROCEDURE p() AS $$ BEGIN\nCOMMIT;\nEND $$", false),
                    (
                        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END",
                        false,
                    ),
                ]),
            ),
            ("x", None),
        ] {
            let revision = history.find(id).expect("it is there");
            let found = read(
                PRINTED,
                &history,
                Direction::Upgrade,
                revision,
                "alembic_version",
            );
            let told = found.as_ref().map(|them| {
                let told = them.iter().map(|it| (it.sql.as_str(), it.autocommit));
                told.collect::<Vec<_>>()
            });
            assert_eq!(told.as_deref(), expected, "{id}");
            for statement in found.iter().flatten() {
                assert_eq!((statement.place.line, statement.place.column), (5, 1));
                assert_eq!(statement.call, "upgrade()");
            }
        }
    }

    #[test]
    fn what_is_nothing_or_not_whole_is_not_known() {
        let history = history();
        let revision = history.find("b").expect("it is there");
        for printed in [
            "",
            "-- Running upgrade a -> b\n\nUPDATE alembic_version SET version_num='b';\n",
            "-- Running upgrade a -> b\n\nCREATE PROCEDURE p() AS $$ BEGIN\nCOMMIT;\n",
            "-- Running downgrade b -> a\n\nDROP TABLE t;\n",
        ] {
            let up = Direction::Upgrade;
            let found = read(printed, &history, up, revision, "alembic_version");
            assert_eq!(found, None, "{printed}");
        }
    }

    #[test]
    fn what_keeps_alembic_s_own_table() {
        for (sql, expected) in [
            ("CREATE TABLE alembic_version (version_num text)", true),
            (
                "CREATE TABLE IF NOT EXISTS app.\"alembic_version\" ()",
                true,
            ),
            ("insert into alembic_version values ('a')", true),
            ("UPDATE app.alembic_version SET version_num = 'a'", true),
            ("DELETE FROM ONLY alembic_version", true),
            ("DROP TABLE alembic_version", true),
            ("DELETE FROM t USING alembic_version", false),
            ("INSERT INTO alembic_version.t VALUES (1)", false),
            ("SELECT * FROM alembic_version", false),
            ("", false),
        ] {
            assert_eq!(is_about(sql, "alembic_version"), expected, "{sql}");
        }
    }

    #[test]
    fn who_asks_whether_it_is_printed() {
        for (text, reticent) in [
            ("if context.is_offline_mode():\n    return\n", true),
            ("op.get_context().as_sql", true),
            ("op.execute('select 1')", false),
        ] {
            let source = Source {
                path: "a.py".into(),
                text: text.into(),
            };
            assert_eq!(is_reticent(&source), reticent, "{text}");
        }
    }
}
