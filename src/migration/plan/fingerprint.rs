//! The name of a plan that cannot be given to another: a hash of all that it will do.
//!
//! It covers the direction, where the database stands, the revisions, how each is run, and their
//! SQL. Of two plans with one fingerprint, whoever reviewed the one has reviewed the other. Line
//! ends do not count, so that a plan made on Windows is the same as one made in a container, and
//! neither do times, so that a copy of a database has the plans of its original. Of what another
//! program runs, the file of that program counts.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use crate::migration::directory::checksum::Checksum;
use crate::migration::directory::version::Version;
use crate::migration::plan::Plan;
use crate::migration::plan::direction::Direction;
use crate::migration::plan::step::{Mode, Step};

/// A SHA-256 hash in lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

/// Text that is no fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a plan's hash has 64 hexadecimal digits; `townpass migrate plan` prints it")]
pub struct NoFingerprint;

impl Plan {
    /// Its fingerprint.
    pub fn fingerprint(&self) -> Fingerprint {
        let rows = self.start().rows();
        Fingerprint::of(
            self.direction(),
            rows.map(|row| (row.version, row.success, &row.checksum)),
            self.steps().iter().map(|step| (step, step.mode)),
        )
    }
}

impl Fingerprint {
    /// Of the plan that takes `steps` on a database whose journal has `rows`: of each its version,
    /// whether it is done, and its checksum.
    pub(in crate::migration) fn of<'p>(
        direction: Direction,
        rows: impl IntoIterator<Item = (Version, bool, &'p Checksum)>,
        steps: impl IntoIterator<Item = (&'p Step, Mode)>,
    ) -> Self {
        let mut hash = Sha256::new();
        // A length in front of every part, so that no two lists of parts read alike.
        let mut part = |text: &str| {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        };
        part("townpass plan 1");
        part(direction.as_str());
        for (version, done, checksum) in rows {
            let state = if done { "applied" } else { "begun" };
            part(&format!("{version} {state} {checksum}"));
        }
        for (step, mode) in steps {
            if let Some(foreign) = &step.foreign {
                part(&format!("{} foreign {}", step.version, step.description));
                part(&foreign.file.replace("\r\n", "\n"));
                continue;
            }
            let mode = match mode {
                Mode::Transaction => "transaction",
                Mode::Alone(_) => "alone",
            };
            part(&format!("{} {mode} {}", step.version, step.description));
            part(&step.source.text.replace("\r\n", "\n"));
        }
        let digits = hash
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self(digits)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Fingerprint {
    type Err = NoFingerprint;

    fn from_str(text: &str) -> Result<Self, NoFingerprint> {
        let text = text.trim().to_ascii_lowercase();
        if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Self(text))
        } else {
            Err(NoFingerprint)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fingerprint;
    use crate::migration::directory::tests::directory;
    use crate::migration::{Direction, Graph, Journal, Plan, Version};

    fn fingerprint(files: &[(&str, &str)], applied: &[i64], direction: Direction) -> Fingerprint {
        let directory = directory(files).expect("reads");
        let graph = Graph::of(&directory).expect("a graph");
        let applied: Vec<Version> = applied.iter().copied().map(Version::new).collect();
        let journal = Journal::assumed(&directory, &graph, &applied);
        let target = match direction {
            Direction::Upgrade => "heads",
            Direction::Downgrade => "base",
        };
        let target = target.parse().expect("a target");
        Plan::make(direction, &directory, &journal, &target)
            .expect("plans")
            .fingerprint()
    }

    #[test]
    fn whatever_is_done_otherwise_has_another_fingerprint() {
        let up = Direction::Upgrade;
        let files = [("1_a.sql", "select 1;\n"), ("2_b.sql", "select 2;\n")];
        let first = fingerprint(&files, &[], up);
        assert_eq!(fingerprint(&files, &[], up), first);
        let windows = [("1_a.sql", "select 1;\r\n"), ("2_b.sql", "select 2;\r\n")];
        assert_eq!(
            fingerprint(&windows, &[], up),
            first,
            "line ends do not count"
        );
        for (files, applied) in [
            (
                &[("1_a.sql", "select 1;\n"), ("2_b.sql", "select 3;\n")][..],
                &[][..],
            ),
            (
                &[("1_a.sql", "select 1;\n"), ("3_b.sql", "select 2;\n")],
                &[],
            ),
            (
                &[
                    ("1_a.sql", "select 1;\n"),
                    ("2_b.sql", "-- no-transaction\nselect 2;\n"),
                ],
                &[],
            ),
            (&files[..1], &[]),
            (&files[..], &[1]),
        ] {
            assert_ne!(
                fingerprint(files, applied, up),
                first,
                "{files:?} {applied:?}"
            );
        }
        let both = [("1_a.up.sql", "select 1;"), ("1_a.down.sql", "select 1;")];
        let down = fingerprint(&both, &[1], Direction::Downgrade);
        assert_ne!(fingerprint(&both, &[], up), down);
        let edited = [("1_a.up.sql", "select 0;"), ("1_a.down.sql", "select 1;")];
        assert_ne!(
            fingerprint(&edited, &[1], Direction::Downgrade),
            down,
            "of what is undone"
        );
    }

    #[test]
    fn a_fingerprint_is_read_whole() {
        let digits = "0".repeat(60) + "ABcd";
        let read: Fingerprint = digits.parse().expect("64 digits");
        assert_eq!(read.to_string(), digits.to_lowercase());
        for text in ["", "abcdef", &"g".repeat(64)] {
            assert!(text.parse::<Fingerprint>().is_err(), "{text}");
        }
    }
}
