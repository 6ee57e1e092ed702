//! What a Compose project consists of, by noun.
//!
//! The fields of [`Service`] and of what it contains stand in the order, and serialise in the
//! form, that Compose hashes (see `hash`): a reordered field changes every hash.

pub mod blkio;
pub mod build;
pub mod depends_on;
pub mod deploy;
pub mod device;
pub mod duration;
pub mod env_file;
pub mod file_mount;
pub mod healthcheck;
pub mod hosts;
pub mod logging;
pub mod mount;
pub mod network;
pub mod port;
pub mod project;
pub mod restart;
pub mod service;
pub mod size;
pub mod store;
pub mod ulimit;
pub mod volume;
mod written;

pub use blkio::{Blkio, DeviceRate, DeviceWeight};
pub use build::Build;
pub use depends_on::{Condition, Dependency};
pub use deploy::{Deploy, DeployRestart, DeviceRequest, Limits, Resources};
pub use device::Device;
pub use duration::Duration;
pub use env_file::EnvFile;
pub use file_mount::FileMount;
pub use healthcheck::HealthCheck;
pub use hosts::Hosts;
pub use logging::Logging;
pub use mount::{BindOptions, Mount, MountKind, TmpfsOptions, VolumeOptions};
pub use network::{Attachment, Ipam, Network, Pool};
pub use port::Port;
pub use project::Project;
pub use restart::{PullPolicy, RestartPolicy};
pub use service::Service;
pub use size::{ByteSize, Cpus};
pub use store::{Config, Secret};
pub use ulimit::Ulimit;
pub use volume::Volume;
