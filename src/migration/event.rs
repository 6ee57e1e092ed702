//! What a person may want to see while a history is moved along.

use std::time::Duration;

use crate::migration::directory::version::Version;
use crate::migration::journal::lease::Tenant;
use crate::migration::journal::lock::Holder;
use crate::migration::plan::direction::Direction;
use crate::migration::plan::step::Step;
use crate::migration::runner::monitor::Build;
use crate::migration::runner::notice::Notice;

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
    /// Another process runs a revision statement by statement. Said again about once a second.
    Busy {
        /// Which revision.
        version: Version,
        /// Who runs it.
        tenant: &'a Tenant,
        /// How long we wait so far.
        elapsed: Duration,
    },
    /// A statement waits for what other sessions hold. Said again about once a second.
    Blocked {
        /// Of which revision.
        step: &'a Step,
        /// Who holds it, where that can be seen.
        by: &'a [Holder],
        /// How long so far.
        elapsed: Duration,
    },
    /// A statement gave up waiting, and its revision will be tried again.
    Retry {
        /// Which revision.
        step: &'a Step,
        /// Who was in the way, where that was seen.
        by: &'a [Holder],
    },
    /// An index is being built.
    Building {
        /// By which revision.
        step: &'a Step,
        /// How far it is.
        build: &'a Build,
    },
    /// An index that a failed build left behind is dropped.
    Invalid {
        /// Its name.
        index: &'a str,
    },
    /// The server says something.
    Notice {
        /// About which revision's statement.
        step: &'a Step,
        /// What.
        notice: &'a Notice,
    },
    /// Something is not as it should be, and the run goes on.
    Warning(&'a str),
    /// A revision goes on where an earlier run came to a stop.
    Resume {
        /// Which.
        step: &'a Step,
        /// How many of its statements took effect before.
        done: usize,
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
