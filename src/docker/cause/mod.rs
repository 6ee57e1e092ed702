//! What a log says about why its container ended.
//!
//! `kind` names the causes and `remedy` what to do about each; `signs` is the table that is read
//! against a log, over the lines that `line` picks. Where no sign is found the line that most
//! likely ended the container is shown. No container is looked at here.

pub mod ailment;
mod kind;
mod line;
mod remedy;
mod signs;

#[cfg(test)]
mod cases;

pub use kind::Cause;
pub use line::telling_line;
