//! Attaches containers to networks.

use std::time::Duration;

use bollard::models::{EndpointSettings, NetworkConnectRequest, NetworkDisconnectRequest};
use tokio::time::{Instant, sleep};

use crate::compose::Service;
use crate::docker::Engine;
use crate::docker::error::Error;
use crate::docker::payload::{self, Circumstances};
use crate::docker::up::Progress;

/// How long a name may stand for two networks.
const PATIENCE: Duration = Duration::from_secs(10);
/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(100);

impl Engine {
    /// Gives a container that is there a network that it lost.
    pub(in crate::docker) async fn mend_network(
        &self,
        progress: &Progress<'_, '_>,
        service: &Service,
        container: &str,
        (key, network): (&str, &str),
    ) -> Result<(), Error> {
        let around = Circumstances {
            project: progress.plan.project,
            name: container,
            image: "",
            image_id: "",
            api: self.facts().api_version,
            proxies: &progress.plan.proxies,
            release: &progress.release,
            peers: &progress.peers,
        };
        // It may still hold a network of this name that has been removed since.
        let stale = NetworkDisconnectRequest {
            container: container.to_owned(),
            force: Some(true),
        };
        let _ = self.api().disconnect_network(network, stale).await;
        self.join_network(container, network, payload::endpoint(service, key, &around))
            .await
    }

    pub(in crate::docker) async fn join_network(
        &self,
        container: &str,
        network: &str,
        endpoint: EndpointSettings,
    ) -> Result<(), Error> {
        let request = NetworkConnectRequest {
            container: container.to_owned(),
            endpoint_config: Some(endpoint),
        };
        let doing = format!("attach container `{container}` to network `{network}`");
        let answer = self
            .despite_twins(doing, || {
                self.api().connect_network(network, request.clone())
            })
            .await;
        match answer {
            Err(Error::Engine { message, .. }) if message.contains("already exists in network") => {
                Ok(())
            }
            answer => answer,
        }
    }

    /// Does what names a network, which for a moment may stand for two: older engines take a name
    /// twice, until whoever came second has seen it.
    pub(in crate::docker) async fn despite_twins<F>(
        &self,
        doing: String,
        mut ask: impl FnMut() -> F,
    ) -> Result<(), Error>
    where
        F: Future<Output = Result<(), bollard::errors::Error>>,
    {
        let begun = Instant::now();
        loop {
            let Err(error) = ask().await else {
                return Ok(());
            };
            let error = Error::answer(doing.clone(), error);
            let is_twin = matches!(
                &error,
                Error::Engine { message, .. } if message.contains("is ambiguous")
            );
            if !is_twin || begun.elapsed() > PATIENCE {
                return Err(error);
            }
            sleep(PAUSE).await;
        }
    }
}
