//! The database in a container: the service of the project's Compose file.
//!
//! `reading` turns what the engine says into the words of [`Provider`](super::Provider);
//! `admin` is the way in that asks for no password; `provider` joins both to the engine.

mod admin;
mod bind;
mod provider;
mod reading;
mod settings;

pub use provider::Container;
pub use settings::Settings;
