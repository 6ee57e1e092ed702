//! Carries an up-plan out.
//!
//! Every step may meet the traces of another `up` that runs at the same time, or of one that was
//! killed. What is there already is then taken as it is: a conflict is no failure, but a reason
//! to look again.

use std::collections::BTreeMap;
use std::time::Duration;

use bollard::models::NetworkConnectRequest;
use bollard::query_parameters::{CreateContainerOptionsBuilder, RemoveContainerOptionsBuilder};
use tokio::time::{Instant, sleep};

use super::Engine;
use crate::compose::Service;
use crate::docker::error::Error;
use crate::docker::event::{Event, Thing};
use crate::docker::image::Wanted;
use crate::docker::observed::State;
use crate::docker::payload::{self, Circumstances};
use crate::docker::plan::{Data, Standing, Step, UpPlan};
use crate::docker::port_refusal::PortRefusal;
use crate::docker::port_taken::PortTaken;
use crate::ident::ServiceName;

/// How long to look again for what another `up` is just making.
const CONFLICT_PATIENCE: Duration = Duration::from_secs(15);
/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// What is known while a plan is carried out.
struct Progress<'p, 'a> {
    plan: &'p UpPlan<'a>,
    /// The containers of services, by name.
    containers: BTreeMap<ServiceName, String>,
}

impl Engine {
    /// Carries a plan out. It may be killed at any step and planned and carried out anew.
    pub async fn carry_out(
        &self,
        plan: &UpPlan<'_>,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Error> {
        for note in &plan.notes {
            on_event(Event::Note(note));
        }
        let mut progress = Progress {
            plan,
            containers: plan.containers.clone(),
        };
        for step in &plan.steps {
            self.carry_out_step(&mut progress, step, on_event).await?;
        }
        Ok(())
    }

    async fn carry_out_step(
        &self,
        progress: &mut Progress<'_, '_>,
        step: &Step<'_>,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Error> {
        let project = progress.plan.project;
        match step {
            Step::Image {
                service,
                image,
                source,
            } => {
                let wanted = Wanted {
                    project: &project.name,
                    service: &service.name,
                    image,
                    build: service.build.as_ref(),
                    platform: service.platform.as_deref(),
                };
                self.fetch_image(&wanted, *source, on_event).await
            }
            Step::Network { key, network } => {
                self.make_network(project.name.as_str(), key, network)
                    .await?;
                on_event(Event::Created {
                    thing: Thing::Network,
                    name: &network.name,
                });
                Ok(())
            }
            Step::Volume { key, volume } => {
                let request = payload::volume(project.name.as_str(), key, volume);
                self.api()
                    .create_volume(request)
                    .await
                    .map_err(|error| Error::answer(step.to_string(), error))?;
                on_event(Event::Created {
                    thing: Thing::Volume,
                    name: &volume.name,
                });
                Ok(())
            }
            Step::Await { .. } => self.await_dependency(progress.plan, step, on_event).await,
            Step::Remove { id, name } => {
                self.remove_container(id, name).await?;
                on_event(Event::Removed {
                    thing: Thing::Container,
                    name,
                });
                Ok(())
            }
            Step::Create {
                service,
                name,
                image,
                data,
            } => {
                self.create(progress, service, (name, image), *data, on_event)
                    .await
            }
            Step::Attach {
                service,
                container,
                key,
                network,
            } => {
                self.attach(progress, service, container, (key, network))
                    .await
            }
            Step::Start {
                service,
                container,
                from,
            } => {
                self.start(progress, service, container, from, on_event)
                    .await
            }
            Step::Unpause { container } => {
                self.api()
                    .unpause_container(container)
                    .await
                    .map_err(|error| Error::answer(step.to_string(), error))?;
                on_event(Event::Started { name: container });
                Ok(())
            }
        }
    }

