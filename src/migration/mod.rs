//! The history: files, their order, what a database has of it, and how it is moved along.
//!
//! The files and the journal are sqlx's, so `sqlx migrate run` and `sqlx::migrate!` run the same
//! folder on the same database at any time; the words and the order of the answers are Alembic's.
//! A folder is read into a [`Directory`] and its [`Graph`], a database into a [`Journal`]; from
//! these a [`Plan`] is made without touching the world, and the [`runner`] carries it out.

pub mod check;
pub mod directory;
pub mod error;
pub mod event;
pub mod graph;
pub mod journal;
pub mod listing;
pub(crate) mod parallel;
pub mod plan;
pub mod runner;
pub mod verify;
mod words;

pub use directory::checksum::Checksum;
pub use directory::source::Source;
pub use directory::unwritten::Unwritten;
pub use directory::version::Version;
pub use directory::{Directory, Revision};
pub use error::Error;
pub use event::Event;
pub use graph::Graph;
pub use graph::range::Range;
pub use graph::target::Target;
pub use journal::Journal;
pub use journal::heads::Heads;
pub use journal::origin::Origin;
pub use journal::session::Session;
pub use plan::Plan;
pub use plan::direction::Direction;
pub use plan::foreign::Foreign;
pub use plan::stamp::Stamp;
pub use plan::step::Step;
pub use runner::{Applied, Options};
