//! SQL as text: quoting what goes into it, and taking a script apart.
//!
//! Nothing here talks to a server. [`split()`] finds the statements by PostgreSQL's lexical rules
//! and [`classify()`] says how each must be run: that much is needed to send a script. What a
//! statement does to the objects it names is read by [`impact()`], for those who review it.

pub mod classify;
pub mod concurrent;
mod enum_value;
pub mod impact;
pub mod lex;
pub mod quote;
pub mod split;

pub use classify::{Conduct, classify};
pub use concurrent::ConcurrentIndex;
pub use impact::{Impact, impact};
pub use quote::{Ident, Literal};
pub use split::{Obstacle, Place, Refusal, Script, Statement, split};
