//! An error taken as evidence.

use crate::failure::{Diagnose, Place, causes};

/// What an error says, as a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    /// Its message, with its causes behind it.
    pub message: String,
    /// Where in a file it is.
    pub place: Option<Place>,
    /// What to do, in its own words.
    pub help: Option<String>,
}

impl Trouble {
    /// Takes what `error` says.
    pub fn of(error: &dyn Diagnose) -> Self {
        let causes = causes(error);
        let message = std::iter::once(error.to_string()).chain(causes);
        let message: Vec<String> = message.collect();
        let mut help = error.help().map(|help| help.to_string());
        let mut below = error.diagnostic_source();
        while let (None, Some(cause)) = (&help, below) {
            help = cause.help().map(|help| help.to_string());
            below = cause.diagnostic_source();
        }
        Self {
            message: message.join(": "),
            place: Place::of(error),
            help,
        }
    }

    /// A trouble that nobody else put into words.
    pub fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            place: None,
            help: Some(help.into()),
        }
    }
}
