//! What keeps a project's database from working, in the order in which it would bite.
//!
//! Each check is one file of `checks/`: a pure decision over the [`Evidence`], which is gathered
//! elsewhere and at once. [`examine()`] asks all of them, and lets none speak whose ground an
//! earlier one took away. Nothing here mends anything: a [`Finding`] says what would.

pub mod check;
mod checks;
pub mod evidence;
pub mod examine;
pub mod excluded;
pub mod mend;
pub mod room;
pub mod scripts;
pub mod trouble;

#[cfg(test)]
mod cases;

pub use check::{Check, Finding, Seen, Verdict};
pub use evidence::Evidence;
pub use examine::{CHECKS, examine};
pub use mend::Mend;
pub use trouble::Trouble;
