//! Where a change to a database comes from, as the ledger keeps it.

use crate::migration::journal::lease::RunId;

/// Who moves a history, and from which sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// This run.
    pub(in crate::migration) run: RunId,
    /// A person or a job, and its machine.
    pub actor: String,
    /// The commit that the files are of, where that is known.
    pub commit: Option<String>,
    /// What `--tag` said.
    pub tag: Option<String>,
}

impl Origin {
    /// A run of `actor`.
    pub fn new(actor: impl Into<String>) -> Self {
        Self {
            run: RunId::new(),
            actor: actor.into(),
            commit: None,
            tag: None,
        }
    }
}

impl Default for Origin {
    fn default() -> Self {
        Self::new("townpass")
    }
}
