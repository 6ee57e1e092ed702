//! The library's `docker` module against a real engine.

mod build;
#[cfg(unix)]
mod endpoint;
mod exec;
#[cfg(unix)]
mod pull;
#[cfg(unix)]
pub(crate) mod registry;
pub(crate) mod sandbox;
#[cfg(unix)]
mod terminal;
