//! The history against a real PostgreSQL: the runner, and sqlx's own migrator on the same folder
//! and database.

mod failure;
mod folder;
mod interleaved;
mod lock;
mod model;
mod resume;
mod run;
