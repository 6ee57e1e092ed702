//! What a container's provider has to be told.

use std::{collections::BTreeMap, time::Duration};

use crate::compose::Project;
use crate::database::Account;
use crate::docker::{Engine, decide::Pull};
use crate::host::{Override, Surroundings};
use crate::ident::ServiceName;

/// Everything that is chosen elsewhere.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The engine that answers.
    pub engine: Engine,
    /// The project as loaded.
    pub project: Project,
    /// The service that is the database.
    pub service: ServiceName,
    /// What that service asks for.
    pub account: Account,
    /// When images are fetched.
    pub pull: Pull,
    /// How long a service that ours depends on may take.
    pub patience: Duration,
    /// Proxy variables that Docker's own client hands to every container.
    pub proxies: BTreeMap<String, String>,
    /// What this machine looks like.
    pub surroundings: Surroundings,
    /// Where the user says that the database is.
    pub explicit: Option<Override>,
}
