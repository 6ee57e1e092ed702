//! Where in which file something was written.

use std::{fmt, sync::Arc};

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::redact;

/// A file that was read, as it is shown in errors: its passwords are blanked out.
#[derive(PartialEq, Eq)]
pub struct Source {
    name: String,
    shown: String,
}

impl Source {
    /// A file and its text.
    pub fn new(name: impl Into<String>, text: &str) -> Self {
        Self {
            name: name.into(),
            shown: redact::passwords(text),
        }
    }

    /// The file's name, as the user would call it.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Source").field(&self.name).finish()
    }
}

impl SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let inner = self.shown.read_span(span, before, after)?;
        // Columns count characters, as editors do, not bytes.
        let start = inner.span().offset();
        let before = self.shown.get(..start).unwrap_or_default();
        let column = before[before.rfind('\n').map_or(0, |at| at + 1)..]
            .chars()
            .count();
        Ok(Box::new(
            MietteSpanContents::new_named(
                self.name.clone(),
                inner.data(),
                *inner.span(),
                inner.line(),
                column,
                inner.line_count(),
            )
            .with_language("yaml"),
        ))
    }
}

/// A stretch of a file. Line and column count from 1, as editors do.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    source: Arc<Source>,
    offset: usize,
    length: usize,
    line: usize,
    column: usize,
}

impl Place {
    /// `length` bytes at `offset`.
    pub fn new(
        source: Arc<Source>,
        offset: usize,
        length: usize,
        line: usize,
        column: usize,
    ) -> Self {
        Self {
            source,
            offset,
            length,
            line,
            column,
        }
    }

    /// The place of what stands in no file.
    pub fn nowhere() -> Self {
        Self::new(Arc::new(Source::new("", "")), 0, 0, 1, 1)
    }

    /// The file.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// The file's name.
    pub fn file(&self) -> &str {
        self.source.name()
    }

    /// The line, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column, from 1, in characters.
    pub fn column(&self) -> usize {
        self.column
    }

    /// The stretch in bytes.
    pub fn span(&self) -> SourceSpan {
        (self.offset, self.length).into()
    }

    /// Where in this place `text` was written, if it stands there as such.
    pub fn find(&self, text: &str) -> Option<Self> {
        let here = self
            .source
            .shown
            .get(self.offset..self.offset + self.length)?;
        let before = &here[..here.find(text)?];
        let column = match before.rfind('\n') {
            Some(newline) => before[newline + 1..].chars().count() + 1,
            None => self.column + before.chars().count(),
        };
        Some(Self {
            source: Arc::clone(&self.source),
            offset: self.offset + before.len(),
            length: text.len(),
            line: self.line + before.matches('\n').count(),
            column,
        })
    }

    /// A whole line of a file, from 1.
    pub fn of_line(source: &Arc<Source>, line: usize) -> Self {
        let offset = source
            .shown
            .split_inclusive('\n')
            .take(line.saturating_sub(1))
            .map(str::len)
            .sum();
        let length = source.shown[offset..].lines().next().map_or(0, str::len);
        Self::new(Arc::clone(source), offset, length, line, 1)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.source.name(), self.line, self.column)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
