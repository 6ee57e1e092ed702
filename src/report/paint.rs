//! Shades of meaning: text says what it is, and one place decides how that looks.

use std::fmt::{self, Display, Write};

use console::Style;

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shade {
    /// The name of something that matters here.
    Name,
    /// Something to type or to copy.
    Command,
    /// It is well.
    Good,
    /// It wants attention.
    Warning,
    /// It is broken.
    Bad,
    /// Beside the point.
    Faint,
}

impl Shade {
    fn style(self) -> Style {
        let style = Style::new().force_styling(true);
        match self {
            Self::Name => style.bold(),
            Self::Command => style.cyan(),
            Self::Good => style.green(),
            Self::Warning => style.yellow().bold(),
            Self::Bad => style.red().bold(),
            Self::Faint => style.dim(),
        }
    }
}

/// Whether shades become colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// They do.
    On,
    /// Text stays plain; it reads as well.
    Off,
}

/// Collects text in shades.
#[derive(Debug)]
pub struct Painter {
    text: String,
    colour: Colour,
}

impl Painter {
    /// An empty one.
    pub fn new(colour: Colour) -> Self {
        Self {
            text: String::new(),
            colour,
        }
    }

    /// `text` in `shade`, for use inside a `write!`.
    pub fn shade(&self, shade: Shade, text: impl Display) -> String {
        match self.colour {
            Colour::On => shade.style().apply_to(text).to_string(),
            Colour::Off => text.to_string(),
        }
    }

    /// A line `label  value`, the labels in one column.
    pub fn fact(&mut self, label: &str, value: impl Display) -> fmt::Result {
        let label = self.shade(Shade::Faint, format_args!("{label:<10}"));
        writeln!(self, "{label} {value}")
    }

    /// What was collected.
    pub fn finish(self) -> String {
        self.text
    }
}

impl Write for Painter {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text.write_str(text)
    }
}
