//! The one integration crate: the real binary, a real engine, a real PostgreSQL.
//!
//! One file per command or module, named after it; `support` is the harness. Tests that need a
//! Docker engine ask for it by `support::docker::demanded` and say aloud when they cannot run.

#![expect(
    clippy::disallowed_methods,
    reason = "the harness hands parts of its own environment on to the binary"
)]

mod architecture;
mod compose;
mod containers;
#[cfg(unix)]
mod database;
#[cfg(unix)]
mod embedded;
mod engine;
mod files;
mod harness;
#[cfg(unix)]
mod migration;
mod split;
#[cfg(unix)]
mod stand_in;
mod support;
#[cfg(unix)]
mod vantage;
