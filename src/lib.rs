//! One binary between a clone and a working database.
//!
//! `townpass` starts the `db` service of a project's Compose file through the Docker Engine API
//! (or a private local PostgreSQL where there is no engine), works out from where it runs how
//! that database is reached, repairs what usually goes wrong, and applies the project's
//! migrations.
//!
//! # The tree is the architecture
//!
//! | layer | modules | may import |
//! |---|---|---|
//! | 0 words | [`failure`], [`ident`], [`secret`], [`sql`], [`url`] | nothing but `failure`, `ident`, `secret` |
//! | 1 models | [`compose`], [`host`] | layer 0 |
//! | 2 history | [`migration`], [`lint`], [`alembic`], [`import`] | layer 0; `lint`, `alembic`, `import` → `migration`; `import` → `alembic` |
//! | 2 machines | [`docker`], [`database`] | `docker` → `compose`; `database` → layer 0, `docker`, `compose`, `host` |
//! | 3 choice | [`config`] | layer 0, value types of `compose`, `host`, `database` |
//! | 4 diagnosis | [`doctor`] | layer 0, `compose`, `host`, `docker`, `database`, `migration` |
//! | 5 face | [`report`] | value types and events of the layers above it in this table |
//! | 6 door | [`cli`], [`error`] | everything |
//!
//! All may use `failure`, `ident` and `secret`. `tests/it/architecture/tables.rs` holds this table and the list of files that may touch the world.
//!
//! # Invariants
//!
//! - Only `docker/` names bollard; only a few listed files name sqlx, the file system or the
//!   environment.
//! - Nothing below `report` knows colours; nothing below `cli` knows flags or exit codes.
//! - Only `sql/impact/` and one file of `lint/` name squawk, whose interface has no stability.
//! - Only `alembic/` parses Python, and nothing runs it unseen.
//! - No plan touches the world. Dry run and real run share it.
//! - No secret can be displayed.

pub mod failure;
pub mod ident;
pub mod secret;
pub mod sql;
pub mod url;

pub mod compose;
pub mod host;

pub mod migration;

pub mod lint;

pub mod alembic;

pub mod import;

pub mod docker;

pub mod database;

pub mod config;

pub mod doctor;

pub mod report;

pub mod cli;
pub mod error;
