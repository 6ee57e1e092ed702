//! A step that another program carries out: a revision that only Python can run.
//!
//! What it will do is what its file says, whatever could be found out about that beforehand. So
//! the file counts in the plan's fingerprint, and not the SQL that somebody was told.

use std::sync::Arc;

use crate::sql::Place;

/// What is known of such a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// The text of the file that the program runs.
    pub file: Arc<str>,
    /// Why nobody can say what SQL it sends. Where somebody could, the step's own text has it.
    pub hidden: Option<Hidden>,
}

/// Why it is not known what a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// The place in the file that keeps others from knowing.
    pub place: Place,
    /// What is to be said of it.
    pub why: String,
}
