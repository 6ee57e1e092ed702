//! The development database: who runs it, when it answers, and how it is reset.
//!
//! [`Provider`] is the one trait of the crate: a container ([`docker`](crate::docker)) or a
//! private local server runs the database, and every `dev` command works on either.

pub mod choice;
pub mod error;
pub mod event;
pub mod provider;

pub use error::Error;
pub use event::Event;
pub use provider::{Account, Kind, Provider};
