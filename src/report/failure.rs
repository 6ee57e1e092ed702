//! A failure as a person or a script sees it.

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, ThemeCharacters, ThemeStyles};
use serde::Serialize;

use super::{Format, Printer, paint::Colour};
use crate::failure::{Diagnose, Place, causes};

/// A failure for scripts. Fields are added, never changed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Failure<'a> {
    event: &'static str,
    exit_code: u8,
    message: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    causes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

impl Printer {
    /// Shows a failure with its causes, its place in a source and its help.
    pub fn failure(&self, error: &dyn Diagnose, exit_code: u8) {
        match self.format() {
            Format::Human => self.line(render(error, self.colour()).trim_end()),
            Format::Json => self.event(&Failure {
                event: "error",
                exit_code,
                message: &error.to_string(),
                causes: causes(error),
                place: Place::of(error),
                help: error.help().map(|help| help.to_string()),
            }),
        }
    }
}

/// The message, its causes, the place in a source and the help, as miette draws them. Lines are
/// not wrapped, so that a command can be copied whole.
fn render(error: &dyn Diagnose, colour: Colour) -> String {
    let theme = GraphicalTheme {
        characters: ThemeCharacters {
            error: "error:".to_owned(),
            ..ThemeCharacters::unicode()
        },
        styles: match colour {
            Colour::On => ThemeStyles::ansi(),
            Colour::Off => ThemeStyles::none(),
        },
    };
    let mut text = String::new();
    let drawn = GraphicalReportHandler::new_themed(theme)
        .with_wrap_lines(false)
        .with_context_lines(1)
        .with_links(false)
        .render_report(&mut text, error);
    match drawn {
        Ok(()) => text.trim().to_owned(),
        Err(fmt::Error) => format!("error: {error}"),
    }
}
