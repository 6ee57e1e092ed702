//! Whether the folder of migrations makes one history.

use crate::doctor::evidence::{Evidence, History};
use crate::doctor::{Check, Mend, Seen, Verdict};
use crate::migration::Version;
use crate::migration::check::{Finding, Severity};

pub(in crate::doctor) const CHECK: Check = Check {
    name: "history",
    needs: &[],
    look,
};

/// What `line-ends` tells.
pub(super) const LINE_ENDS: &str = "line-ends";

fn look(evidence: &Evidence) -> Verdict {
    let (revisions, heads, findings) = match &evidence.history {
        History::Absent { folder } => {
            return Verdict::Idle(format!("there is no folder `{folder}`"));
        }
        History::Unreadable(trouble) => return Verdict::failed(trouble),
        History::Read {
            revisions,
            heads,
            findings,
        } => (revisions, heads, findings),
    };
    let mut findings: Vec<&Finding> = findings.iter().filter(|it| it.rule != LINE_ENDS).collect();
    findings.sort_by_key(|it| it.severity);
    let Some((first, others)) = findings.split_first() else {
        let heads: Vec<String> = heads.iter().map(Version::to_string).collect();
        let line = match heads.as_slice() {
            [] => "no revisions yet".to_owned(),
            heads => format!("{revisions} revisions, head {}", heads.join(", ")),
        };
        return Verdict::Well(Seen::new(line));
    };
    let told = |it: &Finding| format!("{}:{}:{}: {}", it.path, it.line, it.column, it.message);
    let seen = Seen::new(told(first)).with(others.iter().map(|it| told(it)));
    match first.severity {
        Severity::Error => {
            let mend = Mend::of_history(first.help.as_deref().unwrap_or_default());
            let place = format!("{}:{}:{}", first.path, first.line, first.column);
            let mend = match &mend.command {
                Some(_) => mend,
                None => mend.at(place),
            };
            Verdict::Failure(seen, mend)
        }
        Severity::Warning => Verdict::Warning(seen, Mend::run("townpass migrate check")),
    }
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::doctor::cases;
    use crate::doctor::evidence::History;
    use crate::migration::check::{Finding, Severity};

    #[test]
    fn the_worst_is_told_first() {
        let finding = |rule, severity, help: &str| Finding {
            rule,
            severity,
            path: "m/1_a.up.sql".to_owned(),
            line: 1,
            column: 1,
            message: format!("it has {rule}"),
            help: Some(help.to_owned()),
        };
        let heads = finding(
            "heads",
            Severity::Error,
            "join them with `townpass migrate merge heads`, or `townpass migrate rebase`",
        );
        let header = finding("bad-header", Severity::Error, "write it anew");
        let empty = finding("empty", Severity::Warning, "write what leads there");
        let crlf = finding("line-ends", Severity::Warning, "say `*.sql text eol=lf`");
        for (findings, expected) in [
            (vec![], "well: 2 revisions, head 20260112021500"),
            (vec![crlf], "well: 2 revisions, head 20260112021500"),
            (
                vec![empty.clone()],
                "warning: m/1_a.up.sql:1:1: it has empty -> townpass migrate check",
            ),
            (
                vec![empty, heads],
                "failure: m/1_a.up.sql:1:1: it has heads -> townpass dev migrate merge heads",
            ),
            (
                vec![header],
                "failure: m/1_a.up.sql:1:1: it has bad-header -> write it anew",
            ),
        ] {
            let mut evidence = cases::well();
            if let History::Read { findings: all, .. } = &mut evidence.history {
                *all = findings;
            }
            assert_eq!(cases::words(&look(&evidence)), expected);
        }
    }
}
