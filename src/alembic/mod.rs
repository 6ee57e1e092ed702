//! Projects whose history is Alembic's, driven in place.
//!
//! A [`Project`] is what `alembic.ini` or `pyproject.toml` says, `env.py` and the project's models
//! as far as they can be read without Python. Its version files are parsed, never run: a
//! [`Script`] is what one says of its place in the history, and the [`History`] is all of them with
//! their graph, which is the same as that of a folder of SQL. [`translate`] makes SQL of them, a
//! [`way`] is what is carried out, and [`python`] runs Alembic itself where that does not do.

pub mod error;
pub mod history;
pub mod project;
pub mod python;
pub mod script;
pub mod translate;
pub mod way;

pub use error::Error;
pub use history::listing::Place;
pub use history::{History, Ordinal};
pub use project::Project;
pub use script::Script;
pub use way::leg::Leg;
pub use way::version_table::VersionTable;
