//! One revision on its way into a database or out of it, and how its statements are run.

use crate::migration::checksum::Checksum;
use crate::migration::direction::Direction;
use crate::migration::directory::{Revision, Source};
use crate::migration::error::Error;
use crate::migration::graph::Graph;
use crate::migration::version::Version;
use crate::sql::{Script, split};

/// One revision to apply or to revert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub version: Version,
    /// Its slug as words.
    pub description: String,
    /// What it follows.
    pub parents: Vec<Version>,
    /// Of its up file, for the journal.
    pub checksum: Checksum,
    /// The file that is run.
    pub source: Source,
    /// Its statements.
    pub script: Script,
    /// How it is run.
    pub mode: Mode,
}

/// How a step is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All of it or nothing, with its journal row.
    Transaction,
    /// Statement by statement, each by itself.
    Alone(Reason),
}

/// Why a step cannot be a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The file begins with `-- no-transaction`.
    Marker,
    /// It holds such a statement: `CREATE INDEX CONCURRENTLY`.
    Statement(&'static str),
}

impl Step {
    /// What `direction` does with `revision`.
    pub(super) fn of(
        direction: Direction,
        revision: &Revision,
        graph: &Graph,
    ) -> Result<Self, Error> {
        let source = match (direction, &revision.down) {
            (Direction::Upgrade, _) => &revision.up,
            (Direction::Downgrade, Some(down)) => down,
            (Direction::Downgrade, None) => {
                return Err(Error::NoWayBack {
                    path: revision.up.path.clone(),
                });
            }
        };
        let script = split(&source.text).map_err(|refusal| Error::unfit(source, &refusal))?;
        let mode = match script.statements.iter().find_map(|it| it.alone) {
            Some(name) => Mode::Alone(Reason::Statement(name)),
            None if source.opts_out_of_transaction() => Mode::Alone(Reason::Marker),
            None => Mode::Transaction,
        };
        Ok(Self {
            version: revision.version,
            description: revision.description.clone(),
            parents: graph.parents(revision.version).to_vec(),
            checksum: revision.checksum(),
            source: source.clone(),
            script,
            mode,
        })
    }
}
