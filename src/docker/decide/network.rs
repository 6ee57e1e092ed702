//! The networks that containers need, and the attachments that are missing.

use super::draft::Draft;
use crate::compose::Service;
use crate::docker::decide::plan::Step;
use crate::docker::decide::refusal::Refusal;
use crate::docker::error::Error;
use crate::docker::labels;
use crate::docker::observed::{Container, Network, State};

/// Networks that every engine has.
const BUILT_IN: &[&str] = &["bridge", "host", "none", "default"];

impl<'a> Draft<'a, '_> {
    pub(super) fn network(&mut self, key: &str) -> Result<(), Refusal> {
        let Some((key, network)) = self.project.networks.get_key_value(key) else {
            return Ok(());
        };
        let planned =
            |it: &Step<'_>| matches!(it, Step::Network { key: other, .. } if other == key);
        if self.networks.iter().any(planned) {
            return Ok(());
        }
        let mut there = self.observed.networks_named(&network.name).peekable();
        if network.external {
            let by_id = || {
                self.observed
                    .networks
                    .iter()
                    .any(|it| it.id == network.name)
            };
            if there.peek().is_none() && !by_id() && !BUILT_IN.contains(&network.name.as_str()) {
                let name = network.name.clone();
                return Err(Refusal::ExternalMissing {
                    kind: "network",
                    key: key.clone(),
                    name,
                });
            }
            return Ok(());
        }
        if there.peek().is_none() {
            self.networks.push(Step::Network { key, network });
            return Ok(());
        }
        let project = self.project.name.as_str();
        for found in there {
            if let Some(said) = wrong_label(found, key) {
                let (name, key) = (network.name.clone(), key.clone());
                return Err(Refusal::ForeignNetwork {
                    name,
                    key,
                    label: labels::NETWORK,
                    said,
                });
            }
            if found
                .labels
                .get(labels::PROJECT)
                .is_some_and(|it| it != project)
            {
                self.notes.push(format!(
                    "network `{}` was made for project `{}` and is used as it is",
                    found.name,
                    found.labels[labels::PROJECT]
                ));
            }
        }
        Ok(())
    }

    /// Mends a missing attachment. Where the networks were not looked at, they are there.
    pub(super) fn attach(
        &mut self,
        service: &'a Service,
        container: &Container,
    ) -> Result<(), Error> {
        let bridged = !["host", "none"].contains(&container.network_mode.as_str())
            && !container.network_mode.starts_with("container:");
        if service.network_mode.is_some() || !bridged {
            return Ok(());
        }
        for key in service.networks.keys() {
            let Some((key, network)) = self.project.networks.get_key_value(key) else {
                continue;
            };
            if self.is_attached(container, &network.name) {
                continue;
            }
            self.network(key)?;
            self.containers.push(Step::Attach {
                service,
                container: container.name.clone(),
                key,
                network: &network.name,
            });
        }
        Ok(())
    }

    /// Whether a container is on a network, and on the one that is there: a stopped container
    /// remembers a network that was removed since, and cannot be started on that.
    fn is_attached(&self, container: &Container, network: &str) -> bool {
        let remembered = container.networks.iter().find(|it| it.network == network);
        let Some(remembered) = remembered else {
            return container.is_on(network);
        };
        let seen = container.state != State::Running && !remembered.network_id.is_empty();
        !seen
            || self
                .observed
                .networks
                .iter()
                .any(|it| it.id == remembered.network_id)
    }
}

/// What the label says that makes Compose refuse a network of this name.
fn wrong_label(network: &Network, key: &str) -> Option<String> {
    match network.labels.get(labels::NETWORK) {
        Some(said) if said == key => None,
        Some(said) => Some(format!("`{said}`")),
        None => Some("nothing".to_owned()),
    }
}
