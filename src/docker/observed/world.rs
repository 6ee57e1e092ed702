//! All that a plan for some services is decided on.

use std::collections::BTreeMap;

use super::{Container, Image, Listed, Network, Volume};
use crate::docker::engine::ApiVersion;
use crate::ident::ServiceName;

/// What was found. Where every container that was asked about runs, nothing else was looked at,
/// since nothing else is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The API that the engine speaks.
    pub api: ApiVersion,
    /// The containers of the services that were asked about.
    pub containers: BTreeMap<ServiceName, Container>,
    /// All containers of the engine, of whatever project.
    pub listed: Vec<Listed>,
    /// All networks.
    pub networks: Vec<Network>,
    /// All volumes, by name.
    pub volumes: BTreeMap<String, Volume>,
    /// The images of services without a container that are present, by the name that the
    /// services use.
    pub images: BTreeMap<String, Image>,
}

impl Observed {
    /// Nothing but an engine.
    pub fn nothing(api: ApiVersion) -> Self {
        Self {
            api,
            containers: BTreeMap::new(),
            listed: Vec::new(),
            networks: Vec::new(),
            volumes: BTreeMap::new(),
            images: BTreeMap::new(),
        }
    }

    /// The containers that use a volume, whoever they belong to.
    pub fn users_of_volume<'a>(&'a self, volume: &'a str) -> impl Iterator<Item = &'a Listed> {
        self.listed
            .iter()
            .filter(move |it| it.volumes.iter().any(|used| used == volume))
    }

    /// The networks of a name; an engine may hold several.
    pub fn networks_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Network> {
        self.networks.iter().filter(move |it| it.name == name)
    }
}
