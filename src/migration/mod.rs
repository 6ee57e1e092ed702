//! The history: files, their order, what a database has of it, and how it is moved along.
//!
//! The files and the journal are sqlx's, so `sqlx migrate run` and `sqlx::migrate!` run the same
//! folder on the same database at any time; the words and the order of the answers are Alembic's.
//! A folder is read into a [`Directory`] and its [`Graph`], a database into a [`Journal`]; from
//! these a [`Plan`] is made without touching the world, and the [`runner`] carries it out.

pub mod assumed;
pub mod check;
pub mod checksum;
pub mod direction;
pub mod directory;
pub mod draft;
pub mod error;
pub mod event;
pub mod file;
pub mod fingerprint;
pub mod foreign;
pub mod fork;
pub mod git;
pub mod graph;
pub mod header;
pub mod heads;
pub mod journal;
pub mod lanes;
pub mod layout;
pub mod lease;
pub mod ledger;
mod link;
pub mod listing;
pub mod locate;
pub mod located;
pub mod lock;
pub mod name;
pub mod offline;
pub mod origin;
pub mod plan;
pub mod range;
pub mod read_only;
pub mod rebase;
pub mod remainder;
pub mod repair;
pub mod route;
pub mod runner;
pub mod session;
pub mod size;
pub mod source;
pub mod stamp;
pub mod step;
pub mod sum;
pub mod target;
pub mod touch;
pub mod unwritten;
pub mod verify;
pub mod version;
mod words;
pub mod write;

pub use checksum::Checksum;
pub use direction::Direction;
pub use directory::{Directory, Revision};
pub use error::Error;
pub use event::Event;
pub use foreign::Foreign;
pub use graph::Graph;
pub use heads::Heads;
pub use journal::Journal;
pub use origin::Origin;
pub use plan::Plan;
pub use range::Range;
pub use runner::{Applied, Options};
pub use session::Session;
pub use source::Source;
pub use stamp::Stamp;
pub use step::Step;
pub use target::Target;
pub use unwritten::Unwritten;
pub use version::Version;
