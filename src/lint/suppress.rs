//! `-- squawk-ignore RULE` and `-- squawk-ignore-file RULE`, as squawk reads them.
//!
//! A comment without names means every rule. One that stands before a statement, or on the line
//! on which a finding begins, concerns that; one for the file concerns all of it.

use std::ops::Range;

use super::rule::Rule;
use crate::sql::Place;
use crate::sql::lex::{Kind, lex};

/// What the comments of a file ask not to be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::lint) struct Suppressions(Vec<Suppression>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Suppression {
    /// Rules by name; none means all.
    names: Vec<String>,
    /// Where the comment stands; nothing for one that concerns the file.
    at: Option<Range<usize>>,
}

impl Suppressions {
    /// Reads the comments of `text`.
    pub(in crate::lint) fn read(text: &str) -> Self {
        let comments = lex(text).into_iter().filter(|it| it.kind == Kind::Comment);
        let found = comments.filter_map(|it| suppression(text, it.span));
        Self(found.collect())
    }

    /// Whether something that `rule` finds at `at`, in a statement of which `piece` is all with
    /// the comments before it, is not to be told.
    pub(in crate::lint) fn has(
        &self,
        text: &str,
        rule: &Rule,
        at: usize,
        piece: &Range<usize>,
    ) -> bool {
        self.0.iter().any(|it| {
            let named = it.names.is_empty() || it.names.iter().any(|name| name == rule.name);
            let near = it.at.as_ref().is_none_or(|comment| {
                let before = piece.contains(&comment.start) && comment.end <= at;
                before || Place::of(text, comment.start).line == Place::of(text, at).line
            });
            named && near
        })
    }
}

fn suppression(text: &str, span: Range<usize>) -> Option<Suppression> {
    let comment = &text[span.clone()];
    let body = comment.strip_prefix("--").or_else(|| {
        comment
            .strip_prefix("/*")
            .map(|it| it.trim_end_matches("*/"))
    })?;
    let rest = body.trim().strip_prefix("squawk-ignore")?;
    let (rest, whole_file) = match rest.strip_prefix("-file") {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    let names = rest.split("--").next().unwrap_or_default();
    let names = names
        .split([',', ' '])
        .filter(|it| !it.is_empty())
        .map(str::to_owned);
    Some(Suppression {
        names: names.collect(),
        at: (!whole_file).then_some(span),
    })
}

#[cfg(test)]
mod tests {
    use super::{Rule, Suppressions};
    use crate::sql::split;

    #[test]
    fn comments_speak_for_what_follows_them() {
        for (text, silent) in [
            ("drop table a;", false),
            ("-- squawk-ignore ban-drop-table\ndrop table a;", true),
            (
                "-- squawk-ignore ban-drop-table -- since it is empty\ndrop table a;",
                true,
            ),
            (
                "/* squawk-ignore ban-drop-view, ban-drop-table */ drop table a;",
                true,
            ),
            ("-- squawk-ignore\ndrop table a;", true),
            ("-- squawk-ignore ban-drop-view\ndrop table a;", false),
            ("drop table a; -- squawk-ignore ban-drop-table", true),
            (
                "-- squawk-ignore ban-drop-table\nselect 1;\ndrop table a;",
                false,
            ),
            (
                "-- squawk-ignore-file ban-drop-table\nselect 1;\ndrop table a;",
                true,
            ),
            ("select '-- squawk-ignore-file';\ndrop table a;", false),
        ] {
            let script = split(text).expect(text);
            let last = script.statements.last().expect("a statement");
            let rule = Rule::find("ban-drop-table").expect("a rule");
            let found = Suppressions::read(text).has(text, rule, last.body.start, &last.piece);
            assert_eq!(found, silent, "{text}");
        }
    }
}
