//! What can go wrong between us and an engine.
//!
//! The engine's own answers are classified once, in `Error::answer`, by what they mean to the
//! person at the keyboard; nobody else reads status codes or message texts.

use std::{fmt, io, path::PathBuf, time::Duration};

use crate::docker::endpoint::attempt::{self, Attempt};
use crate::failure::{Blame, Diagnose};

/// A failure of the engine, or on the way to it.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// None of the endpoints answered.
    #[error("no container engine answers{}", attempt::List(tried))]
    #[diagnostic(help("{}", attempt::advice(tried)))]
    NoEngine {
        /// Every endpoint that was tried, in order, with its cause.
        tried: Vec<Attempt>,
    },
    /// A Docker context was asked for that is not in the store.
    #[error("there is no Docker context `{name}` (named by {origin})")]
    #[diagnostic(help("{}", known_contexts(known)))]
    NoContext {
        /// The context's name.
        name: String,
        /// Who named it.
        origin: String,
        /// The contexts that exist.
        known: Vec<String>,
    },
    /// An engine's address that cannot be understood.
    #[error("{origin} is not an engine's address: `{address}`")]
    #[diagnostic(help(
        "write `unix:///path/to/socket`, `npipe:////./pipe/name`, `tcp://host:port` or `ssh://user@host`"
    ))]
    Address {
        /// What stood there.
        address: String,
        /// Where it stood.
        origin: String,
    },
    /// One of Docker's own configuration files cannot be read.
    #[error("cannot read `{}`: {because}", path.display())]
    #[diagnostic(help("mend the file, or set DOCKER_HOST so that it is not needed"))]
    Configuration {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        because: String,
    },

    /// The registry has no such image, or does not say so to strangers.
    #[error("image `{image}` was not found in its registry")]
    #[diagnostic(help(
        "check the name and the tag; if the image is private, `docker login` to its registry first"
    ))]
    NoImage {
        /// The image, as the Compose file names it.
        image: String,
    },
    /// The image is not here, and the pull policy forbids to fetch it.
    #[error("image `{image}` is not on the engine, and its pull policy is `never`")]
    #[diagnostic(help("fetch it with `docker pull {image}`, or use `--pull missing`"))]
    ImageAbsent {
        /// The image.
        image: String,
    },
    /// The registry wants to know who asks.
    #[error("the registry refuses to hand out image `{image}`: {because}")]
    #[diagnostic(help("log in with `docker login {registry}`, then run this again"))]
    Unauthorized {
        /// The image.
        image: String,
        /// The registry's host.
        registry: String,
        /// The registry's words.
        because: String,
    },
    /// The engine cannot reach the registry.
    #[error("the engine cannot reach the registry of image `{image}`: {because}")]
    #[diagnostic(help("{}", without_registry(image)))]
    RegistryUnreachable {
        /// The image.
        image: String,
        /// The engine's words.
        because: String,
    },
    /// A pull ended before it was complete.
    #[error("pulling image `{image}` was cut off: {because}")]
    #[diagnostic(help("run this again: layers that are complete are kept"))]
    PullInterrupted {
        /// The image.
        image: String,
        /// How it ended.
        because: String,
    },
    /// The engine's disk is full.
    #[error("the engine's disk is full: it could not {doing}")]
    #[diagnostic(help(
        "see what takes the space with `docker system df`, make room with `docker system prune`, then run this again"
    ))]
    DiskFull {
        /// What it was doing.
        doing: String,
    },
    /// The registry has the image, but not for this engine's processor.
    #[error("image `{image}` is not made for this engine: {because}")]
    #[diagnostic(help(
        "name a platform that it is made for with `platform:` in the Compose file, or another image"
    ))]
    NoPlatform {
        /// The image.
        image: String,
        /// The engine's words.
        because: String,
    },
    /// An image's name that cannot be understood.
    #[error("`{image}` is not an image's name")]
    #[diagnostic(help("write `[registry/]name[:tag][@digest]`, in lower case"))]
    ImageName {
        /// What stood there.
        image: String,
    },
    /// To be built, without `build:`.
    #[error("service `{service}` is to be built, but has no `build`")]
    #[diagnostic(help("add `build:` to the service, or name an `image:` that can be pulled"))]
    NothingToBuild {
        /// The service.
        service: String,
    },

    /// An image could not be built.
    #[error("building image `{image}` failed: {because}")]
    #[diagnostic(help("the lines above are the build's own; mend the step they end in"))]
    Build {
        /// The image that was to be.
        image: String,
        /// The engine's words.
        because: String,
    },
    /// A Dockerfile asks for what only `BuildKit` does.
    #[error("the Dockerfile of service `{service}` needs BuildKit: {feature}")]
    #[diagnostic(help("build it with `docker compose build {service}`, then run this again"))]
    NeedsBuildKit {
        /// The service.
        service: String,
        /// The line that asks for it.
        feature: String,
    },
    /// Something in `build:` that we do not do.
    #[error("service `{service}` cannot be built here: `build.{key}` is not supported")]
    #[diagnostic(help("build it with `docker compose build {service}`, then run this again"))]
    UnsupportedBuild {
        /// The service.
        service: String,
        /// The key under `build:`.
        key: String,
    },
    /// A file of a build's context cannot be read.
    #[error("cannot read `{}` for the build", path.display())]
    #[diagnostic(help("check `build:` in the Compose file and the file's permissions"))]
    BuildContext {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },

    /// A plan cannot be made.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Refused(#[from] crate::docker::decide::refusal::Refusal),
    /// A container fails.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Ailing(Box<crate::docker::cause::ailment::Ailment>),
    /// A port of the host cannot be published.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Port(Box<crate::docker::port::taken::PortTaken>),
    /// What a service depends on failed.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Dependency(Box<crate::docker::up::await_dependency::DependencyFailed>),

    /// The container is not there.
    #[error("there is no container `{container}`")]
    #[diagnostic(help("start it with `townpass dev up`"))]
    NoContainer {
        /// Its name or id.
        container: String,
    },
    /// The container does not run, so nothing can be run in it.
    #[error("container `{container}` is not running")]
    #[diagnostic(help("start it with `townpass dev up`"))]
    NotRunning {
        /// Its name or id.
        container: String,
    },
    /// A command could not be started in a container.
    #[error("`{command}` cannot be run in container `{container}`: {because}")]
    #[diagnostic(help("check that the program is in the image and executable"))]
    Command {
        /// The program.
        command: String,
        /// The container.
        container: String,
        /// The engine's words.
        because: String,
    },
    /// The terminal cannot be used.
    #[error("cannot use the terminal")]
    #[diagnostic(help("run the command without a terminal: redirect its standard input"))]
    Terminal(#[source] io::Error),

    /// Ctrl-C, more often than the command cared for.
    #[error("interrupted")]
    Interrupted,

    /// A process did not end in the time that it was given, and was killed.
    #[error("could not {doing} within {} s, and killed it", patience.as_secs())]
    #[diagnostic(help("give it longer, or look at what it waits for"))]
    Overdue {
        /// What it was to do.
        doing: String,
        /// How long it was given.
        patience: Duration,
    },

    /// The engine stopped answering while we worked with it.
    #[error("the engine went away: it could not {doing}")]
    #[diagnostic(help("start the engine, then run this again: nothing that was done is lost"))]
    Lost {
        /// What it was doing.
        doing: String,
        /// How it ended.
        source: io::Error,
    },
    /// The engine did not answer in time.
    #[error("the engine did not answer in time: it could not {doing}")]
    #[diagnostic(help("look at the engine with `docker info`, then run this again"))]
    Slow {
        /// What it was doing.
        doing: String,
    },
    /// The engine said no, in its own words.
    #[error("the engine could not {doing}: {message}")]
    Engine {
        /// What it was asked to do.
        doing: String,
        /// Its HTTP status; `None` where the answer came in the middle of a stream.
        status: Option<u16>,
        /// Its words.
        message: String,
    },
}

