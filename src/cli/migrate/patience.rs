//! How a verb that changes a database goes about it.

use std::time::Duration;

use super::origin;
use crate::cli::context::Context;
use crate::cli::duration;
use crate::migration::Options;
use crate::migration::journal::lock::Scope;

/// How long others are waited for.
#[derive(Debug, Default, clap::Args)]
pub(super) struct Patience {
    /// How long to wait in all for others: a process that migrates this database, or sessions
    /// that use what a statement needs
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, env = "TOWNPASS_WAIT_LOCK")]
    wait_lock: Option<Duration>,
    /// How long a statement may wait at a time for a table that others use, before it lets those
    /// behind it pass and is tried again
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, env = "TOWNPASS_LOCK_TIMEOUT")]
    lock_timeout: Option<Duration>,
    /// How long a statement may run
    #[arg(long, value_name = "DURATION", value_parser = duration::parse, env = "TOWNPASS_STATEMENT_TIMEOUT")]
    statement_timeout: Option<Duration>,
    /// Who holds the migration lock: each revision's transaction, or the session from the first
    /// to the last, which needs a connection without a pooler
    #[arg(
        long,
        value_name = "SCOPE",
        value_enum,
        default_value_t,
        env = "TOWNPASS_LOCK_SCOPE"
    )]
    lock_scope: LockScope,
}

/// Who holds the migration lock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum LockScope {
    #[default]
    Transaction,
    Session,
}

impl Patience {
    /// The options of a run, with what is usual for what was not typed.
    pub(super) fn options(&self, context: &Context, tag: Option<String>) -> Options {
        let usual = Options::default();
        Options {
            wait_lock: self.wait_lock.unwrap_or(usual.wait_lock),
            lock_timeout: self.lock_timeout.unwrap_or(usual.lock_timeout),
            statement_timeout: self.statement_timeout.or(usual.statement_timeout),
            lock_scope: match self.lock_scope {
                LockScope::Transaction => Scope::Transaction,
                LockScope::Session => Scope::Session,
            },
            origin: origin::of(context, tag),
            ..usual
        }
    }
}
