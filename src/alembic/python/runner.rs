//! What runs Alembic where a Python is needed, and which one is taken.

use std::fmt;

/// A way to run Alembic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Runner {
    /// A command of this machine: its words, which Alembic's own arguments follow.
    Command(Vec<String>),
    /// The same in the container of a service, which runs.
    Service {
        /// The service.
        service: String,
        /// The words.
        words: Vec<String>,
    },
    /// The same in a container of its own, made as the Compose file has it.
    OneOff {
        /// The service that lends its container.
        service: String,
        /// The words.
        words: Vec<String>,
    },
    /// Python in a container of an image, with the project mounted and what it needs installed.
    Image(String),
}

impl Runner {
    /// Whether it runs on the project's network instead of on this machine.
    pub fn is_contained(&self) -> bool {
        !matches!(self, Self::Command(_))
    }
}

impl fmt::Display for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(words) => write!(f, "`{}`", words.join(" ")),
            Self::Service { service, words } => {
                write!(f, "`{}` in service `{service}`", words.join(" "))
            }
            Self::OneOff { service, words } => {
                write!(
                    f,
                    "`{}` in a container of service `{service}`",
                    words.join(" ")
                )
            }
            Self::Image(image) => write!(f, "Python in a container of image `{image}`"),
        }
    }
}

/// What was asked for with `--runner`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Asked {
    /// Whichever is found first.
    #[default]
    Auto,
    /// This one, whatever there is beside it. A service still has to show its words.
    Command(Vec<String>),
    /// The running container of this service.
    Service(String),
    /// A container of this image.
    Image(String),
}

impl Asked {
    /// Reads `auto`, `service:NAME`, `image:NAME`, or the words of a command. `None` where a name
    /// or a word is missing.
    pub fn parse(text: &str, words: impl Fn(&str) -> Vec<String>) -> Option<Self> {
        let name = |name: &str| (!name.is_empty()).then(|| name.to_owned());
        if text == "auto" {
            Some(Self::Auto)
        } else if let Some(service) = text.strip_prefix("service:") {
            name(service).map(Self::Service)
        } else if let Some(image) = text.strip_prefix("image:") {
            name(image).map(Self::Image)
        } else {
            let words = words(text);
            (!words.is_empty()).then_some(Self::Command(words))
        }
    }
}

/// A place that was looked at, and what there was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The place.
    pub place: String,
    /// The runner there, or why there is none.
    pub found: Result<Runner, String>,
}

impl fmt::Display for Look {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.found {
            Ok(runner) => write!(f, "{}: {runner}", self.place),
            Err(why) => write!(f, "{}: {why}", self.place),
        }
    }
}

/// The first runner of the places, in the order in which they were looked at.
pub fn first(looks: &[Look]) -> Option<&Runner> {
    looks.iter().find_map(|look| look.found.as_ref().ok())
}

#[cfg(test)]
mod tests {
    use super::{Asked, Look, Runner, first};

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn what_was_asked_for() {
        for (text, expected) in [
            ("auto", Some(Asked::Auto)),
            ("service:api", Some(Asked::Service("api".to_owned()))),
            ("service:", None),
            (
                "image:python:3.11",
                Some(Asked::Image("python:3.11".to_owned())),
            ),
            ("image:", None),
            (
                "uv run alembic",
                Some(Asked::Command(words("uv run alembic"))),
            ),
            ("  ", None),
        ] {
            assert_eq!(Asked::parse(text, words), expected, "{text:?}");
        }
    }

    #[test]
    fn the_first_place_that_has_one() {
        let lacks = |place: &str| Look {
            place: place.to_owned(),
            found: Err("not there".to_owned()),
        };
        let has = |place: &str| Look {
            place: place.to_owned(),
            found: Ok(Runner::Command(vec![place.to_owned()])),
        };
        for (looks, expected) in [
            (vec![], None),
            (vec![lacks(".venv"), lacks("PATH")], None),
            (vec![lacks(".venv"), has("uv"), has("PATH")], Some("`uv`")),
        ] {
            let found = first(&looks).map(ToString::to_string);
            assert_eq!(found.as_deref(), expected);
        }
    }
}
