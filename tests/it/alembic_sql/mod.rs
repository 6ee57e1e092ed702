//! Revisions of Alembic without Python, against Alembic itself: the same SQL, the same catalog, the
//! same `alembic_version`.

mod applied;
mod mending;
mod offline;
mod python;
mod random;
pub(crate) mod real;
mod review;
mod script;
mod verify;
