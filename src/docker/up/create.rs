//! Creates a service's container, with all that it needs before its first start.
//!
//! Another `up` may be doing the same at this moment. The name of the container decides between
//! them: whoever comes second adopts what the first has made.

use std::time::Duration;

use bollard::query_parameters::{CreateContainerOptionsBuilder, RemoveContainerOptionsBuilder};
use tokio::time::{Instant, sleep};

use crate::compose::Service;
use crate::docker::Engine;
use crate::docker::decide::plan::{Data, Peer};
use crate::docker::error::Error;
use crate::docker::event::{Event, Thing};
use crate::docker::observed::{Container, Image, State};
use crate::docker::payload::{self, Circumstances};
use crate::docker::up::Progress;

/// How long to look for the container that has the name.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long whoever made it gets to start it.
const GRACE: Duration = Duration::from_secs(5);
/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(100);

impl Engine {
    /// Creates the container of a service, or adopts the one that was created meanwhile.
    pub(in crate::docker) async fn create(
        &self,
        progress: &mut Progress<'_, '_>,
        service: &Service,
        (name, image): (&str, &str),
        data: Data,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Error> {
        let project = progress.plan.project;
        let Some(present) = self.image_if_there(image).await? else {
            return Err(Error::ImageAbsent {
                image: image.to_owned(),
            });
        };
        let peers = progress.peers.clone();
        let around = Circumstances {
            project,
            name,
            image,
            image_id: &present.id,
            api: self.facts().api_version,
            proxies: &progress.plan.proxies,
            release: &progress.release,
            peers: &peers,
        };
        let body = payload::container(service, &around)?;
        let platform = service.platform.as_deref().unwrap_or_default();
        let options = CreateContainerOptionsBuilder::default()
            .name(name)
            .platform(platform);
        let options = options.build();
        let begun = Instant::now();
        loop {
            let answer = self
                .api()
                .create_container(Some(options.clone()), body.clone())
                .await;
            let error = match answer {
                Ok(made) => {
                    for warning in &made.warnings {
                        on_event(Event::Warning(warning));
                    }
                    let peer = Peer {
                        id: made.id.clone(),
                        name: name.to_owned(),
                    };
                    progress.peers.insert(service.name.clone(), peer);
                    self.complete(service, &around, data, &present).await?;
                    on_event(Event::Created {
                        thing: Thing::Container,
                        name,
                    });
                    return Ok(());
                }
                Err(error) => Error::answer(format!("create container `{name}`"), error),
            };
            if error.status() != Some(409) || begun.elapsed() > PATIENCE {
                return Err(error);
            }
            let found = self.container_of(project, service).await?;
            // Whoever makes it may not be done with it before it runs.
            let done = |it: &Container| it.state != State::Created || begun.elapsed() > GRACE;
            if let Some(found) = found.filter(done) {
                let peer = Peer {
                    id: found.id.clone(),
                    name: found.name.clone(),
                };
                progress.peers.insert(service.name.clone(), peer);
                on_event(Event::Adopted {
                    name: &found.name,
                    state: found.state.word(),
                });
                return Ok(());
            }
            sleep(PAUSE).await;
        }
    }

    /// What a container needs between its creation and its first start. One that cannot be
    /// completed is removed again.
    async fn complete(
        &self,
        service: &Service,
        around: &Circumstances<'_>,
        data: Data,
        image: &Image,
    ) -> Result<(), Error> {
        let done = self.complete_steps(service, around, data, image).await;
        if done.is_err() {
            // What went wrong says more than a failure to clean up after it.
            let _ = self.remove_container(around.name, around.name).await;
        }
        done
    }

    async fn complete_steps(
        &self,
        service: &Service,
        around: &Circumstances<'_>,
        data: Data,
        image: &Image,
    ) -> Result<(), Error> {
        for key in payload::further_networks(service, around.api) {
            let network = around.project.networks.get(key).map_or(key, |it| &it.name);
            self.join_network(
                around.name,
                network,
                payload::endpoint(service, key, around),
            )
            .await?;
        }
        let files = payload::inline_files(service, around.project);
        if !files.is_empty() {
            self.write_files(around.name, &files).await?;
        }
        if data == Data::Inherited {
            self.check_data_version(service, around, image).await?;
        }
        Ok(())
    }

    /// Removes a container that does not run.
    pub(in crate::docker) async fn remove_container(
        &self,
        id: &str,
        name: &str,
    ) -> Result<(), Error> {
        let options = RemoveContainerOptionsBuilder::default().v(true).build();
        match self.api().remove_container(id, Some(options)).await {
            Ok(()) => Ok(()),
            Err(error) => match Error::answer(format!("remove container `{name}`"), error) {
                error if error.status() == Some(404) => Ok(()),
                error => Err(error),
            },
        }
    }
}
