//! What a person may want to see while a database comes up, is reset or is copied.

use std::time::Duration;

use crate::docker;

/// Something that happened. `report` decides how, and whether, it is shown.
#[derive(Debug)]
pub enum Event<'a> {
    /// A step of a plan begins, in words: ``create volume `backend_pgdata` ``.
    Step(&'a str),
    /// Bytes of a download or a copy: what, how many, of how many where that is known.
    Progress {
        /// What is being transferred.
        what: &'a str,
        /// Bytes so far.
        done: u64,
        /// Bytes in all, where known.
        total: Option<u64>,
    },
    /// The server does not answer yet.
    Waiting {
        /// How long so far.
        elapsed: Duration,
        /// What the last attempt said.
        because: &'a str,
    },
    /// The engine did something.
    Docker(docker::Event<'a>),
    /// Worth knowing, nothing to do.
    Note(&'a str),
    /// Worth doing something about.
    Warning(&'a str),
}
