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

/// By which door the verbs of a history were come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// `townpass migrate`
    Migrate,
    /// `townpass dev migrate`
    DevMigrate,
}

impl Door {
    /// The commands of a help, as they are typed at this door: the other one would go to the address
    /// that `DATABASE_URL` has, which is right in a container only.
    fn spelled(self, help: &str) -> String {
        match self {
            Self::Migrate => help.to_owned(),
            Self::DevMigrate => help.replace("townpass migrate ", "townpass dev migrate "),
        }
    }

    /// The same for a drawn failure, but for the lines that show a source.
    fn drawn(self, text: &str) -> String {
        let spelled = |line: &str| {
            if line.contains('│') {
                line.to_owned()
            } else {
                self.spelled(line)
            }
        };
        text.lines().map(spelled).collect::<Vec<_>>().join("\n")
    }
}

impl Printer {
    /// Shows a failure with its causes, its place in a source and its help.
    pub fn failure(&self, error: &dyn Diagnose, exit_code: u8, door: Door) {
        match self.format() {
            Format::Human => self.line(&door.drawn(render(error, self.colour()).trim_end())),
            Format::Json => self.event(&Failure {
                event: "error",
                exit_code,
                message: &error.to_string(),
                causes: causes(error),
                place: Place::of(error),
                help: error.help().map(|help| door.spelled(&help.to_string())),
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

#[cfg(test)]
mod tests {
    use super::Door;

    #[test]
    fn commands_are_typed_at_the_door_that_was_taken() {
        for (text, expected) in [
            (
                "  help: `townpass migrate stamp REVISION`",
                "  help: `townpass dev migrate stamp REVISION`",
            ),
            (
                "use `townpass migrate`, which takes DATABASE_URL as it is",
                "use `townpass migrate`, which takes DATABASE_URL as it is",
            ),
            (
                "`townpass dev migrate merge`",
                "`townpass dev migrate merge`",
            ),
            (
                " 1 │ -- townpass migrate upgrade",
                " 1 │ -- townpass migrate upgrade",
            ),
        ] {
            assert_eq!(Door::Migrate.drawn(text), text);
            assert_eq!(Door::DevMigrate.drawn(text), expected);
        }
    }
}
