//! What is sent to the engine to create a service's container, as Compose sends it.
//!
//! Pure: a service and its circumstances in, request bodies out. `unsupported` has refused what
//! cannot be said here before any of this is asked.

mod container;
mod files;
mod health;
mod host;
mod mounts;
mod networking;
mod peers;
mod ports;
mod resources;

pub(in crate::docker) use container::{Circumstances, container};
pub(in crate::docker) use files::{InlineFile, inline_files};
pub(in crate::docker) use health::START_INTERVAL;
pub(in crate::docker) use networking::{endpoint, further_networks, network, volume};
pub(in crate::docker) use peers::resolved;
pub use peers::{Peer, Peers};
