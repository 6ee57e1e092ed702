//! The library's containers, networks and volumes against a real engine.

mod adopt;
pub(crate) mod fixture;
mod lifecycle;
