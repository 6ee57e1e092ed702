//! Whether what the database has is what the folder says.

use crate::doctor::evidence::{Evidence, Journal};
use crate::doctor::{Check, Mend, Seen, Verdict};
use crate::migration::Version;
use crate::migration::plan::repair::Kind;

pub(in crate::doctor) const CHECK: Check = Check {
    name: "journal",
    needs: &["rights", "history"],
    look,
};

fn look(evidence: &Evidence) -> Verdict {
    let journal = match &evidence.journal {
        Some(Ok(journal)) => journal,
        Some(Err(trouble)) => return Verdict::failed(trouble),
        None => return Verdict::Idle("there are no migrations".to_owned()),
    };
    let told = journal.flaws.iter().map(|flaw| {
        let (version, description) = (flaw.version, &flaw.description);
        format!("revision `{version}` ({description}) {}", flaw.kind)
    });
    let told: Vec<String> = told.collect();
    let in_the_way = journal.flaws.iter().position(|it| it.kind.is_in_the_way());
    if let Some(index) = in_the_way {
        let flaw = &journal.flaws[index];
        let seen = Seen::new(&told[index]).with(told.iter().filter(|it| **it != told[index]));
        let mend = match flaw.kind {
            Kind::FileMissing { kept: false } => forget(journal),
            _ => Mend::of_history(&flaw.kind.remedy(flaw.version)),
        };
        return Verdict::Failure(seen, mend);
    }
    let standing: Vec<String> = journal.standing.iter().map(Version::to_string).collect();
    let standing = match standing.as_slice() {
        [] => "nothing is applied".to_owned(),
        standing => format!("at {}", standing.join(", ")),
    };
    match journal.pending {
        0 => Verdict::Well(Seen::new(format!("{standing}, nothing is pending")).with(told)),
        pending => Verdict::Warning(
            Seen::new(format!("{standing}, {pending} pending")).with(told),
            Mend::run("townpass dev migrate"),
        ),
    }
}

/// The file of an applied revision is gone, and nothing keeps its text.
fn forget(journal: &Journal) -> Mend {
    let target = match journal.known.as_slice() {
        [] => "base".to_owned(),
        known => known
            .iter()
            .map(Version::to_string)
            .collect::<Vec<_>>()
            .join(" "),
    };
    Mend::run(format!("townpass dev migrate stamp --purge {target}")).saying(
        "restore the file if a branch of git has it; if what it did is undone or wanted, this \
         takes its row away and runs nothing",
    )
}

#[cfg(test)]
mod tests {
    use super::look;
    use crate::doctor::cases;
    use crate::doctor::evidence::Journal;
    use crate::migration::Version;
    use crate::migration::plan::repair::{Kind, Trouble};

    #[test]
    fn what_is_in_the_way_is_told_and_what_is_pending() {
        let version = Version::new(20_260_105_083_000);
        let flaw = |kind| Trouble {
            version,
            description: "create users".to_owned(),
            kind,
        };
        let journal = |flaws, pending| Journal {
            standing: vec![version],
            known: Vec::new(),
            pending,
            flaws,
        };
        for (journal, expected) in [
            (
                journal(vec![], 0),
                "well: at 20260105083000, nothing is pending",
            ),
            (
                journal(vec![flaw(Kind::LineEnds)], 0),
                "well: at 20260105083000, nothing is pending",
            ),
            (
                journal(vec![], 2),
                "warning: at 20260105083000, 2 pending -> townpass dev migrate",
            ),
            (
                journal(vec![flaw(Kind::Edited)], 2),
                "failure: revision `20260105083000` (create users) was edited after it was \
                 applied -> townpass dev migrate repair --accept 20260105083000",
            ),
            (
                journal(vec![flaw(Kind::FileMissing { kept: false })], 0),
                "failure: revision `20260105083000` (create users) is applied, but its file is \
                 missing -> townpass dev migrate stamp --purge base",
            ),
            (
                journal(vec![flaw(Kind::FileMissing { kept: true })], 0),
                "failure: revision `20260105083000` (create users) is applied, but its file is \
                 missing -> townpass dev migrate downgrade 20260105083000-1",
            ),
        ] {
            let mut evidence = cases::well();
            evidence.journal = Some(Ok(journal));
            assert_eq!(cases::words(&look(&evidence)), expected);
        }
    }
}
