//! SQL as text: quoting what goes into it, and taking a script apart.
//!
//! Nothing here talks to a server, and nothing here judges a script's meaning beyond what is
//! needed to send it statement by statement: [`split()`] finds the statements by PostgreSQL's
//! lexical rules, [`classify()`] says how each must be run.

pub mod classify;
pub mod concurrent;
mod enum_value;
pub mod lex;
pub mod quote;
pub mod split;

pub use classify::{Conduct, classify};
pub use concurrent::ConcurrentIndex;
pub use quote::{Ident, Literal};
pub use split::{Obstacle, Place, Refusal, Script, Statement, split};
