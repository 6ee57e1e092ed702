//! Where this process stands, and how the database is reached from there.
//!
//! `db:5432` is an address inside a Compose network and nowhere else. What it is called here is
//! decided by evidence: what this machine looks like ([`Surroundings`]), what the engine said
//! ([`Service`], [`OwnContainer`]), which names resolve and where a PostgreSQL answers. All of it
//! stands in one value, [`Evidence`]; [`rewrite`] reads it and touches nothing. The only file
//! that looks at the world is [`detect`].
//!
//! Nothing here is ever written into a file of the project's: the same `.env` is right for the
//! container, and the rewritten URL lives as long as the command.

pub mod error;
pub mod evidence;
pub mod names;
pub mod surroundings;
pub mod vantage;

mod route;

pub mod rewrite;

pub mod detect;

#[cfg(test)]
mod cases;

pub use error::Error;
pub use evidence::{
    Answer, Attachment, Engine, Evidence, Network, Override, OwnContainer, Published, Server,
    Service, Standing,
};
pub use rewrite::{Decision, Outcome, decide};
pub use route::{Route, reach};
pub use surroundings::{Place, Platform, Sort, Surroundings};
pub use vantage::Vantage;

pub use crate::url::Endpoint;
