//! What needs a container engine: services beside the database, and taking a project down.

use super::session::Session;
use crate::docker::Engine;
use crate::error::Error;

impl Session {
    /// The engine that runs this project's containers; `services` are what it is needed for.
    pub(super) fn engine_for(&self, services: &[String]) -> Result<&Engine, Error> {
        self.engine.as_ref().ok_or_else(|| Error::NeedsEngine {
            services: services.to_vec(),
        })
    }
}
