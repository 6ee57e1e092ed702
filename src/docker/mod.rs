//! The Docker Engine, through its API. Nothing outside this directory names bollard.
//!
//! `endpoint` and `usual` decide which engine is meant, `context_store` reads what Docker's own
//! client wrote about it, `connect` finds the one that answers and says why the others do not.

pub mod attempt;
pub mod endpoint;
pub mod error;
pub mod event;

mod usual;

pub mod context_store;

pub mod connect;
mod dial;
mod ssh;
mod tls;

pub mod engine;

pub use attempt::{Attempt, Cause};
pub use connect::connect;
pub use endpoint::{Platform, Surroundings};
pub use engine::Engine;
pub use error::Error;
pub use event::{Event, Thing};
