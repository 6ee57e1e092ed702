//! A review of migrations before they are run: what they lose, what they block, what they break.
//!
//! A [`Survey`] joins a plan with what its statements do. It knows which tables the plan itself
//! makes, in whichever file, and does not warn about those: nobody uses them yet. From it come the
//! findings, which [`examine()`] adds to by squawk's rules. A finding about lost data needs an
//! approval; the others are advice.

pub mod approval;
pub mod examine;
pub mod finding;
pub mod fresh;
pub mod rule;
mod squawk;
mod suppress;
pub mod survey;

pub use approval::Approval;
pub use examine::examine;
pub use finding::{Finding, Level};
pub use rule::{Class, Rule, Selection};
pub use survey::{Examined, Survey, Surveyed};
