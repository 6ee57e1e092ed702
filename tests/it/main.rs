//! The one integration crate: the real binary, a real engine, a real PostgreSQL.
//!
//! One file per command or module, named after it; `support` is the harness. Tests that need a
//! Docker engine ask for it by `support::docker::demanded` and say aloud when they cannot run.

#![expect(
    clippy::disallowed_methods,
    reason = "the harness hands parts of its own environment on to the binary"
)]

#[cfg(unix)]
mod alembic;
#[cfg(unix)]
mod alembic_python;
#[cfg(unix)]
mod alembic_sql;
mod architecture;
#[cfg(unix)]
mod bad_days;
mod compose;
mod containers;
#[cfg(unix)]
mod database;
mod deploy;
mod dev_alembic;
mod dev_down;
mod dev_exec;
mod dev_logs;
mod dev_migrate;
mod dev_psql;
mod dev_reset_db;
mod dev_run;
mod dev_snapshot;
mod dev_status;
mod dev_up;
mod dev_url;
#[cfg(unix)]
mod doctor;
#[cfg(unix)]
mod embedded;
#[cfg(unix)]
mod embedded_door;
mod engine;
mod files;
#[cfg(unix)]
mod guide;
mod harness;
mod init;
#[cfg(unix)]
mod migrate;
#[cfg(unix)]
mod migrate_bad_files;
mod migrate_history;
mod migrate_lint;
#[cfg(unix)]
mod migrate_plan;
#[cfg(unix)]
mod migrate_repair;
#[cfg(unix)]
mod migrate_sql;
#[cfg(unix)]
mod migrate_stamp;
#[cfg(unix)]
mod migrate_verify;
#[cfg(unix)]
mod migrate_write;
#[cfg(unix)]
mod migration;
mod output;
mod split;
mod split_fuzz;
#[cfg(unix)]
mod stand_in;
#[cfg(unix)]
mod stress;
#[cfg_attr(
    not(unix),
    expect(dead_code, reason = "some tests that use it are of Unix alone")
)]
mod support;
#[cfg(unix)]
mod vantage;
