//! What the statements of a revision tell.

use super::{Finding, Severity, broken, warning};
use crate::migration::directory::source::Source;
use crate::migration::directory::{Directory, Revision};
use crate::sql::lex::{self, lex};
use crate::sql::{Place, Script, Statement, split};

/// What the statements of both files of `revision` tell.
pub(super) fn scripts(directory: &Directory, revision: &Revision, merges: bool) -> Vec<Finding> {
    let mut found = Vec::new();
    let up = script(&revision.up, &mut found);
    let acts = up.as_ref().is_some_and(|up| !up.statements.is_empty());
    if up.is_some() && !acts && !merges {
        found.push(warning(
            "empty",
            &revision.up,
            0,
            "it has no statement".to_owned(),
            "write what leads there, or remove the revision",
        ));
    }
    let Some(down) = &revision.down else {
        found.push(warning(
            "no-down",
            &revision.up,
            0,
            "it has no down file: there is no way back, and plain sqlx reverts the one below it"
                .to_owned(),
            "write a `.down.sql` that undoes it, or that raises an exception",
        ));
        return found;
    };
    let down = match down.read() {
        Ok(down) => down,
        Err(error) => {
            found.push(broken(directory, &error));
            return found;
        }
    };
    let back = script(&down, &mut found);
    if acts && back.is_some_and(|back| back.statements.is_empty()) {
        found.push(warning(
            "down-does-nothing",
            &down,
            0,
            "it has no statement, so that going back would change nothing and forget the revision"
                .to_owned(),
            "undo what the up file does, or raise: `DO $$ BEGIN RAISE EXCEPTION 'there is no way \
             back'; END $$;`",
        ));
    }
    found
}

/// The statements of `source`, and what is to be said of them.
fn script(source: &Source, found: &mut Vec<Finding>) -> Option<Script> {
    let script = match split(&source.text) {
        Ok(script) => script,
        Err(refusal) => {
            let place = Place::of(&source.text, refusal.at.start);
            found.push(Finding {
                rule: "statement",
                severity: Severity::Error,
                path: source.path.display().to_string(),
                line: place.line,
                column: place.column,
                message: refusal.obstacle.to_string(),
                help: Some(refusal.obstacle.help().to_owned()),
            });
            return None;
        }
    };
    let marked = source.opts_out_of_transaction();
    if marked && let Some(second) = script.statements.get(1) {
        found.push(warning(
            "several-without-transaction",
            source,
            second.body.start,
            "plain sqlx sends the statements of this file as one transaction all the same"
                .to_owned(),
            "let each statement that cannot run in a transaction be a revision of its own, if sqlx \
             is to run it",
        ));
    }
    for statement in &script.statements {
        if let Some(name) = statement.alone.filter(|_| !marked) {
            found.push(warning(
                "no-marker",
                source,
                statement.body.start,
                format!("plain sqlx runs this in a transaction, where `{name}` fails"),
                "make `-- no-transaction` the first line of the file",
            ));
        }
        if sets_search_path(source, statement) {
            found.push(warning(
                "search-path",
                source,
                statement.body.start,
                "with plain sqlx this holds for all files behind it as well, and hides the journal"
                    .to_owned(),
                "write `SET LOCAL search_path`, or name the schema of each object",
            ));
        }
    }
    Some(script)
}

/// Whether `statement` sets `search_path` for longer than its transaction.
fn sets_search_path(source: &Source, statement: &Statement) -> bool {
    let text = statement.of(&source.text);
    let words: Vec<String> = lex(text)
        .into_iter()
        .filter(|token| !matches!(token.kind, lex::Kind::Space | lex::Kind::Comment))
        .map(|token| text[token.span].to_ascii_lowercase())
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["set", "search_path", ..] | ["set", "session", "search_path", ..] => true,
        ["select", rest @ ..] => {
            let mut threes = rest.windows(3);
            threes.any(|three| three == ["set_config", "(", "'search_path'"])
                && rest.contains(&"false")
        }
        _ => false,
    }
}
