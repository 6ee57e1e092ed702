//! Approvals that stand in the file itself.
//!
//! ```sql
//! -- townpass:approve drop-column reason="the copy in users.emails has been read since June"
//! ```
//!
//! Such a line in the header approves every finding of that rule in the file. A reason is asked
//! for: whoever reads the file later wants it. In a version file of Alembic's the line begins with
//! `#`, and stands in the function that it is about.

use crate::lint::rule::{Class, Rule, nearest};
use crate::migration::Source;
use crate::migration::directory::located::Located;
use crate::migration::error::Error;

/// A line of a header that approves something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Findings of which rule.
    pub rule: &'static Rule,
    /// Why.
    pub reason: String,
}

/// The approvals in the header of `source`.
pub fn read(source: &Source) -> Result<Vec<Approval>, Error> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in source.text.split_inclusive('\n') {
        let here = start;
        start += line.len();
        let line = line.trim_end();
        if line.is_empty() {
            continue;
        }
        let Some(comment) = line.strip_prefix("--").map(str::trim_start) else {
            break;
        };
        let Some(rest) = comment.strip_prefix("townpass:approve") else {
            continue;
        };
        let approval = parse(rest.trim_start_matches(':')).map_err(|why| {
            let help = "write `-- townpass:approve RULE reason=\"…\"`";
            let at = here..here + line.len();
            let label = "in this line".to_owned();
            let located = Located::new(source, &at, why, label, help.to_owned());
            Error::BadHeader(Box::new(match source.made_by(here) {
                Some((place, _)) => located.standing_at(place),
                None => located,
            }))
        })?;
        found.push(approval);
    }
    Ok(found)
}

/// `RULE reason="…"`
fn parse(text: &str) -> Result<Approval, String> {
    let text = text.trim();
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rule = match Rule::find(name) {
        Some(rule) if rule.class == Class::Destructive => rule,
        Some(rule) => return Err(format!("`{}` needs no approval", rule.name)),
        None if name.is_empty() => return Err("it names no rule to approve".to_owned()),
        None => {
            return Err(match nearest(name) {
                Some(near) => format!("there is no rule `{name}`; did you mean `{near}`?"),
                None => format!("there is no rule `{name}`"),
            });
        }
    };
    let reason = rest
        .trim()
        .strip_prefix("reason=")
        .map(|it| it.trim_matches('"').trim())
        .filter(|it| !it.is_empty())
        .ok_or_else(|| format!("the approval of `{}` has no reason", rule.name))?;
    Ok(Approval {
        rule,
        reason: reason.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::migration::Source;

    fn source(text: &str) -> Source {
        Source {
            path: "migrations/1_a.sql".into(),
            text: text.into(),
        }
    }

    #[test]
    fn a_header_approves_by_rule_and_reason() {
        for (text, expected) in [
            ("drop table a;", ""),
            (
                "-- townpass:revises 1\n-- townpass:approve drop-table reason=\"it is empty\"\ndrop table a;",
                "ban-drop-table: it is empty",
            ),
            (
                "--townpass:approve: ban-truncate reason=old rows",
                "ban-truncate: old rows",
            ),
            ("select 1;\n-- townpass:approve drop-table reason=late", ""),
        ] {
            let found = read(&source(text)).expect(text);
            let found: Vec<String> = found
                .iter()
                .map(|it| format!("{}: {}", it.rule.name, it.reason))
                .collect();
            assert_eq!(found.join(", "), expected, "{text}");
        }
    }

    #[test]
    fn an_approval_that_approves_nothing_is_refused_with_its_place() {
        for (text, message) in [
            (
                "-- townpass:approve drop-table",
                "the approval of `ban-drop-table` has no reason",
            ),
            (
                "-- townpass:approve drop-table reason=\" \"",
                "the approval of `ban-drop-table` has no reason",
            ),
            (
                "-- townpass:approve drop-tabel reason=x",
                "there is no rule `drop-tabel`; did you mean `ban-drop-table`?",
            ),
            (
                "-- townpass:approve renaming-table reason=x",
                "`renaming-table` needs no approval",
            ),
            ("-- townpass:approve", "it names no rule to approve"),
        ] {
            let error = read(&source(text)).expect_err(text).to_string();
            let error = error.replace('\\', "/");
            assert_eq!(
                error,
                format!("`migrations/1_a.sql:1:1`: {message}"),
                "{text}"
            );
        }
    }
}
