//! What comments of a version file say to a review, as comments of SQL.
//!
//! `# townpass:approve RULE reason="…"` inside `upgrade()` or `downgrade()` approves what that
//! function does. `# squawk-ignore RULE` speaks for the call below it or on its line, and
//! `# squawk-ignore-file RULE` for all of the file.

use std::fmt::Write as _;

use crate::alembic::translate::body;
use crate::migration::{Direction, Source};
use crate::sql::Place;

/// How a comment begins that approves something.
const APPROVE: &str = "townpass:approve";

/// How a comment begins that asks not to be told.
const IGNORE: &str = "squawk-ignore";

/// The same, for all of a file.
const IGNORE_FILE: &str = "squawk-ignore-file";

/// The comments that concern all that `direction` of `source` does.
pub(super) fn of_all(source: &Source, direction: Direction) -> String {
    let text = &source.text;
    let mut head = String::new();
    if !text.contains(APPROVE) && !text.contains(IGNORE_FILE) {
        return head;
    }
    let body = body(text, direction).unwrap_or_default();
    let mut start = 0;
    for (at, line) in text.split_inclusive('\n').enumerate() {
        let here = start;
        start += line.len();
        let Some(comment) = comment(line) else {
            continue;
        };
        let approves = comment.starts_with(APPROVE) && body.contains(&here);
        if approves || comment.starts_with(IGNORE_FILE) {
            let place = Place {
                line: at + 1,
                column: 1,
            };
            mark(&mut head, source, place, APPROVE);
            // Writing to a string cannot fail.
            let _ = writeln!(head, "-- {comment}");
        }
    }
    head
}

/// The comments that concern what is called at `place` alone.
pub(super) fn at(source: &Source, place: Place) -> String {
    let text = &source.text;
    if !text.contains(IGNORE) {
        return String::new();
    }
    let lines: Vec<&str> = text.lines().take(place.line).collect();
    let Some((own, before)) = lines.split_last() else {
        return String::new();
    };
    let above = before.iter().rev().map_while(|line| comment(line));
    let behind = own.split_once(" # ").map(|(_, comment)| comment.trim());
    above
        .chain(behind)
        .filter(|it| it.starts_with(IGNORE) && !it.starts_with(IGNORE_FILE))
        .fold(String::new(), |told, comment| told + "-- " + comment + "\n")
}

/// Says in `text` that what follows comes from `place` of `source`, by `call`.
pub(super) fn mark(text: &mut String, source: &Source, place: Place, call: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "-- {}:{place}: {call}", source.name());
}

/// What a line says that is nothing but a comment.
fn comment(line: &str) -> Option<&str> {
    Some(line.trim().strip_prefix('#')?.trim())
}

#[cfg(test)]
mod tests {
    use super::{at, of_all};
    use crate::migration::{Direction, Source};
    use crate::sql::Place;

    const TEXT: &str = "\
# townpass:approve drop-table reason=\"of neither\"
# squawk-ignore-file prefer-text-field


def upgrade():
    # townpass:approve drop-column reason=\"nobody reads it\"
    # squawk-ignore renaming-column
    # since it is new
    op.alter_column('t', 'a', new_column_name='b')
    op.drop_table('t')  # squawk-ignore


def downgrade():
    # townpass:approve drop-table reason=\"it is empty\"
    op.drop_table('t')
";

    fn source() -> Source {
        Source {
            path: "versions/1_a.py".into(),
            text: TEXT.into(),
        }
    }

    #[test]
    fn approvals_are_of_their_function() {
        let up = of_all(&source(), Direction::Upgrade);
        assert_eq!(
            up,
            "-- 1_a.py:2:1: townpass:approve\n-- squawk-ignore-file prefer-text-field\n\
             -- 1_a.py:6:1: townpass:approve\n\
             -- townpass:approve drop-column reason=\"nobody reads it\"\n"
        );
        let down = of_all(&source(), Direction::Downgrade);
        assert!(down.contains("drop-table reason=\"it is empty\""), "{down}");
        assert!(!down.contains("drop-column"), "{down}");
    }

    #[test]
    fn what_is_not_to_be_told_of_a_call() {
        for (line, expected) in [
            (9, "-- squawk-ignore renaming-column\n"),
            (10, "-- squawk-ignore\n"),
            (15, ""),
        ] {
            let place = Place { line, column: 5 };
            assert_eq!(at(&source(), place), expected, "{line}");
        }
    }
}