impl Error {
    /// Whether the engine answers and has no way to the image.
    pub fn lacks_image(&self) -> bool {
        matches!(
            self,
            Self::NoImage { .. }
                | Self::ImageAbsent { .. }
                | Self::Unauthorized { .. }
                | Self::RegistryUnreachable { .. }
        )
    }
}

/// What to do where an image cannot be fetched: only a PostgreSQL can be had in another way.
fn without_registry(image: &str) -> String {
    let mut help = "check the engine's network and proxy, then run this again".to_owned();
    if crate::compose::database::image::family(image).is_some() {
        help += "; without an image `--provider embedded` runs a private PostgreSQL";
    }
    help
}

impl Diagnose for Error {
    fn blame(&self) -> Blame {
        match self {
            Self::NoContext { .. }
            | Self::Address { .. }
            | Self::Configuration { .. }
            | Self::ImageName { .. }
            | Self::NothingToBuild { .. }
            | Self::UnsupportedBuild { .. } => Blame::Usage,
            Self::NoEngine { .. }
            | Self::NoImage { .. }
            | Self::ImageAbsent { .. }
            | Self::Unauthorized { .. }
            | Self::RegistryUnreachable { .. }
            | Self::PullInterrupted { .. }
            | Self::DiskFull { .. }
            | Self::NoPlatform { .. }
            | Self::Build { .. }
            | Self::NeedsBuildKit { .. }
            | Self::BuildContext { .. }
            | Self::NoContainer { .. }
            | Self::NotRunning { .. }
            | Self::Command { .. }
            | Self::Terminal(_)
            | Self::Overdue { .. }
            | Self::Lost { .. }
            | Self::Slow { .. }
            | Self::Engine { .. }
            | Self::Ailing(_)
            | Self::Port(_)
            | Self::Dependency(_) => Blame::Environment,
            Self::Interrupted => Blame::Interrupted,
            Self::Refused(refusal) => refusal.blame(),
        }
    }
}

