//! The development database: who runs it, when it answers, and how it is reset.
//!
//! [`Provider`] is the one trait of the crate: a container ([`docker`](crate::docker)) or a
//! private local server runs the database, and every `dev` command works on either.

mod answer;
pub mod choice;
pub mod cluster;
pub mod connect;
pub mod container;
pub mod diagnosis;
mod dressing;
pub mod embedded;
pub mod error;
pub mod event;
pub mod lifecycle;
mod locale;
pub mod loss;
mod maintenance;
pub mod mention;
pub mod note;
pub mod open;
pub mod password;
pub mod provider;
pub mod reset;
pub mod role;
pub mod snapshot;
pub mod template;
pub mod verifier;
pub mod wait;
pub mod whereabouts;

pub use connect::{Complaint, Refusal, Session, Target};
pub use container::Container;
pub use error::Error;
pub use event::Event;
pub use note::SnapshotName;
pub use open::{PgConnection, leads_to, open};
pub use provider::{Account, Kind, Provider};
pub use wait::{Ready, until_admitted, until_ready};
