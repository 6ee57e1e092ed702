//! Whether a checkout on Windows changed the line ends of what Linux and sqlx read.

use super::history::LINE_ENDS;
use crate::doctor::evidence::{Evidence, History};
use crate::doctor::{Check, Mend, Seen, Verdict};

pub(in crate::doctor) const CHECK: Check = Check {
    name: "line-ends",
    needs: &[],
    look,
};

fn look(evidence: &Evidence) -> Verdict {
    if let Some(script) = evidence.scripts.first() {
        let line =
            format!("`{script}` has the line ends of Windows, and ends the database's first start");
        let seen = Seen::new(line).with(
            evidence
                .scripts
                .iter()
                .skip(1)
                .map(|it| format!("so has `{it}`")),
        );
        let mend = Mend::run("git add --renormalize .").saying(
            "say `*.sh text eol=lf` in `.gitattributes` first, and check the files out anew",
        );
        return Verdict::Failure(seen, mend);
    }
    let found = match &evidence.history {
        History::Read { findings, .. } => findings.iter().find(|it| it.rule == LINE_ENDS),
        History::Absent { .. } | History::Unreadable(_) => None,
    };
    match found {
        Some(found) => Verdict::Warning(
            Seen::new(format!("{}: {}", found.path, found.message)),
            Mend::run("townpass init")
                .saying("it writes the line for `.gitattributes`; then check the files out anew"),
        ),
        None => Verdict::Well(Seen::new("as on Linux")),
    }
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::doctor::cases;
    use crate::doctor::evidence::History;
    use crate::migration::check::{Finding, Severity};

    #[test]
    fn scripts_break_and_migrations_surprise() {
        let mut evidence = cases::well();
        assert_eq!(cases::words(&look(&evidence)), "well: as on Linux");
        if let History::Read { findings, .. } = &mut evidence.history {
            findings.push(Finding {
                rule: "line-ends",
                severity: Severity::Warning,
                path: "m/1_a.up.sql".to_owned(),
                line: 1,
                column: 1,
                message: "its lines end as on Windows".to_owned(),
                help: None,
            });
        }
        assert_eq!(
            cases::words(&look(&evidence)),
            "warning: m/1_a.up.sql: its lines end as on Windows -> townpass init"
        );
        evidence.scripts = vec!["init/seed.sh".to_owned()];
        assert_eq!(
            cases::words(&look(&evidence)),
            "failure: `init/seed.sh` has the line ends of Windows, and ends the database's first \
             start -> git add --renormalize ."
        );
    }
}
