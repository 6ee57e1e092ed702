//! Processes in containers: commands, one-off containers, what they print, and our own terminal
//! beside them.

pub mod attach;
pub mod exec;
pub(in crate::docker) mod hijack;
pub mod logs;
pub mod run;
pub mod run_service;
pub(in crate::docker) mod signals;
pub(in crate::docker) mod terminal;
