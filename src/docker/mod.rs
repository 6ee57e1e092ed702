//! The Docker Engine, through its API. Nothing outside this directory names bollard.

pub mod engine;

pub use engine::Engine;
