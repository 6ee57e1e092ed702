//! What the server objects to, found in the file it came from.
//!
//! PostgreSQL counts characters from the beginning of the statement it was sent. sqlx's own words
//! name a line as well, but that is a line of PostgreSQL's source.

use std::ops::Range;

use sqlx::postgres::PgErrorPosition;

use crate::migration::directory::located::Located;
use crate::migration::directory::source::Source;
use crate::migration::error::{Error, Foreign};
use crate::migration::journal::lock::Holder;
use crate::migration::journal::server;
use crate::migration::plan::step::Step;
use crate::sql::{Place, Statement};

/// The code of a statement that waited for a lock as long as it may.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// What to do about it.
const WAITED: &str = "another session uses what this statement needs: run again when it is done, or \
    wait longer, in all with `--wait-lock`, at a time with `--lock-timeout`";

/// What to do where `code` says that the server ran out of something.
pub(in crate::migration) fn exhausted(code: &str) -> Option<&'static str> {
    Some(match code {
        "53100" => "make room on the server's disk, and run the command again",
        "53200" => {
            "give the server more memory, or less to do at a time, and run the command again"
        }
        _ if code.starts_with("53") => "run the command again when the server has less to do",
        _ => return None,
    })
}

/// The connection failed, not the statement.
pub(in crate::migration) fn lost(error: &sqlx::Error) -> Error {
    Error::Database {
        doing: "stay connected; what was not committed is rolled back",
        cause: Foreign(error.to_string()),
        help: None,
    }
}

/// Points at what the server objects to.
pub(in crate::migration) fn locate(
    step: &Step,
    statement: &Statement,
    error: &sqlx::Error,
    blockers: &[Holder],
    state: &str,
) -> Located {
    let Some(cause) = server(error) else {
        let (message, help) = (error.to_string(), state.to_owned());
        let located = Located::new(&step.source, &statement.body, message, String::new(), help);
        return step.source.traced(statement.body.start, located);
    };
    let body = statement.of(&step.source.text);
    let at = match cause.position() {
        Some(PgErrorPosition::Original(position)) => {
            let offset = body
                .char_indices()
                .nth(position.saturating_sub(1))
                .map_or(body.len(), |(offset, _)| offset);
            word_at(&step.source.text, statement.body.start + offset)
        }
        Some(PgErrorPosition::Internal { .. }) | None => statement.body.clone(),
    };
    let mut help = Vec::new();
    help.extend(cause.detail().map(|detail| format!("DETAIL: {detail}")));
    help.extend(cause.hint().map(|hint| format!("HINT: {hint}")));
    if let Some(PgErrorPosition::Internal { query, .. }) = cause.position() {
        help.push(format!("QUERY: {query}"));
    }
    help.extend(cause.r#where().map(|context| format!("CONTEXT: {context}")));
    if cause.code() == LOCK_NOT_AVAILABLE {
        for blocker in blockers {
            let pid = blocker.pid;
            help.push(format!(
                "in the way is {blocker}; `SELECT pg_terminate_backend({pid})` ends it"
            ));
        }
        help.push(WAITED.to_owned());
    }
    help.extend(exhausted(cause.code()).map(str::to_owned));
    help.push(state.to_owned());
    let message = format!("{} ({})", cause.message(), cause.code());
    let label = cause.message().to_owned();
    let located = Located::new(&step.source, &at, message, label, help.join("\n"));
    let located = located.with_code(cause.code());
    step.source.traced(statement.body.start, located)
}

impl Source {
    /// What of the file makes the statement at the byte `at` of the text, where the text was made
    /// from a file of another language.
    pub fn made_by(&self, at: usize) -> Option<(Place, &str)> {
        made_by(&self.text[..at], &self.name())
    }

    /// A mistake in the statement at the byte `at`, with what of another file makes that, where the
    /// text was made from one.
    pub(in crate::migration) fn traced(&self, at: usize, located: Located) -> Located {
        match self.made_by(at) {
            Some((place, call)) => located.made_by(place, call),
            None => located,
        }
    }
}

/// What makes the statement behind `before`, as the last comment of that form says:
/// `-- 1_a.py:12:5: op.create_table`.
fn made_by<'t>(before: &'t str, name: &str) -> Option<(Place, &'t str)> {
    before.lines().rev().find_map(|line| {
        let at = line.strip_prefix("-- ")?.strip_prefix(name)?;
        let (place, call) = at.strip_prefix(':')?.split_once(": ")?;
        let (line, column) = place.split_once(':')?;
        let place = Place {
            line: line.parse().ok()?,
            column: column.parse().ok()?,
        };
        Some((place, call))
    })
}

/// The word of `text` that begins at `start`, or the one character there.
fn word_at(text: &str, start: usize) -> Range<usize> {
    let rest = &text[start..];
    let word = rest
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(rest.len());
    let length = word.max(rest.chars().next().map_or(0, char::len_utf8));
    start..start + length
}

#[cfg(test)]
mod tests {
    use super::made_by;
    use crate::sql::Place;

    #[test]
    fn the_last_comment_of_that_form_tells() {
        let text = "-- a.py:3:5: op.execute\nselect 1;\n-- a.py:12:5: op.drop_table\n-- other\n";
        let place = Place {
            line: 12,
            column: 5,
        };
        assert_eq!(made_by(text, "a.py"), Some((place, "op.drop_table")));
        assert_eq!(made_by(text, "b.py"), None);
        assert_eq!(made_by("-- 12:30\n", "a.py"), None);
    }
}
