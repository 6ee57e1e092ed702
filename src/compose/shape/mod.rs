//! What a Compose file may contain: every key of the specification and the kind of its value.
//!
//! A key that stands nowhere in these tables is an error with the nearest key as a suggestion.

pub mod check;
pub mod service;
pub mod top;

pub use check::check;

/// What a value may be.
#[derive(Debug)]
pub enum Shape {
    /// Anything; not looked into.
    Any,
    /// Text.
    Text,
    /// Text that is a duration.
    Duration,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A boolean, or text that is one once its variables are replaced.
    Boolean,
    /// A number, or text that is one.
    Number,
    /// Text or a number.
    TextOrNumber,
    /// A scalar of any kind, or nothing.
    Scalar,
    /// Nothing.
    Null,
    /// A list of these.
    List(&'static Shape),
    /// One of these.
    Either(&'static [&'static Shape]),
    /// A mapping with these keys.
    Object(&'static Object),
    /// A mapping with keys of the user's choice.
    Map(&'static Shape),
}

/// A mapping whose keys are known.
#[derive(Debug)]
pub struct Object {
    /// Its keys.
    pub keys: &'static [(&'static str, &'static Shape)],
    /// Those that must be there.
    pub required: &'static [&'static str],
}

/// A list of texts.
pub static TEXTS: Shape = Shape::List(&Shape::Text);
/// A text or a list of them.
pub static TEXT_OR_LIST: Shape = Shape::Either(&[&Shape::Text, &TEXTS]);
/// `KEY: value` or `- KEY=value`.
pub static LIST_OR_DICT: Shape = Shape::Either(&[&Shape::Map(&Shape::Scalar), &TEXTS]);
/// Options that are handed on.
pub static OPTIONS: Shape = Shape::Map(&Shape::Scalar);
