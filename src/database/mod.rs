//! The development database: who runs it, when it answers, and how it is reset.
//!
//! [`Provider`] is the one trait of the crate: a container ([`docker`](crate::docker)) or a
//! private local server runs the database, and every `dev` command works on either.
//!
//! Whether it answers: `connect` speaks to a server, `answer` is one look at it, `wait` repeats
//! that until it is ready, and `diagnosis` says why it never will be, from what the `cluster`
//! says of a `role` and its `verifier`; `password` mends that. Whole databases are made, renamed
//! and dropped by `maintenance` alone (`locale` and `dressing` are what a copy has to be given),
//! for `reset`, `snapshot` and `template`, which `lifecycle` carries out.

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
pub mod facts;
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
