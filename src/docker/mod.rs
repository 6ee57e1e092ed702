//! The Docker Engine, through its API. Nothing outside this directory names bollard.
//!
//! `endpoint` decides which engine is meant, from values alone; `connect` finds the one that
//! answers.
//!
//! Bringing services up is observe, decide, carry out: `observe` asks what is there (`observed`
//! holds it as values), `decide` makes a plan of it or a refusal, `up` carries the plan out with
//! the requests of `payload`. Taking `down` is the same. What goes wrong on the way is explained
//! by `cause` (a container's log) and by `port` (a port of the host).

pub mod cause;
pub mod connect;
pub mod decide;
pub mod down;
pub mod endpoint;
pub mod engine;
pub mod error;
pub mod event;
pub mod image;
pub mod labels;
mod observe;
pub mod observed;
mod onlooker;
mod payload;
pub mod port;
pub mod process;
pub mod proxies;
pub mod up;
pub mod volume_copy;

pub use connect::connect;
pub use decide::plan::{Step, UpPlan};
pub use decide::{Policy, Pull};
pub use down::plan::{DownPlan, Scope, VolumeFate};
pub use endpoint::attempt::{Attempt, Cause};
pub use endpoint::surroundings::{Platform, Surroundings};
pub use engine::Engine;
pub use error::Error;
pub use event::{Event, Thing};
pub use image::Wanted;
pub use image::credentials::Keyring;
pub use image::reference::Reference;
pub use observed::{Container, Observed, Published};
pub use process::attach::{Attachment, Audience, Listener};
pub use process::exec::{Captured, Command};
pub use process::hijack::Channel;
pub use process::logs::Follow;
pub use process::run::OneOff;
pub use volume_copy::{CopyRequest, VolumeCopy};
