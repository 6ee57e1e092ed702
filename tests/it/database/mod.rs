//! The database module against a real server: refusals, passwords, resets, snapshots.
//!
//! [`cluster::Cluster`] runs PostgreSQL from the system's own binaries; the same protocols
//! against containers stand in `docker`.

mod cluster;
mod container;
mod password;
mod reset;
mod snapshot;
mod wait;
