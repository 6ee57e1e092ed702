//! The history against a real PostgreSQL: the runner, and sqlx's own migrator on the same folder
//! and database.

mod failure;
pub(crate) mod folder;
mod impact;
mod interleaved;
mod lock;
mod model;
mod resume;
mod run;
mod sqlx_cli;
