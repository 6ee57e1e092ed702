//! How a run goes about it.

use std::time::Duration;

use crate::migration::journal::lock::Scope;
use crate::migration::journal::origin::Origin;

/// How a run goes about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long to wait for others: a process that migrates the same database, or sessions that
    /// use what a statement needs.
    pub wait_lock: Duration,
    /// How long a statement may wait at a time for a table that others use, while those behind it
    /// wait too.
    pub lock_timeout: Duration,
    /// How long a statement may run; for ever where it is not set.
    pub statement_timeout: Option<Duration>,
    /// How the lock is held.
    pub lock_scope: Scope,
    /// What is one transaction.
    pub transactions: Transactions,
    /// Who runs it.
    pub origin: Origin,
}

/// What is one transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transactions {
    /// Each revision.
    #[default]
    Each,
    /// All of them together.
    One,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            wait_lock: Duration::from_mins(1),
            lock_timeout: Duration::from_secs(3),
            statement_timeout: None,
            lock_scope: Scope::default(),
            transactions: Transactions::default(),
            origin: Origin::default(),
        }
    }
}
