//! Ports of the host: why the engine could not publish one, who has it, and which is free.

pub mod holder;
pub mod refusal;
pub mod taken;
