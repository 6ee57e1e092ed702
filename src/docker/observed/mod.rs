//! What is there: containers, networks and volumes as the engine reports them, as values.
//!
//! The API's answers are all options of options. They are read once, here, into what a plan can
//! decide on; a missing part reads as its harmless value. `observe` asks the engine.

mod container;
mod listed;
mod mount;
mod port;
mod resource;
mod state;
mod world;

pub use container::{Attachment, Container, Terminal};
pub use listed::Listed;
pub use mount::{Mount, MountSource};
pub use port::{Protocol, Published};
pub use resource::{Image, Network, Volume};
pub use state::{Health, State};
pub use world::Observed;

pub(in crate::docker) use mount::is_within;
pub(in crate::docker) use resource::instant;
