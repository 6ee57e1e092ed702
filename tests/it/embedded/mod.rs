//! The embedded provider against real binaries: those of the system, and a real archive.
//!
//! As root the servers run as `nobody`; [`ordinary`] runs the same as an ordinary user.

mod archive;
mod copies;
mod ordinary;
mod private;
mod releases;
mod run;
mod trouble;
