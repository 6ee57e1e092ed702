//! Creates a network once, also when two do so at the same time.
//!
//! Older engines take the same name twice, and then refuse to start anything on either. Whoever
//! creates one looks again, and removes its own where another came first. Who came first is said by
//! the times of creation, but a network is seen only after it was made: one that is older may have
//! been seen by nobody, while the younger was found alone and kept. So the older waits for the
//! younger to go, and goes itself where that stays.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::compose::Network;
use crate::docker::Engine;
use crate::docker::error::Error;
use crate::docker::payload;

/// How long the younger of two networks may take to go.
const GRACE: Duration = Duration::from_secs(2);
/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(50);
/// How often it is begun anew where both of two have gone.
const ROUNDS: usize = 5;

impl Engine {
    /// Creates a network, unless another process just did.
    pub(in crate::docker) async fn make_network(
        &self,
        project: &str,
        key: &str,
        network: &Network,
    ) -> Result<(), Error> {
        let doing = || format!("create network `{}`", network.name);
        for _ in 0..ROUNDS {
            let request = payload::network(project, key, network);
            let made = match self.api().create_network(request).await {
                Ok(made) => made.id,
                Err(error) => match Error::answer(doing(), error) {
                    error if error.status() == Some(409) => return Ok(()),
                    error => return Err(error),
                },
            };
            let begun = Instant::now();
            loop {
                let twins = self.named(&network.name).await?;
                match fate(&twins, &made, begun.elapsed()) {
                    Fate::Stays => return Ok(()),
                    Fate::Waits => sleep(PAUSE).await,
                    Fate::Goes => {
                        // The other one is in use by whoever made it; ours is not, and its loss is
                        // no loss.
                        let _ = self.api().remove_network(&made).await;
                        break;
                    }
                }
            }
            if !self.named(&network.name).await?.is_empty() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// When the networks of this name were created, and their ids; the oldest first.
    async fn named(&self, name: &str) -> Result<Vec<Twin>, Error> {
        let all = self.networks_with_age().await?;
        let mut twins: Vec<_> = all
            .into_iter()
            .filter(|(it, ..)| it == name)
            .map(|(_, created, id)| (created, id))
            .collect();
        twins.sort();
        Ok(twins)
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

/// A network: when it was created, and its id.
type Twin = (String, String);

/// What becomes of the network that we made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It is the only one, or it is gone and another is there.
    Stays,
    /// Another is younger, and ought to go.
    Waits,
    /// Another is older, or does not go.
    Goes,
}

/// `twins` are all networks of the name, the oldest first.
fn fate(twins: &[Twin], made: &str, waited: Duration) -> Fate {
    match twins {
        [] | [_] => Fate::Stays,
        [(_, oldest), ..] if oldest == made && waited < GRACE => Fate::Waits,
        _ => Fate::Goes,
    }
}

#[cfg(test)]
mod tests {
    use super::{Fate, GRACE, fate};
    use std::time::Duration;

    #[test]
    fn of_two_one_stays() {
        let twins = |ids: &[&str]| -> Vec<_> {
            let one = |(age, id): (usize, &&str)| (age.to_string(), (*id).to_owned());
            ids.iter().enumerate().map(one).collect()
        };
        for (ids, waited, expected) in [
            (&["ours"][..], Duration::ZERO, Fate::Stays),
            (&["other"], Duration::ZERO, Fate::Stays),
            (&["other", "ours"], Duration::ZERO, Fate::Goes),
            (&["ours", "other"], Duration::ZERO, Fate::Waits),
            (&["ours", "other"], GRACE, Fate::Goes),
            (&["ours", "other", "third"], Duration::ZERO, Fate::Waits),
            (&["other", "ours", "third"], Duration::ZERO, Fate::Goes),
        ] {
            assert_eq!(fate(&twins(ids), "ours", waited), expected, "{ids:?}");
        }
    }
}
