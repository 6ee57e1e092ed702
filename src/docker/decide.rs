//! Decides what `up` does: services, what is there, and a policy in; steps out.
//!
//! What is there is adopted: a container is found by its labels, started where it stopped, and
//! never recreated unasked, even where its configuration has changed since. The one exception is
//! a container that never ran, which holds nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use crate::compose::{Condition, Generation, Mount, MountKind, Project, PullPolicy, Service};
use crate::docker::error::Error;
use crate::docker::labels;
use crate::docker::observed::{Container, Image, Listed, Network, Observed, State};
use crate::docker::payload::resolved;
use crate::docker::plan::{Data, ImageSource, Need, Peer, Peers, Standing, Step, UpPlan};
use crate::docker::postgres::Server;
use crate::docker::refusal::Refusal;
use crate::docker::unsupported;
use crate::ident::ServiceName;

/// What the person at the keyboard decides.
#[derive(Clone, Debug)]
pub struct Policy {
    /// When images are fetched.
    pub pull: Pull,
    /// The time by which `pull_policy: daily` and its kin are judged.
    pub now: SystemTime,
    /// How long one dependency may take.
    pub patience: Duration,
    /// Proxy variables that Docker's own client is configured to hand to every container.
    pub proxies: BTreeMap<String, String>,
}

/// When images are fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pull {
    /// As the Compose file says of each service.
    AsWritten,
    /// As `--pull` says, of all.
    Forced(PullPolicy),
}

impl<'a> UpPlan<'a> {
    /// Plans to bring `services` up, which stand in the order of starting: dependencies first.
    pub fn decide(
        project: &'a Project,
        services: &[ServiceName],
        observed: &Observed,
        policy: &Policy,
    ) -> Result<Self, Error> {
        let services = services
            .iter()
            .map(|name| {
                project
                    .service(name.as_str())
                    .ok_or_else(|| Refusal::NoService {
                        service: name.to_string(),
                        known: project.services.keys().map(ToString::to_string).collect(),
                    })
            })
            .collect::<Result<Vec<&Service>, _>>()?;
        let mut draft = Draft {
            project,
            observed,
            policy,
            starting: BTreeSet::new(),
            images: Vec::new(),
            networks: Vec::new(),
            volumes: Vec::new(),
            containers: Vec::new(),
            notes: Vec::new(),
        };
        draft.starting = services
            .iter()
            .filter(|it| draft.must_start(it, &services))
            .map(|it| &it.name)
            .collect();
        for service in &services {
            draft.service(service)?;
        }
        let Draft {
            images,
            networks,
            volumes,
            containers,
            notes,
            ..
        } = draft;
        let steps = [images, networks, volumes, containers].concat();
        Ok(Self {
            project,
            steps,
            notes,
            peers: peers(observed),
            proxies: policy.proxies.clone(),
            patience: policy.patience,
        })
    }
}

/// A plan in the making: images first, as they take longest and fail most, containers last.
struct Draft<'a, 'o> {
    project: &'a Project,
    observed: &'o Observed,
    policy: &'o Policy,
    starting: BTreeSet<&'a ServiceName>,
    images: Vec<Step<'a>>,
    networks: Vec<Step<'a>>,
    volumes: Vec<Step<'a>>,
    containers: Vec<Step<'a>>,
    notes: Vec<String>,
}

