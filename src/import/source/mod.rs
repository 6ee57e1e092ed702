//! The folders of the tools: how each names its files, and what stands in them.

pub(super) mod dbmate;
pub(super) mod diesel;
pub(super) mod flyway;
pub mod folder;
pub(super) mod golang_migrate;
pub(super) mod goose;
mod name;
pub(super) mod prisma;
pub mod recognise;
pub(super) mod refinery;

pub use folder::Folder;
