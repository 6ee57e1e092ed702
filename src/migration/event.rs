//! What a person may want to see while a history is moved along.

use std::time::Duration;

use crate::migration::direction::Direction;
use crate::migration::lock::Holder;
use crate::migration::step::Step;

/// Something that happened. `report` decides how, and whether, it is shown.
#[derive(Debug)]
pub enum Event<'a> {
    /// Another process holds the lock. Said again about once a second.
    Waiting {
        /// Who, where that can be seen.
        holder: Option<&'a Holder>,
        /// How long so far.
        elapsed: Duration,
    },
    /// A revision begins.
    Begin {
        /// Which way.
        direction: Direction,
        /// Which.
        step: &'a Step,
        /// Counted from one.
        number: usize,
        /// Of how many.
        total: usize,
    },
    /// A statement of it is sent.
    Statement {
        /// Of which revision.
        step: &'a Step,
        /// Counted from one.
        number: usize,
        /// Of how many.
        total: usize,
        /// The statement.
        sql: &'a str,
    },
    /// A revision is committed.
    Done {
        /// Which way.
        direction: Direction,
        /// Which.
        step: &'a Step,
        /// How long it took.
        elapsed: Duration,
    },
}