impl<'a> Draft<'a, '_> {
    /// Whether a service's container has to be started. One that has done its work is started
    /// again only for a dependent that starts.
    fn must_start(&self, service: &Service, all: &[&Service]) -> bool {
        let Some(container) = self.observed.containers.get(&service.name) else {
            return true;
        };
        match container.state {
            State::Running | State::Restarting | State::Paused => false,
            State::Exited if container.exit_code == 0 => {
                let mut dependents = all
                    .iter()
                    .filter(|it| {
                        it.depends_on.get(&service.name).is_some_and(|dependency| {
                            dependency.condition == Condition::CompletedSuccessfully
                        })
                    })
                    .peekable();
                dependents.peek().is_none() || dependents.any(|it| self.must_start(it, all))
            }
            State::Exited | State::Created | State::Dead | State::Removing => true,
        }
    }

    fn service(&mut self, service: &'a Service) -> Result<(), Error> {
        let observed = self.observed;
        match observed.containers.get(&service.name) {
            None => self.create(service),
            Some(container) => self.adopt(service, container),
        }
    }

    fn adopt(&mut self, service: &'a Service, container: &Container) -> Result<(), Error> {
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
            self.notes.push(format!(
                "container `{name}` was made from another version of the Compose file and is used \
                 as it is; `townpass dev down` and `townpass dev up` apply the changes and keep the \
                 data"
            ));
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

    /// Mends a missing attachment. Where the networks were not looked at, they are there.
    fn attach(&mut self, service: &'a Service, container: &Container) -> Result<(), Error> {
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

    fn create(&mut self, service: &'a Service) -> Result<(), Error> {
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

    /// What a new container of a service finds.
    fn data(&self, service: &Service) -> Data {
        let inherited = service
            .volumes
            .iter()
            .any(|mount| match (mount.kind, &mount.source) {
                (MountKind::Bind, _) => true,
                (MountKind::Volume, Some(key)) => {
                    let volume = self.project.volumes.get(key);
                    volume.is_some_and(|it| self.observed.volumes.contains_key(&it.name))
                }
                _ => false,
            });
        if inherited {
            Data::Inherited
        } else {
            Data::Fresh
        }
    }

    fn await_dependencies(&mut self, service: &'a Service) {
        for (dependency, how) in &service.depends_on {
            let there = self.observed.containers.get(dependency);
            let starts = self.starting.contains(dependency);
            let met = !starts
                && there.is_some_and(|it| match how.condition {
                    Condition::Started => it.state == State::Running,
                    Condition::Healthy => it.health.word() == Some("healthy"),
                    Condition::CompletedSuccessfully => {
                        it.state == State::Exited && it.exit_code == 0
                    }
                });
            if met || (there.is_none() && !starts) {
                continue;
            }
            self.containers.push(Step::Await {
                dependent: &service.name,
                dependency,
                condition: how.condition,
                need: if how.required {
                    Need::Required
                } else {
                    Need::Optional
                },
            });
        }
    }

    fn network(&mut self, key: &str) -> Result<(), Refusal> {
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

    fn volume(&mut self, key: &str) -> Result<(), Refusal> {
        let Some((key, volume)) = self.project.volumes.get_key_value(key) else {
            return Ok(());
        };
        let planned = |it: &Step<'_>| matches!(it, Step::Volume { key: other, .. } if other == key);
        if self.volumes.iter().any(planned) {
            return Ok(());
        }
        let name = &volume.name;
        match self.observed.volumes.get(name) {
            None if volume.external => {
                let (key, name) = (key.clone(), name.clone());
                return Err(Refusal::ExternalMissing {
                    kind: "volume",
                    key,
                    name,
                });
            }
            None => self.volumes.push(Step::Volume { key, volume }),
            Some(_) if volume.external => {}
            Some(there) => match there.labels.get(labels::PROJECT) {
                Some(project) if project == self.project.name.as_str() => {}
                Some(project) => self.notes.push(format!(
                    "volume `{name}` was made for project `{project}` and is used as it is"
                )),
                None => self.notes.push(format!(
                    "volume `{name}` was not made by Compose and is used as it is"
                )),
            },
        }
        Ok(())
    }

    /// Refuses to run a second server on the data of one that runs.
    fn check_volumes(&self, service: &Service) -> Result<(), Refusal> {
        let of_database = |it: &&Mount| {
            it.target
                .as_deref()
                .is_some_and(|it| it.starts_with("/var/lib/postgresql"))
        };
        for mount in service.volumes.iter().filter(of_database) {
            let key = mount.source.as_deref().unwrap_or_default();
            let Some(volume) = self.project.volumes.get(key) else {
                continue;
            };
            let other = self
                .observed
                .users_of_volume(&volume.name)
                .filter(|it| it.state == State::Running)
                .find(|it| it.project() != Some(self.project.name.as_str()));
            if let Some(other) = other {
                return Err(Refusal::VolumeInUse {
                    volume: volume.name.clone(),
                    holder: other.described(),
                    container: other.name.clone(),
                });
            }
        }
        Ok(())
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
            remedy: name_remedy(holder, service),
        })
    }

    fn image_source(
        &self,
        service: &Service,
        image: &str,
        present: Option<&Image>,
    ) -> Result<Option<ImageSource>, Error> {
        let policy = match &self.policy.pull {
            Pull::AsWritten => service.pull_policy(),
            Pull::Forced(policy) => policy.clone(),
        };
        let fetched = match (&service.build, &service.image) {
            (Some(_), None) => ImageSource::Build,
            (Some(_), Some(_)) => ImageSource::PullOrBuild,
            (None, _) => ImageSource::Pull,
        };
        Ok(match policy {
            PullPolicy::Build if service.build.is_some() => Some(ImageSource::Build),
            PullPolicy::Never if present.is_none() && service.build.is_none() => {
                return Err(Error::ImageAbsent {
                    image: image.to_owned(),
                });
            }
            PullPolicy::Never => present.is_none().then_some(ImageSource::Build),
            PullPolicy::Missing | PullPolicy::Build => present.is_none().then_some(fetched),
            PullPolicy::Always if fetched == ImageSource::Build => {
                present.is_none().then_some(fetched)
            }
            PullPolicy::Always => Some(fetched),
            PullPolicy::Every(word) => {
                let age = present
                    .and_then(|it| it.tagged)
                    .and_then(|it| self.policy.now.duration_since(it).ok());
                let fresh = age.is_some_and(|age| age < period(&word));
                (present.is_none() || !fresh).then_some(fetched)
            }
        })
    }
}

/// The containers of services that are there.
fn peers(observed: &Observed) -> Peers {
    let one = |(service, it): (&ServiceName, &Container)| {
        let (id, name) = (it.id.clone(), it.name.clone());
        (service.clone(), Peer { id, name })
    };
    observed.containers.iter().map(one).collect()
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

/// Networks that every engine has.
const BUILT_IN: &[&str] = &["bridge", "host", "none", "default"];

/// What the label says that makes Compose refuse a network of this name.
fn wrong_label(network: &Network, key: &str) -> Option<String> {
    match network.labels.get(labels::NETWORK) {
        Some(said) if said == key => None,
        Some(said) => Some(format!("`{said}`")),
        None => Some("nothing".to_owned()),
    }
}

fn name_remedy(holder: &Listed, service: &Service) -> String {
    match holder.project() {
        Some(project) => format!(
            "if it is this project's, name the project: `townpass -p {project} dev up`; otherwise \
             change `services.{}.container_name`",
            service.name
        ),
        None => format!(
            "remove it with `docker rm {}`, or change `services.{}.container_name`",
            holder.name, service.name
        ),
    }
}

/// How long an image pulled under `daily`, `weekly` or `every_12h` stays fresh.
fn period(word: &str) -> Duration {
    const DAY: u64 = 24 * 60 * 60;
    match word {
        "daily" => Duration::from_secs(DAY),
        "weekly" => Duration::from_secs(7 * DAY),
        other => {
            let asked = other.strip_prefix("every_").unwrap_or(other);
            let (number, unit) = asked.split_at(asked.len().saturating_sub(1));
            let days = match unit {
                "d" => Some(DAY),
                "w" => Some(7 * DAY),
                _ => None,
            };
            match (days, number.parse::<u64>()) {
                (Some(days), Ok(number)) => Duration::from_secs(days * number),
                _ => crate::compose::Duration::parse(asked)
                    .and_then(|it| u64::try_from(it.nanoseconds()).ok())
                    .map_or(Duration::ZERO, Duration::from_nanos),
            }
        }
    }
}
