//! What a Compose file may contain: every key of the specification and the kind of its value.
//!
//! A key that stands nowhere in these tables is an error with the nearest key as a suggestion.

pub(in crate::compose) mod check;
pub(in crate::compose) mod service;
pub(in crate::compose) mod top;

pub(in crate::compose) use check::check;

/// What a value may be.
#[derive(Debug)]
pub(in crate::compose) enum Shape {
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
pub(in crate::compose) struct Object {
    /// Its keys.
    pub(in crate::compose) keys: &'static [(&'static str, &'static Shape)],
    /// Those that must be there.
    pub(in crate::compose) required: &'static [&'static str],
}

/// A list of texts.
pub(in crate::compose) static TEXTS: Shape = Shape::List(&Shape::Text);
/// A text or a list of them.
pub(in crate::compose) static TEXT_OR_LIST: Shape = Shape::Either(&[&Shape::Text, &TEXTS]);
/// `KEY: value` or `- KEY=value`.
pub(in crate::compose) static LIST_OR_DICT: Shape =
    Shape::Either(&[&Shape::Map(&Shape::Scalar), &TEXTS]);
/// Options that are handed on.
pub(in crate::compose) static OPTIONS: Shape = Shape::Map(&Shape::Scalar);
