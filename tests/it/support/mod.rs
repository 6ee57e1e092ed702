//! The harness: a project of its own per test, the binary run in it, and what it said.

#[cfg(unix)]
pub(crate) mod cluster;
pub(crate) mod docker;
pub(crate) mod git;
mod output;
mod running;
#[cfg(unix)]
pub(crate) mod system_postgres;
mod town;
#[cfg(unix)]
pub(crate) mod unprivileged;

pub(crate) use output::Output;
pub(crate) use running::Running;
#[cfg(unix)]
pub(crate) use town::{Invocation, signal};
pub(crate) use town::{Town, reference};
