//! One revision on its way into a database or out of it, and how its statements are run.

use std::sync::Arc;

use crate::migration::directory::Revision;
use crate::migration::directory::checksum::Checksum;
use crate::migration::directory::source::{Down, Source};
use crate::migration::directory::version::Version;
use crate::migration::error::Error;
use crate::migration::graph::Graph;
use crate::migration::journal::lease::{Lease, StatementHash};
use crate::migration::plan::direction::Direction;
use crate::migration::plan::foreign::Foreign;
use crate::sql::{Script, split};

/// One revision to apply or to revert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which way.
    pub direction: Direction,
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
    /// Where it goes on, if an earlier run came only so far.
    pub resume: Option<Lease>,
    /// The way there, to be kept in the ledger.
    pub up: Arc<str>,
    /// The way back.
    pub down: Option<Arc<str>>,
    /// The rows of the journal that go with it on the way back: its own, and those of the
    /// revisions that it stands for, if a database has it as these.
    pub rows: Vec<Version>,
    /// What is known of it where another program runs it, and not we.
    pub foreign: Option<Foreign>,
}

/// How a step is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All of it or nothing, with its journal row.
    Transaction,
    /// Statement by statement, each by itself.
    Alone(Reason),
}

/// What a step is made of.
struct Files {
    /// The file that is run.
    source: Source,
    /// The way back, if there is one.
    down: Option<Source>,
}

/// Why a step cannot be a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The file begins with `-- no-transaction`.
    Marker,
    /// It holds such a statement: `CREATE INDEX CONCURRENTLY`.
    Statement(&'static str),
    /// It adds a value to an enumeration and uses it, which must be committed in between.
    EnumValue,
}

impl Step {
    /// What `direction` does with `revision`.
    pub(super) fn of(
        direction: Direction,
        revision: &Revision,
        graph: &Graph,
    ) -> Result<Self, Error> {
        let down = revision.down.as_ref().map(Down::read).transpose()?;
        let source = match (direction, down.clone()) {
            (Direction::Upgrade, _) => revision.up.clone(),
            (Direction::Downgrade, Some(down)) => down,
            (Direction::Downgrade, None) => {
                return Err(Error::NoWayBack {
                    path: revision.up.path.clone(),
                });
            }
        };
        let script = split(&source.text).map_err(|refusal| Error::unfit(&source, &refusal))?;
        let acts = || split(&revision.up.text).is_ok_and(|up| !up.statements.is_empty());
        if direction == Direction::Downgrade && script.statements.is_empty() && acts() {
            return Err(Error::DownDoesNothing { path: source.path });
        }
        let mode = match script.statements.iter().find_map(|it| it.alone) {
            Some(name) => Mode::Alone(Reason::Statement(name)),
            None if source.opts_out_of_transaction() => Mode::Alone(Reason::Marker),
            None if script.uses_new_enum_value(&source.text) => Mode::Alone(Reason::EnumValue),
            None => Mode::Transaction,
        };
        let files = Files { source, down };
        Ok(Self::with(direction, revision, graph, files, script, mode))
    }

    /// What is kept of a revision that is taken as done without being run, whatever its text.
    pub(super) fn stamped(
        direction: Direction,
        revision: &Revision,
        graph: &Graph,
    ) -> Result<Self, Error> {
        let script = split(&revision.up.text).unwrap_or_default();
        let files = Files {
            source: revision.up.clone(),
            down: revision.down.as_ref().map(Down::read).transpose()?,
        };
        let mode = Mode::Transaction;
        Ok(Self::with(direction, revision, graph, files, script, mode))
    }

    fn with(
        direction: Direction,
        revision: &Revision,
        graph: &Graph,
        files: Files,
        script: Script,
        mode: Mode,
    ) -> Self {
        Self {
            direction,
            version: revision.version,
            description: revision.description.clone(),
            parents: graph.parents(revision.version).to_vec(),
            checksum: revision.checksum(),
            source: files.source,
            script,
            mode,
            resume: None,
            up: Arc::clone(&revision.up.text),
            down: files.down.map(|down| down.text),
            rows: vec![revision.version],
            foreign: None,
        }
    }

    /// Whether it does what `other` does, as far as both are known.
    pub fn is_same(&self, other: &Self) -> bool {
        let same = match (&self.foreign, &other.foreign) {
            (Some(this), Some(other)) => this.file == other.file,
            (None, None) => self.source == other.source,
            (Some(_), None) | (None, Some(_)) => false,
        };
        same && self.version == other.version
    }

    /// The same, from where `lease` came to a stop. What took effect must not have been edited.
    pub(super) fn resumed(mut self, lease: &Lease) -> Result<Self, Error> {
        if let Some(index) = lease.edited(&self.hashes()) {
            return Err(Error::EditedHalfDone {
                version: self.version,
                path: self.source.path,
                statement: index + 1,
                done: lease.done,
            });
        }
        // Whatever the file says now, it is not done in one transaction any more.
        if self.mode == Mode::Transaction {
            self.mode = Mode::Alone(Reason::Marker);
        }
        self.resume = Some(lease.clone());
        Ok(self)
    }

    /// The statement that must come before every query of its transaction, if its file begins
    /// with one: `SET TRANSACTION ISOLATION LEVEL SERIALIZABLE`.
    pub(in crate::migration) fn preface(&self) -> Option<&str> {
        let first = self.script.statements.first()?.of(&self.source.text);
        let mut words = first.split_whitespace();
        let sets = words.next()?.eq_ignore_ascii_case("SET")
            && words.next()?.eq_ignore_ascii_case("TRANSACTION");
        sets.then_some(first)
    }

    /// The fingerprints of its statements.
    pub(in crate::migration) fn hashes(&self) -> Vec<StatementHash> {
        let statements = self.script.statements.iter();
        statements
            .map(|statement| StatementHash::of(statement.of(&self.source.text)))
            .collect()
    }
}
