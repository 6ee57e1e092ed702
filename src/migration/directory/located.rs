//! A mistake in a file of the folder, with the place where it is.

use std::ops::Range;
use std::sync::Arc;

use miette::{NamedSource, SourceSpan};

use crate::migration::directory::source::Source;
use crate::sql::Place;

/// A mistake in a file, with the place where it is.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{path}:{place}`: {message}")]
pub struct Located {
    /// The file.
    pub path: String,
    /// The line and column.
    pub place: Place,
    /// What is wrong there.
    pub message: String,
    /// PostgreSQL's code for it, if the server found it.
    pub code: Option<String>,
    /// What the label at the place says.
    label: String,
    /// What to do.
    #[help]
    help: String,
    #[source_code]
    text: NamedSource<Arc<str>>,
    #[label("{label}")]
    at: SourceSpan,
}

impl Located {
    /// Points at the bytes `at` of `source`.
    pub fn new(
        source: &Source,
        at: &Range<usize>,
        message: String,
        label: String,
        help: String,
    ) -> Self {
        let path = source.path.display().to_string();
        Self {
            place: Place::of(&source.text, at.start),
            message,
            code: None,
            label,
            help,
            text: NamedSource::new(&path, Arc::clone(&source.text)).with_language("SQL"),
            at: SourceSpan::from(at.clone()),
            path,
        }
    }

    /// The same, where the text was made from a file of another language: by `call` at `place`.
    #[must_use]
    pub fn made_by(mut self, place: Place, call: &str) -> Self {
        let path = &self.path;
        self.help = format!(
            "`{call}` in {path}:{place} makes this statement\n{}",
            self.help
        );
        let name = format!("{path}, as SQL");
        self.text = NamedSource::new(name, Arc::clone(self.text.inner())).with_language("SQL");
        self.place = place;
        self
    }

    /// The same, where the text was made from a file of another language: what it points at stands
    /// at `place` there.
    #[must_use]
    pub fn standing_at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// The same, found by the server under that code.
    #[must_use]
    pub fn with_code(mut self, code: &str) -> Self {
        self.code = Some(code.to_owned());
        self
    }
}
