//! Where a run notes what it did: a row for each revision, or the heads alone.

use std::time::Duration;

use super::records::Records;
use crate::migration::journal::Progress;
use crate::migration::journal::heads::Heads;
use crate::migration::journal::ledger::Ledger;
use crate::migration::journal::origin::Origin;
use crate::migration::plan::direction::Direction;
use crate::migration::plan::step::Step;

/// What a run writes.
#[derive(Clone, Debug)]
pub(super) enum Book {
    /// The journal of ours, with its ledger.
    Rows(Records),
    /// Alembic's table.
    Heads(Heads),
}

impl Book {
    /// Asks whether another process was here.
    pub(super) fn fence(&self) -> String {
        match self {
            Self::Rows(records) => records.table.fence(),
            Self::Heads(heads) => heads.fence(),
        }
    }

    /// The ledger, where there is one.
    pub(super) fn ledger(&self) -> Option<&Ledger> {
        match self {
            Self::Rows(records) => records.ledger.as_ref(),
            Self::Heads(_) => None,
        }
    }

    /// The statements that note `steps`, each done in so long.
    pub(super) fn note<'s>(
        &self,
        steps: impl Iterator<Item = (&'s Step, Duration)>,
        origin: &Origin,
    ) -> Vec<String> {
        let mut sql = Vec::new();
        match self {
            Self::Rows(records) => {
                let Records { table, ledger } = records;
                for (step, elapsed) in steps {
                    match step.direction {
                        Direction::Upgrade => {
                            sql.push(table.insert(step, Progress::Done(elapsed)));
                            sql.extend(ledger.as_ref().map(|it| it.keep(step, origin)));
                        }
                        Direction::Downgrade => {
                            for &version in &step.rows {
                                sql.push(table.delete(version));
                                sql.extend(ledger.as_ref().map(|it| it.forget(version)));
                            }
                        }
                    }
                }
            }
            Self::Heads(heads) => {
                let mut rows = heads.now.clone();
                for (step, _) in steps {
                    let (statements, after) = heads.note(&rows, step.version);
                    sql.extend(statements);
                    rows = after;
                }
            }
        }
        sql
    }
}
