//! Histories of other tools, and how one becomes a folder of ours.
//!
//! Each tool has a file that reads its folder into a [`History`]: what is done, in which order, and
//! how the tool would send it. [`draft`] makes our files of that. [`proof`] runs both on scratch
//! databases, revision by revision, and compares what they are made of. [`journal`] and
//! [`standing`] read what the tool's own table says is applied, so that a database that is in use
//! changes over without running anything.

pub mod alembic;
mod beyond;
mod checksum;
pub mod draft;
pub mod error;
pub mod history;
pub mod journal;
mod numbers;
pub mod proof;
pub mod script;
pub mod source;
pub mod standing;
pub mod tool;
mod words;

pub use draft::Draft;
pub use error::Error;
pub use history::{History, Revision};
pub use script::Script;
pub use source::Folder;
pub use tool::Tool;
pub use words::told_by;
