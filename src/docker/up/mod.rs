//! Carries an up-plan out.
//!
//! Every step may meet the traces of another `up` that runs at the same time, or of one that was
//! killed. What is there already is then taken as it is: a conflict is no failure, but a reason
//! to look again.

pub mod await_dependency;
pub(in crate::docker) mod compose_release;
pub(in crate::docker) mod create;
pub(in crate::docker) mod data_version;
pub(in crate::docker) mod join_network;
pub(in crate::docker) mod make_network;
pub(in crate::docker) mod start;

use futures_util::future::try_join;

use crate::docker::Engine;
use crate::docker::decide::plan::{Peers, Step, UpPlan};
use crate::docker::error::Error;
use crate::docker::event::{Event, Thing};
use crate::docker::image::Wanted;
use crate::docker::labels;
use crate::docker::payload;

/// What is known while a plan is carried out.
pub(in crate::docker) struct Progress<'p, 'a> {
    pub(in crate::docker) plan: &'p UpPlan<'a>,
    /// The containers of services.
    pub(in crate::docker) peers: Peers,
    /// The Compose release whose hash every new container gets.
    pub(in crate::docker) release: String,
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
            peers: plan.peers.clone(),
            release: labels::COMPOSE_RELEASE.to_owned(),
        };
        let first = plan
            .steps
            .iter()
            .position(|it| matches!(it, Step::Create { .. }));
        let Some(first) = first else {
            return self
                .carry_out_steps(&mut progress, &plan.steps, on_event)
                .await;
        };
        // The plugin is asked while images, networks and volumes are made.
        let (before, rest) = plan.steps.split_at(first);
        let configuration = self.keyring().configuration.as_deref();
        let asked = async { Ok(compose_release::installed(configuration).await) };
        let prepared = self.carry_out_steps(&mut progress, before, on_event);
        let (release, ()) = try_join(asked, prepared).await?;
        if let Some(release) = release {
            progress.release = release;
        }
        self.carry_out_steps(&mut progress, rest, on_event).await
    }

    async fn carry_out_steps(
        &self,
        progress: &mut Progress<'_, '_>,
        steps: &[Step<'_>],
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Error> {
        for step in steps {
            self.carry_out_step(progress, step, on_event).await?;
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
                self.mend_network(progress, service, container, (key, network))
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
}
