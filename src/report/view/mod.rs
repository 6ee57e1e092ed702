//! One view a result. Scripts read these: fields are added, never changed.

use std::fmt;

use serde::Serialize;

use super::Painter;

pub mod authoring;
pub mod check;
pub mod doctor;
pub mod down;
pub mod history;
pub mod init;
pub mod lint;
pub mod migration;
pub mod plan;
pub mod repair;
pub mod reset;
pub mod review;
pub mod rows;
pub mod snapshot;
pub mod stamp;
pub mod status;
pub mod url;
pub mod verify;

/// A result that can be shown to a person and to a script.
pub trait Report: Serialize {
    /// Its words for a person.
    fn human(&self, out: &mut Painter) -> fmt::Result;
}
