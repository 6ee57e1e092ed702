//! A connection to one engine. The files beside this one add what it can do.

use bollard::Docker;

/// A connected Docker Engine (or a Podman service that speaks its API).
#[derive(Clone, Debug)]
pub struct Engine {
    api: Docker,
}

impl Engine {
    /// Wraps a client that `connect` made.
    pub(in crate::docker) fn new(api: Docker) -> Self {
        Self { api }
    }

    /// The API client, for this directory alone.
    pub(in crate::docker) fn api(&self) -> &Docker {
        &self.api
    }
}
