//! The library's containers, networks and volumes against a real engine.

mod adopt;
mod failing;
pub(crate) mod fixture;
mod in_the_way;
mod interop;
mod lifecycle;
mod volume_copy;
