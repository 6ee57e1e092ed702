//! Creates a network once, also when two do so at the same time.
//!
//! Older engines take the same name twice, and then refuse to start anything on either. Whoever
//! creates one looks again, and removes its own where another came first.

use super::Engine;
use crate::compose::Network;
use crate::docker::error::Error;
use crate::docker::payload;

impl Engine {
    /// Creates a network, unless another process just did.
    pub(in crate::docker) async fn make_network(
        &self,
        project: &str,
        key: &str,
        network: &Network,
    ) -> Result<(), Error> {
        let doing = || format!("create network `{}`", network.name);
        let request = payload::network(project, key, network);
        let made = match self.api().create_network(request).await {
            Ok(made) => made.id,
            Err(error) => match Error::answer(doing(), error) {
                error if error.status() == Some(409) => return Ok(()),
                error => return Err(error),
            },
        };
        let mut twins: Vec<_> = self
            .networks_with_age()
            .await?
            .into_iter()
            .filter(|(name, ..)| *name == network.name)
            .map(|(_, created, id)| (created, id))
            .collect();
        twins.sort();
        if twins.first().is_some_and(|(_, first)| *first != made) {
            // The other one is in use by whoever made it; ours is not, and its loss is no loss.
            let _ = self.api().remove_network(&made).await;
        }
        Ok(())
    }

    /// The name, the time of creation and the id of each network.
    async fn networks_with_age(&self) -> Result<Vec<(String, String, String)>, Error> {
        let all = self
            .api()
            .list_networks(None::<bollard::query_parameters::ListNetworksOptions>)
            .await
            .map_err(|error| Error::answer("list its networks", error))?;
        let read = |it: bollard::models::Network| {
            (
                it.name.unwrap_or_default(),
                it.created.unwrap_or_default(),
                it.id.unwrap_or_default(),
            )
        };
        Ok(all.into_iter().map(read).collect())
    }
}
