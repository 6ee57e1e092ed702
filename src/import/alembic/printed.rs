//! What Alembic prints with `--sql`, read back: the statements of one revision.

use crate::import::script::Piece;
use crate::migration::Direction;
use crate::sql::lex::{Kind, lex};

/// What Alembic printed of one revision, without what it says to its own `table`.
pub(super) fn section(
    printed: &str,
    direction: Direction,
    id: &str,
    table: &str,
) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut is_there = false;
    let mut inside = true;
    let mut words: Vec<&str> = Vec::new();
    let mut first = None;
    let mut mine = false;
    for token in lex(printed) {
        let text = &printed[token.span.clone()];
        match token.kind {
            Kind::Space => {}
            Kind::Comment => {
                if let Some(running) = text.strip_prefix("-- Running ") {
                    mine = is_of(running, direction, id);
                    is_there |= mine;
                }
            }
            Kind::Semicolon => {
                let statement = first
                    .take()
                    .map_or("", |start: usize| printed[start..token.span.start].trim());
                match words.first().map(|it| it.to_ascii_uppercase()).as_deref() {
                    Some("BEGIN") if words.len() == 1 => inside = true,
                    Some("COMMIT") if words.len() == 1 => inside = false,
                    Some(verb) if mine && !is_about(verb, &words, table) => pieces.push(Piece {
                        sql: statement.to_owned(),
                        outside: !inside,
                    }),
                    Some(_) | None => {}
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
                first.get_or_insert(token.span.start);
                if words.len() < 8 {
                    words.push(text);
                }
            }
        }
    }
    is_there.then_some(pieces)
}

/// Whether `upgrade a -> b` is the running of `id`.
fn is_of(running: &str, direction: Direction, id: &str) -> bool {
    let Some(ends) = running.strip_prefix(direction.as_str()) else {
        return false;
    };
    let Some((from, to)) = ends.split_once(" -> ") else {
        return false;
    };
    let end = match direction {
        Direction::Upgrade => to,
        Direction::Downgrade => from,
    };
    // A message may stand behind a comma.
    end.trim().split(',').next() == Some(id)
}

/// Whether a statement is one of those that keep Alembic's own table.
fn is_about(verb: &str, words: &[&str], table: &str) -> bool {
    let keeps = ["INSERT", "UPDATE", "DELETE", "CREATE", "DROP"];
    let bare = |word: &str| word.trim_matches('"').to_owned();
    keeps.contains(&verb)
        && words
            .iter()
            .skip(1)
            .take(5)
            .any(|word| bare(word) == table.rsplit('.').next().map(bare).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::section;
    use crate::migration::Direction;

    #[test]
    fn one_revision_of_what_alembic_prints() {
        let printed = "BEGIN;\n\nCREATE TABLE alembic_version (\n    version_num VARCHAR(32) NOT NULL, \n    \
            CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)\n);\n\n\
            -- Running upgrade  -> a1\n\nCREATE TABLE t (\n    a INTEGER\n);\n\n\
            INSERT INTO alembic_version (version_num) VALUES ('a1') RETURNING alembic_version.version_num;\n\n\
            -- Running upgrade a1 -> b2, two; words\n\nINSERT INTO t VALUES ('x; -- Running upgrade');\n\n\
            COMMIT;\n\nCREATE INDEX CONCURRENTLY i ON t (a);\n\nBEGIN;\n\nSELECT 2;\n\n\
            UPDATE alembic_version SET version_num='b2' WHERE alembic_version.version_num = 'a1';\n\n\
            -- Running upgrade b2 -> c3\n\nSELECT 3;\n\nCOMMIT;\n\n";
        let of = |id: &str| -> Option<Vec<String>> {
            let pieces = section(printed, Direction::Upgrade, id, "alembic_version")?;
            let told = pieces.iter().map(|it| format!("{} {}", it.outside, it.sql));
            Some(told.collect())
        };
        assert_eq!(
            of("a1").expect("is there"),
            ["false CREATE TABLE t (\n    a INTEGER\n)"]
        );
        assert_eq!(
            of("b2").expect("is there"),
            [
                "false INSERT INTO t VALUES ('x; -- Running upgrade')",
                "true CREATE INDEX CONCURRENTLY i ON t (a)",
                "false SELECT 2",
            ]
        );
        assert_eq!(of("c3").expect("is there"), ["false SELECT 3"]);
        assert_eq!(of("d4"), None);
        let down = "BEGIN;\n\n-- Running downgrade b2 -> a1\n\nDROP TABLE t;\n\n\
            DELETE FROM \"alembic_version\" WHERE version_num = 'b2';\n\nCOMMIT;\n";
        let pieces = section(down, Direction::Downgrade, "b2", "alembic_version").expect("there");
        assert_eq!(pieces.len(), 1);
    }
}
