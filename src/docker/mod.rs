//! The Docker Engine, through its API. Nothing outside this directory names bollard.
//!
//! `surroundings` are the values that decide which engine is meant; `endpoint` and `usual` decide
//! it, `address` reads where it listens, `context_store` what Docker's own client wrote about it.
//! `connect` finds the one that answers, and `attempt` says why the others do not.
//!
//! Bringing services up is observe, decide, carry out: `observe` asks what is there (`observed`
//! holds it as values), `decide` makes a `plan` of it or a `refusal`, `up` carries the plan out
//! with the requests of `payload`. Taking down is the same: `down_plan`, then `down`. What goes
//! wrong on the way is explained by `ailment` and `cause` (a container's log) and by
//! `port_taken` and `port_refusal` (a port of the host).

pub mod address;
pub mod attempt;
pub mod endpoint;
pub mod error;
pub mod event;
pub mod surroundings;

mod usual;

pub mod context_store;
pub mod proxies;

pub mod connect;
mod dial;
#[cfg(windows)]
mod pipe;
mod ssh;
mod tls;

pub mod engine;

pub mod labels;
pub mod observed;

pub mod decide;
pub mod plan;
pub mod postgres;
pub mod refusal;
mod unsupported;

mod payload;

pub mod ailment;
pub mod await_dependency;
mod compose_release;
mod create;
mod data_version;
mod join_network;
mod make_network;
mod observe;
pub mod port_holder;
pub mod port_taken;
mod start;
mod up;

mod down;
pub mod down_plan;
pub mod volume_copy;

pub mod cause;
pub mod port_refusal;

pub mod build;
mod build_context;
pub mod credentials;
pub mod dockerfile;
pub mod ignore_file;
pub mod image;
pub mod pull;
pub mod reference;

mod hijack;
mod signals;
mod terminal;

pub mod attach;
pub mod exec;
pub mod logs;
pub mod run;
pub mod run_service;

pub use attach::{Attachment, Listener};
pub use attempt::{Attempt, Cause};
pub use connect::connect;
pub use credentials::Keyring;
pub use decide::{Policy, Pull};
pub use down_plan::{DownPlan, Scope, VolumeFate};
pub use engine::Engine;
pub use error::Error;
pub use event::{Event, Thing};
pub use exec::{Captured, Command};
pub use hijack::Channel;
pub use image::Wanted;
pub use logs::Follow;
pub use observed::{Container, Observed, Published};
pub use plan::{Step, UpPlan};
pub use reference::Reference;
pub use run::OneOff;
pub use surroundings::{Platform, Surroundings};
pub use volume_copy::{CopyRequest, VolumeCopy};
