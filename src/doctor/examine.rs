//! All checks, in the order in which they would bite.

use super::Evidence;
use super::check::{Check, Finding, Verdict};
use super::checks;

/// All checks, in the order in which they would bite.
pub const CHECKS: &[Check] = &[
    checks::engine::CHECK,
    checks::compose_file::CHECK,
    checks::configuration::CHECK,
    checks::service::CHECK,
    checks::image::CHECK,
    checks::port::CHECK,
    checks::volume::CHECK,
    checks::container::CHECK,
    checks::address::CHECK,
    checks::name_resolution::CHECK,
    checks::connection::CHECK,
    checks::authentication::CHECK,
    checks::database::CHECK,
    checks::rights::CHECK,
    checks::history::CHECK,
    checks::journal::CHECK,
    checks::alembic::CHECK,
    checks::clock::CHECK,
    checks::disk::CHECK,
    checks::line_ends::CHECK,
    checks::excluded_ports::CHECK,
    checks::path_length::CHECK,
    checks::wsl::CHECK,
];

/// Asks every check. One that rests on another that failed is skipped, and says on which.
pub fn examine(evidence: &Evidence) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for check in CHECKS {
        let gone = findings
            .iter()
            .find(|it| check.needs.contains(&it.check) && it.verdict.takes_the_ground_away());
        let verdict = match gone {
            Some(Finding {
                verdict: Verdict::Skipped(because),
                ..
            }) => Verdict::Skipped(because.clone()),
            Some(failed) => Verdict::Skipped(format!("{} failed", failed.check)),
            None => (check.look)(evidence),
        };
        findings.push(Finding {
            check: check.name,
            verdict,
        });
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::{CHECKS, examine};
    use crate::doctor::evidence::Engine;
    use crate::doctor::{Trouble, Verdict, cases};

    #[test]
    fn a_check_rests_on_earlier_ones() {
        for (index, check) in CHECKS.iter().enumerate() {
            for need in check.needs {
                let earlier = CHECKS[..index].iter().any(|it| it.name == *need);
                assert!(earlier, "{} needs {need}", check.name);
            }
            let namesakes = CHECKS.iter().filter(|it| it.name == check.name);
            assert_eq!(namesakes.count(), 1, "{}", check.name);
        }
    }

    #[test]
    fn where_all_is_well_every_check_says_so() {
        for finding in examine(&cases::well()) {
            assert!(
                matches!(finding.verdict, Verdict::Well(_) | Verdict::Idle(_)),
                "{finding:?}"
            );
        }
    }

    #[test]
    fn what_rests_on_a_failure_is_skipped_and_names_its_root() {
        let mut evidence = cases::well();
        evidence.engine = Engine::Silent {
            trouble: Trouble::new("no engine", "start it"),
            stands_in: false,
        };
        let findings = examine(&evidence);
        let verdict = |name: &str| {
            let found = findings.iter().find(|it| it.check == name);
            &found.expect("it is in the table").verdict
        };
        for name in ["image", "container", "address", "database", "journal"] {
            assert_eq!(
                *verdict(name),
                Verdict::Skipped("engine failed".to_owned()),
                "{name}"
            );
        }
        for name in ["compose-file", "history", "disk"] {
            assert!(matches!(verdict(name), Verdict::Well(_)), "{name}");
        }
    }
}