impl From<crate::docker::cause::ailment::Ailment> for Error {
    fn from(ailment: crate::docker::cause::ailment::Ailment) -> Self {
        Self::Ailing(Box::new(ailment))
    }
}

impl From<crate::docker::port::taken::PortTaken> for Error {
    fn from(taken: crate::docker::port::taken::PortTaken) -> Self {
        Self::Port(Box::new(taken))
    }
}

impl From<crate::docker::up::await_dependency::DependencyFailed> for Error {
    fn from(failed: crate::docker::up::await_dependency::DependencyFailed) -> Self {
        Self::Dependency(Box::new(failed))
    }
}

impl Error {
    /// What an answer of the engine means, `doing` being what it was asked for, as an
    /// infinitive: ``create volume `backend_pgdata` ``.
    pub(in crate::docker) fn answer(
        doing: impl Into<String>,
        error: bollard::errors::Error,
    ) -> Self {
        use bollard::errors::Error as Api;
        let doing = doing.into();
        if let Api::RequestTimeoutError = error {
            return Self::Slow { doing };
        }
        // What cut an answer short; its own source is not kept.
        if let Api::IOError { err: source } = error {
            return Self::Lost { doing, source };
        }
        let (status, message) = if let Api::DockerResponseServerError {
            status_code,
            message,
        } = error
        {
            (Some(status_code), message)
        } else if let Api::DockerStreamError { error } = error {
            (None, error)
        } else if let Some(source) = io_error(&error) {
            return Self::Lost { doing, source };
        } else {
            (None, error.to_string())
        };
        if says_disk_full(&message) {
            return Self::DiskFull { doing };
        }
        Self::Engine {
            doing,
            status,
            message: message.trim().to_owned(),
        }
    }

    /// The engine's status, where it answered with one.
    pub(in crate::docker) fn status(&self) -> Option<u16> {
        if let Self::Engine { status, .. } = self {
            *status
        } else {
            None
        }
    }
}

/// Whether the engine's words mean that there is no room left.
pub(in crate::docker) fn says_disk_full(message: &str) -> bool {
    message.contains("no space left on device") || message.contains("disk quota exceeded")
}

/// The operating system's error at the root of `error`, as one of our own.
///
/// A connection that ended in the middle of an answer has none; it reads as `UnexpectedEof`.
pub(in crate::docker) fn io_error(error: &(dyn std::error::Error + 'static)) -> Option<io::Error> {
    let mut cause = Some(error);
    while let Some(this) = cause {
        if let Some(found) = this.downcast_ref::<io::Error>() {
            if let Some(inner) = found.get_ref().and_then(|inner| io_error(inner)) {
                return Some(inner);
            }
            return Some(match found.raw_os_error() {
                Some(code) => io::Error::from_raw_os_error(code),
                None => io::Error::new(found.kind(), found.to_string()),
            });
        }
        if let Some(found) = this.downcast_ref::<hyper::Error>()
            && (found.is_incomplete_message() || found.is_closed() || found.is_canceled())
        {
            return Some(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the connection ended in the middle of an answer",
            ));
        }
        cause = this.source();
    }
    None
}

fn known_contexts(known: &[String]) -> impl fmt::Display {
    if known.is_empty() {
        return "no context is defined; use `--context default` or unset it".to_owned();
    }
    let names: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
    format!("known contexts: `default`, {}", names.join(", "))
}
