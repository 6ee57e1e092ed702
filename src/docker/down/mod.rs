//! Stops containers gently, and carries a down-plan out. Each step can be repeated.

pub mod plan;

use std::collections::HashMap;
use std::time::Duration;

use bollard::query_parameters::{
    RemoveContainerOptionsBuilder, RemoveVolumeOptions, StopContainerOptionsBuilder,
};
use futures_util::future::{try_join, try_join_all};

use crate::docker::Engine;
use crate::docker::down::plan::{DownPlan, VolumeFate};
use crate::docker::error::Error;
use crate::docker::event::{Event, Thing};
use crate::docker::observe::found;
use crate::docker::observed::{Container, Listed, Observed};

/// The least time that a database gets to write its last checkpoint. Killed before, it would have
/// to recover at its next start.
const DATABASE_GRACE: i64 = 60;

impl Engine {
    /// All that a plan to take something down is decided on.
    pub async fn survey(&self) -> Result<Observed, Error> {
        let mut observed = Observed::nothing(self.facts().api_version);
        let both = try_join(self.list(HashMap::new()), self.networks());
        let (both, volumes) = try_join(both, self.volumes(HashMap::new())).await?;
        (observed.listed, observed.networks) = both;
        observed.volumes = volumes
            .into_iter()
            .map(|it| (it.name.clone(), it))
            .collect();
        Ok(observed)
    }

    /// Carries a plan out.
    pub async fn take_down(
        &self,
        plan: &DownPlan,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Error> {
        for note in &plan.notes {
            on_event(Event::Note(note));
        }
        for group in &plan.containers {
            for listed in group.iter().filter(|it| it.state.can_be_stopped()) {
                on_event(Event::Stopping { name: &listed.name });
            }
            try_join_all(group.iter().map(|it| self.stop_listed(it))).await?;
            for listed in group {
                if listed.state.can_be_stopped() {
                    on_event(Event::Stopped { name: &listed.name });
                }
                self.remove(listed, plan.fate).await?;
                on_event(Event::Removed {
                    thing: Thing::Container,
                    name: &listed.name,
                });
            }
        }
        for network in &plan.networks {
            let answer = self.api().remove_network(&network.id).await;
            match found(answer, || format!("remove network `{}`", network.name)) {
                Ok(_) => on_event(Event::Removed {
                    thing: Thing::Network,
                    name: &network.name,
                }),
                Err(Error::Engine { message, .. }) if message.contains("active endpoints") => {
                    on_event(Event::Warning(&format!(
                        "network `{}` stays: containers of others are on it",
                        network.name
                    )));
                }
                Err(error) => return Err(error),
            }
        }
        for volume in &plan.volumes {
            self.remove_volume(&volume.name).await?;
            on_event(Event::Removed {
                thing: Thing::Volume,
                name: &volume.name,
            });
        }
        Ok(())
    }

    /// Stops a container and keeps it. A database gets a minute at least.
    pub async fn stop(
        &self,
        container: &str,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Error> {
        let container = self.container(container).await?;
        self.stop_container(&container).await?;
        if container.state.can_be_stopped() {
            on_event(Event::Stopped {
                name: &container.name,
            });
        }
        Ok(())
    }

    async fn stop_listed(&self, listed: &Listed) -> Result<(), Error> {
        match self.inspect_if_there(&listed.id).await? {
            Some(container) => self.stop_container(&container).await,
            None => Ok(()),
        }
    }

    async fn stop_container(&self, container: &Container) -> Result<(), Error> {
        if !container.state.can_be_stopped() {
            return Ok(());
        }
        let mut options = StopContainerOptionsBuilder::default();
        let mut patience = container.stop_timeout.unwrap_or(10);
        if container.stop_timeout.is_none() && container.keeps_a_database() {
            patience = DATABASE_GRACE;
            options = options.t(i32::try_from(patience).unwrap_or(i32::MAX));
        }
        let patience = Duration::from_secs(u64::try_from(patience).unwrap_or(0) + 30);
        let api = self.api().clone().with_timeout(patience);
        let answer = api
            .stop_container(&container.id, Some(options.build()))
            .await;
        found(answer, || format!("stop container `{}`", container.name)).map(|_| ())
    }

    async fn remove(&self, listed: &Listed, fate: VolumeFate) -> Result<(), Error> {
        let options = RemoveContainerOptionsBuilder::default()
            .force(true)
            .v(fate == VolumeFate::Removed)
            .build();
        let answer = self.api().remove_container(&listed.id, Some(options)).await;
        let answer = found(answer, || format!("remove container `{}`", listed.name));
        match answer {
            // Another process removes it at this moment.
            Err(error) if error.status() == Some(409) => Ok(()),
            answer => answer.map(|_| ()),
        }
    }

    pub(in crate::docker) async fn remove_volume(&self, name: &str) -> Result<(), Error> {
        let answer = self
            .api()
            .remove_volume(name, None::<RemoveVolumeOptions>)
            .await;
        found(answer, || format!("remove volume `{name}`")).map(|_| ())
    }
}
