//! What is configured, and where each value came from.
//!
//! Layers, the later ones winning: defaults, `townpass.toml`, `.env`, the environment, flags.
//! [`Settings::resolve`] is pure and leaves nothing open.

pub mod database_url;
pub mod dotenv;
pub mod env;
pub mod error;
pub mod file;
pub mod places;
pub mod settings;
pub mod state;

pub use database_url::Configured;
pub use env::Env;
pub use error::Error;
pub use settings::{Environment, Flags, HistoryKind, ProviderChoice, Settings};
