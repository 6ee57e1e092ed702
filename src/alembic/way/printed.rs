//! What Alembic prints of a revision with `--sql`, where only Python can say what it does.
//!
//! It is what the revision does as far as it does the same without a database. One that asks
//! whether it is printed, or prints nothing at all, keeps to itself what it does.

use crate::alembic::history::{History, Ordinal};
use crate::alembic::translate::Statement;
use crate::alembic::way::leg::beginning;
use crate::migration::{Direction, Source};
use crate::sql::split;

/// What a file asks that does something else where it is printed.
const ASKS: [&str; 2] = ["is_offline_mode", "as_sql"];

/// Whether what Alembic prints of `source` may be less than what it does.
pub fn is_reticent(source: &Source) -> bool {
    ASKS.iter().any(|word| source.text.contains(word))
}

/// The statements of `revision` in what Alembic printed; nothing where it is not all there. Those
/// that note the revision in `table` are none of its own.
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
    let section = section(printed, direction, history.id(revision))?;
    for (sql, autocommit) in pieces(section) {
        let script = split(&sql).ok()?;
        let own = script
            .statements
            .iter()
            .map(|it| it.of(&sql))
            .filter(|it| !notes(it, table));
        statements.extend(own.map(|it| Statement {
            sql: it.to_owned(),
            place,
            call: call.clone(),
            autocommit,
        }));
    }
    (!statements.is_empty()).then_some(statements)
}

/// What stands under the headline of a revision: `-- Running upgrade a -> b`.
fn section<'p>(printed: &'p str, direction: Direction, id: &str) -> Option<&'p str> {
    const HEADLINE: &str = "-- Running ";
    let sections = printed.split(HEADLINE).skip(1);
    let found = sections.filter_map(|section| {
        let (headline, sql) = section.split_once('\n')?;
        let (from, to) = headline
            .strip_prefix(direction.as_str())?
            .split_once(" -> ")?;
        let this = match direction {
            Direction::Upgrade => to,
            Direction::Downgrade => from,
        };
        (this.trim() == id).then_some(sql)
    });
    found.last()
}

/// The parts of a section that are in one transaction or out of any, and which is so.
fn pieces(section: &str) -> Vec<(String, bool)> {
    let mut pieces = vec![(String::new(), false)];
    for line in section.lines() {
        match line.trim_end() {
            "BEGIN;" => pieces.push((String::new(), false)),
            "COMMIT;" => pieces.push((String::new(), true)),
            line => {
                if let Some((piece, _)) = pieces.last_mut() {
                    piece.push_str(line);
                    piece.push('\n');
                }
            }
        }
    }
    pieces
}

/// Whether a statement writes a row of the version table.
fn notes(sql: &str, table: &str) -> bool {
    let begins = ["INSERT INTO ", "UPDATE ", "DELETE FROM "];
    let rest = begins.iter().find_map(|it| sql.strip_prefix(it));
    rest.is_some_and(|rest| {
        let name = rest.split([' ', '\n']).next().unwrap_or_default();
        let name = name.rsplit('.').next().unwrap_or(name);
        name.trim_matches('"') == table && rest.contains("version_num")
    })
}

#[cfg(test)]
mod tests {
    use super::{is_reticent, read};
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

DELETE FROM things;

DELETE FROM alembic_version WHERE alembic_version.version_num = 'x';

UPDATE alembic_version SET version_num='m' WHERE alembic_version.version_num = 'b';

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
            ("m", Some(&[("DELETE FROM things", false)])),
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
            "-- Running upgrade a -> b\n\nCREATE PROCEDURE p() AS $$ BEGIN\nCOMMIT;\nEND $$;\n",
            "-- Running downgrade b -> a\n\nDROP TABLE t;\n",
        ] {
            let up = Direction::Upgrade;
            let found = read(printed, &history, up, revision, "alembic_version");
            assert_eq!(found, None, "{printed}");
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
