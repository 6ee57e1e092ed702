//! Projects whose history is Alembic's, driven in place.
//!
//! A [`Project`] is what `alembic.ini` or `pyproject.toml` says. Its version files are parsed, never
//! run: a [`Script`] is what one says of its place in the history, and the [`History`] is all of
//! them with their graph, which is the same as that of a folder of SQL. [`target_metadata`]
//! tells whether Alembic knows the project's [`models`].

pub mod check;
pub mod convention;
pub mod draft;
pub mod env_py;
pub mod error;
mod file_name;
pub mod history;
pub mod ini;
pub mod leg;
pub mod listing;
pub mod literal;
pub mod models;
mod names;
pub mod offline;
mod options;
pub mod order;
pub mod printed;
pub mod project;
pub mod python;
pub mod rebase;
mod remainder;
mod remarks;
pub mod rows;
pub mod script;
pub mod target_metadata;
pub mod template;
pub mod translate;
pub mod version_table;
pub mod versions;
pub mod way;

pub use error::Error;
pub use history::{History, Ordinal};
pub use leg::Leg;
pub use listing::Place;
pub use project::Project;
pub use script::Script;
pub use version_table::VersionTable;
