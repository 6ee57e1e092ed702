//! A container that is there is adopted, one that is not is created.

use super::draft::{Draft, peers};
use super::name_taken;
use crate::compose::{Generation, MountKind, Service};
use crate::docker::decide::plan::{Peers, Standing, Step};
use crate::docker::decide::postgres::Server;
use crate::docker::decide::refusal::Refusal;
use crate::docker::decide::unsupported;
use crate::docker::error::Error;
use crate::docker::labels;
use crate::docker::observed::{Container, State};
use crate::docker::payload::{START_INTERVAL, resolved};

impl<'a> Draft<'a, '_> {
    pub(super) fn adopt(
        &mut self,
        service: &'a Service,
        container: &Container,
    ) -> Result<(), Error> {
        let differs = is_out_of_date(service, container, &peers(self.observed));
        let name = container.name.clone();
        match container.state {
            State::Removing => return Err(Refusal::BeingRemoved { name }.into()),
            State::Created | State::Dead if differs && container.started.is_none() => {
                self.containers.push(Step::Remove {
                    id: container.id.clone(),
                    name,
                });
                return self.create(service);
            }
            State::Created
            | State::Dead
            | State::Exited
            | State::Running
            | State::Restarting
            | State::Paused => {}
        }
        if differs {
            self.notes.push(self.difference(service, container));
        }
        if container.config_hash().is_none() && container.project().is_none() {
            self.notes.push(format!(
                "container `{name}` was not made by Compose; it is used as it is, and Compose does \
                 not see it"
            ));
        }
        if container.state == State::Paused {
            self.containers.push(Step::Unpause {
                container: name.clone(),
            });
        }
        let starts = self.starting.contains(&service.name);
        if starts {
            self.check_volumes(service)?;
            self.await_dependencies(service);
        }
        self.attach(service, container)?;
        if starts {
            let (state, exit_code) = (container.state, container.exit_code);
            let from = Standing::There {
                id: container.id.clone(),
                state,
                exit_code,
            };
            self.containers.push(Step::Start {
                service,
                container: name,
                from,
            });
        }
        Ok(())
    }

    /// What becomes of a container that was made from another version of the file.
    fn difference(&self, service: &Service, container: &Container) -> String {
        let name = &container.name;
        let image = self.project.image_name(service);
        let wanted = Server::of(service, &image, self.observed.images.get(&image));
        let runs = container
            .variable("PG_MAJOR")
            .map(|it| it.reveal().to_owned());
        match (runs, wanted) {
            (Some(runs), Some(wanted)) if runs != wanted.major.to_string() => format!(
                "container `{name}` is PostgreSQL {runs} and is used as it is; the Compose file \
                 says `{image}`, which cannot read its data: set `services.{service}.image` back, \
                 or begin anew with `townpass dev reset-db --volume`, which keeps a snapshot",
                service = service.name
            ),
            _ => format!(
                "container `{name}` was made from another version of the Compose file and is used \
                 as it is; `townpass dev down` and `townpass dev up` apply the changes and keep the \
                 data"
            ),
        }
    }

    pub(super) fn create(&mut self, service: &'a Service) -> Result<(), Error> {
        if let Some(reason) = unsupported::in_service(self.project, service, self.observed.api) {
            return Err(reason.into());
        }
        let name = self.project.container_name(service, 1);
        self.check_name(service, &name)?;
        if service.image.is_none() && service.build.is_none() {
            return Err(Refusal::NoImage {
                service: service.name.to_string(),
            }
            .into());
        }
        let image = self.project.image_name(service);
        let present = self.observed.images.get(&image);
        if let Some(server) = Server::of(service, &image, present) {
            server.check_mounts(service, &image)?;
        }
        if let Some(source) = self.image_source(service, &image, present)? {
            self.images.push(Step::Image {
                service,
                image: image.clone(),
                source,
            });
        }
        if service.network_mode.is_none() {
            for key in service.networks.keys() {
                self.network(key)?;
            }
        }
        self.check_volumes(service)?;
        for mount in &service.volumes {
            if mount.kind == MountKind::Volume
                && let Some(key) = &mount.source
            {
                self.volume(key)?;
            }
        }
        self.await_dependencies(service);
        self.note_what_has_no_effect(service);
        let data = self.data(service);
        self.containers.push(Step::Create {
            service,
            name: name.clone(),
            image,
            data,
        });
        self.containers.push(Step::Start {
            service,
            container: name,
            from: Standing::New,
        });
        Ok(())
    }

    /// An engine that is too old for a key may still do without it, but not in silence.
    fn note_what_has_no_effect(&mut self, service: &Service) {
        let api = self.observed.api;
        let wanted = service
            .healthcheck
            .as_ref()
            .and_then(|it| it.start_interval);
        if wanted.is_some() && api < START_INTERVAL {
            self.notes.push(format!(
                "`services.{}.healthcheck.start_interval` has no effect: it needs engine API \
                 {START_INTERVAL} (Docker 25), and this engine speaks {api}; the health check runs \
                 every `interval` from the start",
                service.name
            ));
        }
    }

    fn check_name(&self, service: &Service, name: &str) -> Result<(), Refusal> {
        let Some(holder) = self.observed.listed.iter().find(|it| it.name == name) else {
            return Ok(());
        };
        let ours = holder.project() == Some(self.project.name.as_str())
            && holder.service() == Some(service.name.as_str());
        if ours {
            return Ok(());
        }
        Err(Refusal::NameTaken {
            name: name.to_owned(),
            holder: holder.described(),
            remedy: name_taken::remedy(holder, self.project, service),
        })
    }
}

/// Whether a container was made from another configuration than the file holds now. Releases
/// differ in what they hash, and the container's labels say whose hash it is.
fn is_out_of_date(service: &Service, container: &Container, peers: &Peers) -> bool {
    let release = container
        .labels
        .get(labels::VERSION)
        .map_or("", String::as_str);
    let hash = resolved(service, peers).config_hash_for(Generation::of(release));
    container.config_hash().is_some_and(|it| it != hash)
}
