//! The Compose specification as values.
//!
//! [`load()`] reads the Compose files that a [`Request`] names or implies, the way `docker compose`
//! does, and answers with a [`Project`]: services, networks and volumes with everything merged,
//! interpolated and resolved. Nothing here talks to an engine, and nothing but `files.rs` touches
//! the file system.
//!
//! In reading order: where the files are (`search`), how one is read (`yaml`, `interpolate`,
//! `dotenv`), how several become one (`merge`, `extends`, `include`), what the result means
//! (`model`, `decode`), and what others ask of it (`hash`, `order`, `database`, `unsupported`).

mod assemble;
mod canonical;
mod consistency;
pub mod database;
mod decode;
pub mod dotenv;
mod environment;
pub mod error;
mod extends;
mod files;
pub mod hash;
mod include;
mod interpolate;
pub mod lacking;
mod lint;
mod load;
mod merge;
pub mod model;
pub mod name;
pub mod nearest;
mod normalize;
mod order;
mod paths;
pub mod problem;
mod redact;
pub mod request;
pub mod search;
mod service_files;
mod shape;
#[cfg(test)]
mod shapes;
mod short;
pub mod source;
pub mod template;
mod unique;
pub mod unsupported;
pub mod warning;
mod words;
pub mod yaml;

pub use error::Error;
pub use hash::Generation;
pub use load::load;
pub use model::{
    Attachment, BindOptions, Blkio, Build, ByteSize, Condition, Config, Cpus, Dependency, Deploy,
    Device, DeviceRequest, Duration, EnvFile, FileMount, HealthCheck, Hosts, Ipam, Limits, Logging,
    Mount, MountKind, Network, Pool, Port, Project, PullPolicy, Resources, RestartPolicy, Secret,
    Service, TmpfsOptions, Ulimit, Volume, VolumeOptions,
};
pub use problem::Problem;
pub use request::{HostSystem, Request};
pub use source::Place;
pub use unsupported::unsupported;
pub use warning::Warning;
