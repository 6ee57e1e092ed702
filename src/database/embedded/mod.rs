//! The embedded provider: a private, real PostgreSQL, run from its own binaries.
//!
//! It serves where no container engine does, behind the same trait and with the same commands.
//! The binaries are those of the machine, or an archive that is kept per user; the cluster is a
//! directory of the project's own. What differs from the container (version, isolation,
//! collation, extensions) is said at the first start.
//!
//! The public modules but [`provider`] decide and touch nothing. The others do, and each has one
//! errand.

pub mod settings;

pub mod binaries;
pub mod configuration;
pub mod layout;
pub mod loader;
pub mod pins;
pub mod records;
pub mod target;
pub mod version;

mod archive;
mod choose;
mod cluster;
mod copies;
mod download;
mod find;
mod initialise;
mod lock;
mod log;
mod port;
mod process;
mod python;
mod server;
mod session;
mod single;
mod unpack;
mod user;

pub mod error;
pub mod provider;

pub use error::Error;
pub use provider::Embedded;
pub use settings::{Fetch, Proxies, Python, Releases, Search, Settings};
