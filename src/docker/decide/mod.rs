//! Decides what `up` does: services, what is there, and a policy in; steps out.
//!
//! What is there is adopted: a container is found by its labels, started where it stopped, and
//! never recreated unasked, even where its configuration has changed since. The one exception is
//! a container that never ran, which holds nothing.
//!
//! `policy` is what the person at the keyboard decides. A plan grows in `draft`, a service at a
//! time: `container` says what becomes of its container, `image`, `network` and `volume` what
//! that one needs.

pub mod plan;
mod policy;
pub mod postgres;
pub mod refusal;
pub(in crate::docker) mod unsupported;

mod draft;

mod container;
mod image;
mod name_taken;
mod network;
mod volume;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod worlds;

pub use policy::{Policy, Pull};
