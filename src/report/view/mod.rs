//! One view a result. Scripts read these: fields are added, never changed.

use std::fmt;

use serde::Serialize;

use super::Painter;

pub mod authoring;
pub mod check;
pub mod down;
pub mod history;
pub mod migration;
pub mod plan;
pub mod reset;
pub mod snapshot;
pub mod status;
pub mod url;

/// A result that can be shown to a person and to a script.
pub trait Report: Serialize {
    /// Its words for a person.
    fn human(&self, out: &mut Painter) -> fmt::Result;
}
