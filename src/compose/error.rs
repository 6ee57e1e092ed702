//! What can be wrong with Compose files and with what is asked of them.

use std::{io, path::PathBuf, sync::Arc};

use miette::SourceSpan;

pub use super::problem::Problem;
use super::source::{Place, Source};
use crate::failure::{Blame, Diagnose};
use crate::ident::ServiceName;

/// A failure to load a project or to find something in it.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// No Compose file from the directory up to the root.
    #[error("there is no Compose file in `{}` or any directory above it", directory.display())]
    #[diagnostic(help(
        "searched for {}; go to the project's directory, give the file with `--file FILE` or the directory with `-C DIRECTORY`, or let `townpass init` write one",
        names.join(", ")
    ))]
    NoFile {
        /// Where the search began.
        directory: PathBuf,
        /// The names that were tried.
        names: &'static [&'static str],
    },
    /// A file that was named cannot be read.
    #[error("cannot read `{}`", path.display())]
    #[diagnostic(help("{}", wanted.help()))]
    Read {
        /// The file.
        path: PathBuf,
        /// Why it was wanted.
        wanted: Wanted,
        /// What the system said.
        source: io::Error,
    },
    /// A place in a file is wrong.
    #[error("{problem}")]
    InFile {
        /// What is wrong there.
        problem: Box<Problem>,
        /// The file.
        #[source_code]
        code: Arc<Source>,
        /// Where in it.
        #[label("{}", problem.label())]
        at: SourceSpan,
        /// What to do.
        #[help]
        help: Option<String>,
    },
    /// A Compose file says nothing.
    #[error("the Compose file `{}` is empty", .0.display())]
    #[diagnostic(help("it needs at least `services:` with one service"))]
    Empty(PathBuf),
    /// `-f -`.
    #[error("a Compose file cannot be read from standard input")]
    #[diagnostic(help("write it to a file and give that with `--file FILE`"))]
    StandardInput,
    /// A project name that was given is not normal.
    #[error("the project name `{name}` from {origin} is not valid")]
    #[diagnostic(help(
        "use lowercase letters, digits, `-` and `_`, and begin with a letter or digit: `{}`",
        if suggestion.is_empty() { "myproject" } else { suggestion }
    ))]
    ProjectName {
        /// The name.
        name: String,
        /// Who gave it.
        origin: &'static str,
        /// What it would be when normal.
        suggestion: String,
    },
    /// No letters are left of the directory's name.
    #[error("the directory `{}` gives no project name", .0.display())]
    #[diagnostic(help(
        "give one with `-p NAME`, or write `name: NAME` at the top of the Compose file"
    ))]
    NoProjectName(PathBuf),
    /// A variable of Compose's own has a value that it cannot have.
    #[error("`{value}` is not a value for {variable}")]
    #[diagnostic(help("set {variable} to 1 or 0, or unset it"))]
    Variable {
        /// The variable.
        variable: &'static str,
        /// Its value.
        value: String,
    },
    /// A service that was asked for is not in the file.
    #[error("there is no service `{name}`")]
    #[diagnostic(help("{}", suggest(nearest.as_deref(), known)))]
    UnknownService {
        /// What was asked for.
        name: String,
        /// What it may have been meant to be.
        nearest: Option<String>,
        /// The services there are.
        known: Vec<ServiceName>,
    },
    /// A service needs one that a profile disables.
    #[error("service `{service}` depends on `{dependency}`, which its profiles disable")]
    #[diagnostic(help("enable it with `--profile {profile}`"))]
    DisabledDependency {
        /// The dependent service.
        service: ServiceName,
        /// The disabled one.
        dependency: ServiceName,
        /// One profile that enables it.
        profile: String,
    },
    /// Services wait for each other in a circle.
    #[error("services depend on each other in a circle: {}", path.iter().map(ServiceName::as_str).collect::<Vec<_>>().join(" → "))]
    #[diagnostic(help("take one of them out of the other's `depends_on`"))]
    Cycle {
        /// The circle; its last is its first.
        path: Vec<ServiceName>,
    },
    /// No service runs PostgreSQL.
    #[error("no service of this Compose file runs PostgreSQL")]
    #[diagnostic(help(
        "name the one that does with `--service NAME`; the services are {}",
        list(known)
    ))]
    NoDatabase {
        /// The services there are.
        known: Vec<ServiceName>,
    },
    /// More than one service runs PostgreSQL.
    #[error("several services run PostgreSQL: {}", list(candidates))]
    #[diagnostic(help("choose one with `--service NAME`"))]
    SeveralDatabases {
        /// Those that do.
        candidates: Vec<ServiceName>,
    },
}

/// Why a file was wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// It was given with `-f`, `COMPOSE_FILE` or found.
    ComposeFile,
    /// It was given with `--env-file` or `COMPOSE_ENV_FILES`, or is the default `.env`.
    ProjectEnvironment,
    /// It holds a password that a `_FILE` variable names.
    SecretFile,
}

impl Wanted {
    fn help(self) -> &'static str {
        match self {
            Self::ComposeFile => "check the path given with `-f` or COMPOSE_FILE",
            Self::ProjectEnvironment => {
                "check the path given with `--env-file` or COMPOSE_ENV_FILES"
            }
            Self::SecretFile => "create the file, or let the variable name another one",
        }
    }
}

impl Problem {
    /// This problem, there.
    pub(in crate::compose) fn at(self, place: &Place) -> Error {
        let help = self.help();
        Error::InFile {
            problem: Box::new(self),
            code: Arc::clone(place.source()),
            at: place.span(),
            help,
        }
    }
}

impl Diagnose for Error {
    fn blame(&self) -> Blame {
        match self {
            Self::NoFile { .. }
            | Self::Read { .. }
            | Self::InFile { .. }
            | Self::Empty(_)
            | Self::StandardInput
            | Self::ProjectName { .. }
            | Self::NoProjectName(_)
            | Self::Variable { .. }
            | Self::UnknownService { .. }
            | Self::DisabledDependency { .. }
            | Self::Cycle { .. }
            | Self::NoDatabase { .. }
            | Self::SeveralDatabases { .. } => Blame::Usage,
        }
    }
}

fn list(services: &[ServiceName]) -> String {
    let quoted: Vec<String> = services.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

fn suggest(nearest: Option<&str>, known: &[ServiceName]) -> String {
    match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("the services are {}", list(known)),
    }
}
