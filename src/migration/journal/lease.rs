//! A revision that is being run statement by statement, or was when its process died.
//!
//! The row of the journal that says `success = false` is the lease: plain sqlx refuses to pass
//! it. The ledger says beside it who has the lease, how far they came, and when they were last
//! seen, so that a process that finds it can tell whether to wait or to go on from there.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::migration::plan::direction::Direction;

/// What the ledger says of a revision that is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The run that has it.
    pub run: RunId,
    /// Which way it goes.
    pub direction: Direction,
    /// How many statements took effect.
    pub done: usize,
    /// Of all its statements, in order, as the file had them.
    pub statements: Vec<StatementHash>,
    /// The indexes that were there before the statement that is not done, if it builds one and
    /// was begun.
    pub indexes_before: Option<Vec<u32>>,
    /// Who runs it.
    pub tenant: Tenant,
    /// Whether they still do.
    pub alive: bool,
}

/// Who runs a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    /// A person or a job, and its machine.
    pub actor: String,
    /// Its process on the server.
    pub pid: Option<i32>,
    /// Since when.
    pub since: Option<jiff::Timestamp>,
}

/// One run of one process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunId(pub(in crate::migration) String);

/// The fingerprint of a statement, by which a half-done file is known to be the same so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementHash(pub(in crate::migration) String);

impl RunId {
    /// One that no other run has.
    pub(in crate::migration) fn new() -> Self {
        Self(format!("{:032x}", rand::random::<u128>()))
    }
}

impl StatementHash {
    /// Of the statement `sql`, whatever its line ends.
    pub fn of(sql: &str) -> Self {
        let digest = Sha256::digest(sql.replace("\r\n", "\n").as_bytes());
        Self(
            digest
                .iter()
                .take(8)
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        )
    }
}

impl Lease {
    /// The first statement that took effect and is another one now, counted from zero.
    pub fn edited(&self, now: &[StatementHash]) -> Option<usize> {
        (0..self.done).find(|&index| now.get(index) != self.statements.get(index))
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.actor)?;
        if let Some(pid) = self.pid {
            write!(f, " (process {pid})")?;
        }
        match self.since {
            Some(since) => write!(f, ", since {}", since.strftime("%F %T UTC")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Direction, Lease, RunId, StatementHash, Tenant};

    #[test]
    fn only_what_took_effect_must_stay_as_it_was() {
        let hashes = |texts: &[&str]| texts.iter().map(|it| StatementHash::of(it)).collect();
        let lease = Lease {
            run: RunId::new(),
            direction: Direction::Upgrade,
            done: 2,
            statements: hashes(&["a\nb", "c", "d"]),
            indexes_before: None,
            tenant: Tenant {
                actor: "me".to_owned(),
                pid: None,
                since: None,
            },
            alive: false,
        };
        for (now, edited) in [
            (&["a\nb", "c", "d"][..], None),
            (&["a\r\nb", "c", "other", "more"], None),
            (&["a\nb", "c"], None),
            (&["x", "c", "d"], Some(0)),
            (&["a\nb"], Some(1)),
            (&["a\nb", "x", "d"], Some(1)),
        ] {
            let now: Vec<StatementHash> = hashes(now);
            assert_eq!(lease.edited(&now), edited);
        }
    }
}
