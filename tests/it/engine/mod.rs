//! The library's `docker` module against a real engine.

#[cfg(unix)]
mod endpoint;
mod exec;
pub(crate) mod sandbox;
#[cfg(unix)]
mod terminal;
