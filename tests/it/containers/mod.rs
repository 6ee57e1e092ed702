//! The library's containers, networks and volumes against a real engine.

mod adopt;
mod fixture;
mod lifecycle;
