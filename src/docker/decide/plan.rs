//! What `up` will do, as a value. A dry run prints it, `up` carries it out; `decide` makes it.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use crate::compose::{Condition, Network, Project, Service, Volume};
use crate::docker::observed::State;
pub use crate::docker::payload::{Peer, Peers};
use crate::ident::ServiceName;

/// The steps that bring some services of a project up. None where all is in place.
#[derive(Clone, Debug)]
pub struct UpPlan<'a> {
    /// The project.
    pub project: &'a Project,
    /// What to do, in order.
    pub steps: Vec<Step<'a>>,
    /// What is worth knowing and changes nothing.
    pub notes: Vec<String>,
    /// The containers of services that are there already.
    pub peers: Peers,
    /// Proxy variables that every new container gets.
    pub proxies: BTreeMap<String, String>,
    /// How long one dependency may take.
    pub patience: Duration,
}

impl UpPlan<'_> {
    /// The same without the container of `service` itself: all that one of its kind needs.
    #[must_use]
    pub fn around(mut self, service: &ServiceName) -> Self {
        self.steps.retain(|step| match step {
            Step::Create { service: of, .. }
            | Step::Start { service: of, .. }
            | Step::Attach { service: of, .. } => of.name != *service,
            Step::Image { .. }
            | Step::Network { .. }
            | Step::Volume { .. }
            | Step::Await { .. }
            | Step::Remove { .. }
            | Step::Unpause { .. } => true,
        });
        self
    }

    /// The same without any container: what one of `service` needs to be made, though what it
    /// depends on does not run.
    #[must_use]
    pub fn beneath(mut self, service: &ServiceName) -> Self {
        self.steps.retain(|step| match step {
            Step::Image { service: of, .. } => of.name == *service,
            Step::Network { .. } | Step::Volume { .. } => true,
            Step::Create { .. }
            | Step::Start { .. }
            | Step::Attach { .. }
            | Step::Await { .. }
            | Step::Remove { .. }
            | Step::Unpause { .. } => false,
        });
        self
    }

    /// The same without all but its networks.
    #[must_use]
    pub fn networks(mut self) -> Self {
        let is_network = |step: &Step<'_>| matches!(step, Step::Network { .. });
        self.steps.retain(is_network);
        self
    }
}

/// One thing to do.
#[derive(Clone, Debug)]
pub enum Step<'a> {
    /// Have the image of a service.
    Image {
        /// The service.
        service: &'a Service,
        /// The image's name.
        image: String,
        /// How to come by it.
        source: ImageSource,
    },
    /// Create a network.
    Network {
        /// Its key in the Compose file.
        key: &'a str,
        /// What it is.
        network: &'a Network,
    },
    /// Create a volume.
    Volume {
        /// Its key in the Compose file.
        key: &'a str,
        /// What it is.
        volume: &'a Volume,
    },
    /// Wait for what a service depends on.
    Await {
        /// The service that needs it.
        dependent: &'a ServiceName,
        /// The service that is waited for.
        dependency: &'a ServiceName,
        /// What for.
        condition: Condition,
        /// Whether the dependent starts without it.
        need: Need,
    },
    /// Remove a container that never ran and was made from another configuration.
    Remove {
        /// The engine's id.
        id: String,
        /// Its name.
        name: String,
    },
    /// Create the container of a service.
    Create {
        /// The service.
        service: &'a Service,
        /// The container's name.
        name: String,
        /// The image's name.
        image: String,
        /// Where its data comes from.
        data: Data,
    },
    /// Attach a container that is there to a network that it lost.
    Attach {
        /// The service.
        service: &'a Service,
        /// The container's name.
        container: String,
        /// The network's key in the Compose file.
        key: &'a str,
        /// Its name.
        network: &'a str,
    },
    /// Start a container.
    Start {
        /// The service.
        service: &'a Service,
        /// The container's name.
        container: String,
        /// Where it stands.
        from: Standing,
    },
    /// Let a paused container go on.
    Unpause {
        /// The container's name.
        container: String,
    },
}

/// How a service comes by its image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageSource {
    /// From its registry.
    Pull,
    /// From `build:`.
    Build,
    /// From its registry, or else from `build:`.
    PullOrBuild,
}

/// What a new container finds in its volumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    /// Nothing: they are made with it.
    Fresh,
    /// What another container, or the host, left there.
    Inherited,
}

/// Whether a dependency can be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// `required: true`, which is the default.
    Required,
    /// `required: false`.
    Optional,
}

/// Where a container stands that is to be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It will have been created by this plan.
    New,
    /// It is there.
    There {
        /// The engine's id.
        id: String,
        /// How it stands.
        state: State,
        /// The code it ended with.
        exit_code: i64,
    },
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image { image, source, .. } => match source {
                ImageSource::Pull => write!(f, "pull image `{image}`"),
                ImageSource::Build => write!(f, "build image `{image}`"),
                ImageSource::PullOrBuild => write!(f, "pull or build image `{image}`"),
            },
            Self::Network { network, .. } => write!(f, "create network `{}`", network.name),
            Self::Volume { volume, .. } => write!(f, "create volume `{}`", volume.name),
            Self::Await {
                dependency,
                condition,
                ..
            } => match condition {
                Condition::Started => write!(f, "wait until `{dependency}` is started"),
                Condition::Healthy => write!(f, "wait until `{dependency}` is healthy"),
                Condition::CompletedSuccessfully => {
                    write!(f, "wait until `{dependency}` has completed")
                }
            },
            Self::Remove { name, .. } => {
                write!(
                    f,
                    "remove container `{name}`, which never ran and is out of date"
                )
            }
            Self::Create { name, image, .. } => {
                write!(f, "create container `{name}` from `{image}`")
            }
            Self::Attach {
                container, network, ..
            } => {
                write!(f, "attach container `{container}` to network `{network}`")
            }
            Self::Start {
                container, from, ..
            } => match from {
                Standing::There { state, .. } => {
                    write!(
                        f,
                        "start container `{container}`, which is there ({})",
                        state.word()
                    )
                }
                Standing::New => write!(f, "start container `{container}`"),
            },
            Self::Unpause { container } => write!(f, "unpause container `{container}`"),
        }
    }
}