    async fn create(
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
        let containers = progress.containers.clone();
        let around = Circumstances {
            project,
            name,
            image,
            image_id: &present.id,
            api: self.facts().api_version,
            proxies: &progress.plan.proxies,
            containers: &containers,
        };
        let body = payload::container(service, &around)?;
        let platform = service.platform.as_deref().unwrap_or_default();
        let options = CreateContainerOptionsBuilder::default()
            .name(name)
            .platform(platform);
        let options = options.build();
        let deadline = Instant::now() + CONFLICT_PATIENCE;
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
                    progress
                        .containers
                        .insert(service.name.clone(), name.to_owned());
                    self.complete(service, &around, data, &present).await?;
                    on_event(Event::Created {
                        thing: Thing::Container,
                        name,
                    });
                    return Ok(());
                }
                Err(error) => Error::answer(format!("create container `{name}`"), error),
            };
            if !is_conflict(&error) || Instant::now() > deadline {
                return Err(error);
            }
            if let Some(found) = self.container_of(project, service).await? {
                progress
                    .containers
                    .insert(service.name.clone(), found.name.clone());
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
        image: &crate::docker::observed::Image,
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
        image: &crate::docker::observed::Image,
    ) -> Result<(), Error> {
        for key in payload::further_networks(service, around.api) {
            let network = around.project.networks.get(key).map_or(key, |it| &it.name);
            self.connect_network(
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

    async fn attach(
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
            containers: &progress.containers,
        };
        // It may still hold a network of this name that has been removed since.
        let stale = bollard::models::NetworkDisconnectRequest {
            container: container.to_owned(),
            force: Some(true),
        };
        let _ = self.api().disconnect_network(network, stale).await;
        self.connect_network(container, network, payload::endpoint(service, key, &around))
            .await
    }

    async fn connect_network(
        &self,
        container: &str,
        network: &str,
        endpoint: bollard::models::EndpointSettings,
    ) -> Result<(), Error> {
        let request = NetworkConnectRequest {
            container: container.to_owned(),
            endpoint_config: Some(endpoint),
        };
        match self.api().connect_network(network, request).await {
            Ok(()) => Ok(()),
            Err(error) => {
                let doing = format!("attach container `{container}` to network `{network}`");
                match Error::answer(doing, error) {
                    Error::Engine { message, .. }
                        if message.contains("already exists in network") =>
                    {
                        Ok(())
                    }
                    error => Err(error),
                }
            }
        }
    }

    async fn start(
        &self,
        progress: &Progress<'_, '_>,
        service: &Service,
        container: &str,
        from: &Standing,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Error> {
        let name = progress
            .containers
            .get(&service.name)
            .map_or(container, String::as_str);
        if let Standing::There {
            id,
            state,
            exit_code,
        } = from
        {
            if *state == State::Exited && *exit_code != 0 {
                self.refuse_half_made(id).await?;
            }
            on_event(Event::Adopted {
                name,
                state: state.word(),
            });
        }
        let answer = self.api().start_container(name, None).await;
        let Err(error) = answer else {
            on_event(Event::Started { name });
            return Ok(());
        };
        let error = Error::answer(format!("start container `{name}`"), error);
        let Error::Engine { message, .. } = &error else {
            return Err(error);
        };
        if *from == Standing::New {
            // It never ran, and would be adopted as it is when the file has been mended.
            let _ = self.remove_container(name, name).await;
        }
        let Some(refusal) = PortRefusal::read(message) else {
            return Err(error);
        };
        let file = progress.plan.project.files.last();
        let file = file.and_then(|it| it.file_name()).unwrap_or_default();
        let taken = PortTaken::new(&refusal, service, file.display().to_string());
        Err(self.explained(taken).await.into())
    }

    /// A container whose first start was ended by a script would skip that script now, and come
    /// up as if all were well.
    async fn refuse_half_made(&self, id: &str) -> Result<(), Error> {
        let Some(container) = self.inspect_if_there(id).await? else {
            return Ok(());
        };
        match self.half_made(&container).await? {
            Some(ailment) => Err(ailment.into()),
            None => Ok(()),
        }
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

/// Whether a name is taken, or for a moment stands for two things.
fn is_conflict(error: &Error) -> bool {
    match error {
        Error::Engine {
            status: Some(409), ..
        } => true,
        Error::Engine { message, .. } => message.contains("is ambiguous"),
        _ => false,
    }
}
