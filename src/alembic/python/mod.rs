//! Alembic itself, in a Python that is found: for what only Python can do.

pub mod complaint;
pub mod driver;
pub mod error;
pub mod operations;
pub mod process;
pub mod runner;
pub mod search;
mod words;

pub use error::Error;
pub use runner::{Asked, Look, Runner};
