//! Asks the engine what is there. Reading changes nothing.
//!
//! Where all that was asked about runs, this takes one list and one inspection per service;
//! `up` on a running project is as quick as that. Only where something is missing is the rest
//! of the engine looked at.

use std::collections::{BTreeMap, HashMap};

use bollard::query_parameters::{ListContainersOptionsBuilder, ListNetworksOptions};
use futures_util::future::{try_join, try_join_all};

use crate::compose::{Project, Service};
use crate::docker::Engine;
use crate::docker::error::Error;
use crate::docker::labels;
use crate::docker::observed::{
    Container, Image, Listed, Network, Observed, Published, State, Volume, instant,
};
use crate::ident::ServiceName;

impl Engine {
    /// What a plan for these services is decided on.
    pub async fn observe(
        &self,
        project: &Project,
        services: &[ServiceName],
    ) -> Result<Observed, Error> {
        let mut observed = Observed::nothing(self.facts().api_version);
        let listed = self.list_of_project(project.name.as_str()).await?;
        let found = services
            .iter()
            .filter_map(|it| Some((it, pick(&listed, it)?.id.as_str())));
        observed.containers = self.inspect_each(found).await?;
        let services: Vec<_> = services
            .iter()
            .filter_map(|it| project.service(it.as_str()))
            .collect();
        if services
            .iter()
            .all(|it| is_in_place(project, it, &observed))
        {
            return Ok(observed);
        }
        let everything = try_join(self.list(HashMap::new()), self.networks());
        let (everything, volumes) = try_join(everything, self.volumes(HashMap::new())).await?;
        (observed.listed, observed.networks) = everything;
        observed.volumes = volumes
            .into_iter()
            .map(|it| (it.name.clone(), it))
            .collect();

        let unlabelled = services.iter().filter_map(|service| {
            let name = service.container_name.as_ref()?;
            let of_nobody = |it: &&Listed| it.name == *name && it.project().is_none();
            let absent = !observed.containers.contains_key(&service.name);
            let found = observed.listed.iter().find(of_nobody).filter(|_| absent)?;
            Some((&service.name, found.id.as_str()))
        });
        let adopted = self.inspect_each(unlabelled).await?;
        observed.containers.extend(adopted);

        let absent = services
            .iter()
            .filter(|it| !observed.containers.contains_key(&it.name));
        let images = try_join_all(absent.map(|it| self.image(project.image_name(it)))).await?;
        observed.images = images.into_iter().flatten().collect();
        Ok(observed)
    }

    /// The container of a service, if there is one.
    pub async fn container_of(
        &self,
        project: &Project,
        service: &Service,
    ) -> Result<Option<Container>, Error> {
        let listed = self.list_of_project(project.name.as_str()).await?;
        let mut found = pick(&listed, &service.name).map(|it| it.id.clone());
        if let (None, Some(name)) = (&found, &service.container_name) {
            let named = HashMap::from([("name".to_owned(), vec![format!("^/{name}$")])]);
            let listed = self.list(named).await?;
            found = listed
                .into_iter()
                .find(|it| it.project().is_none())
                .map(|it| it.id);
        }
        match found {
            Some(id) => self.inspect_if_there(&id).await,
            None => Ok(None),
        }
    }

    /// A container by its name or id.
    pub async fn container(&self, name: &str) -> Result<Container, Error> {
        self.inspect_if_there(name)
            .await?
            .ok_or_else(|| Error::NoContainer {
                container: name.to_owned(),
            })
    }

    /// Where a TCP port of a container is published, by inspection.
    pub async fn published(&self, container: &str, port: u16) -> Result<Vec<Published>, Error> {
        Ok(self
            .container(container)
            .await?
            .published_at(port)
            .collect())
    }

    /// All containers of the engine, whoever they belong to.
    pub async fn all_containers(&self) -> Result<Vec<Listed>, Error> {
        self.list(HashMap::new()).await
    }

    /// All containers of a project, one-off ones included.
    pub(in crate::docker) async fn list_of_project(
        &self,
        project: &str,
    ) -> Result<Vec<Listed>, Error> {
        let label = format!("{}={project}", labels::PROJECT);
        self.list(HashMap::from([("label".to_owned(), vec![label])]))
            .await
    }

    /// The containers, in whatever state, that pass a filter.
    pub(in crate::docker) async fn list(
        &self,
        filters: HashMap<String, Vec<String>>,
    ) -> Result<Vec<Listed>, Error> {
        let options = ListContainersOptionsBuilder::default()
            .all(true)
            .filters(&filters)
            .build();
        let rows = self
            .api()
            .list_containers(Some(options))
            .await
            .map_err(|error| Error::answer("list its containers", error))?;
        Ok(rows.into_iter().map(Listed::read).collect())
    }

    /// All networks.
    pub(in crate::docker) async fn networks(&self) -> Result<Vec<Network>, Error> {
        let rows = self
            .api()
            .list_networks(None::<ListNetworksOptions>)
            .await
            .map_err(|error| Error::answer("list its networks", error))?;
        let read = |raw: bollard::models::Network| Network {
            id: raw.id.unwrap_or_default(),
            name: raw.name.unwrap_or_default(),
            labels: raw.labels.unwrap_or_default().into_iter().collect(),
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// The volumes that pass a filter.
    pub(in crate::docker) async fn volumes(
        &self,
        filters: HashMap<String, Vec<String>>,
    ) -> Result<Vec<Volume>, Error> {
        let options = bollard::query_parameters::ListVolumesOptionsBuilder::default()
            .filters(&filters)
            .build();
        let rows = self
            .api()
            .list_volumes(Some(options))
            .await
            .map_err(|error| Error::answer("list its volumes", error))?;
        let read = |raw: bollard::models::Volume| Volume {
            name: raw.name,
            labels: raw.labels.into_iter().collect(),
            created: raw.created_at.as_deref().and_then(instant),
        };
        Ok(rows
            .volumes
            .unwrap_or_default()
            .into_iter()
            .map(read)
            .collect())
    }

    /// A volume by its name, if there is one.
    pub async fn volume(&self, name: &str) -> Result<Option<Volume>, Error> {
        let named = HashMap::from([("name".to_owned(), vec![name.to_owned()])]);
        // The filter takes part of a name as well.
        let found = self.volumes(named).await?;
        Ok(found.into_iter().find(|it| it.name == name))
    }

    /// An image under the name it was asked for, if it is present.
    async fn image(&self, name: String) -> Result<Option<(String, Image)>, Error> {
        Ok(self.image_if_there(&name).await?.map(|it| (name, it)))
    }

    /// An image, if it is present.
    pub async fn image_if_there(&self, name: &str) -> Result<Option<Image>, Error> {
        let answer = self.api().inspect_image(name).await;
        let Some(raw) = found(answer, || format!("inspect image `{name}`"))? else {
            return Ok(None);
        };
        let config = raw.config.unwrap_or_default();
        let pairs = config
            .env
            .unwrap_or_default()
            .into_iter()
            .filter_map(|line| {
                line.split_once('=')
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
            });
        Ok(Some(Image {
            id: raw.id.unwrap_or_default(),
            environment: pairs.collect(),
            tagged: raw
                .metadata
                .and_then(|it| it.last_tag_time)
                .as_deref()
                .and_then(instant),
        }))
    }

    async fn inspect_each(
        &self,
        ids: impl Iterator<Item = (&ServiceName, &str)>,
    ) -> Result<BTreeMap<ServiceName, Container>, Error> {
        let each = ids.map(async |(service, id)| {
            let container = self.inspect_if_there(id).await?;
            Ok::<_, Error>(container.map(|it| (service.clone(), it)))
        });
        Ok(try_join_all(each).await?.into_iter().flatten().collect())
    }

    /// A container that may be gone since it was listed.
    pub async fn inspect_if_there(&self, id: &str) -> Result<Option<Container>, Error> {
        let answer = self.api().inspect_container(id, None).await;
        Ok(found(answer, || format!("inspect container `{id}`"))?.map(Container::read))
    }
}

/// An answer, or `None` where the engine says that there is no such thing.
pub(in crate::docker) fn found<T>(
    answer: Result<T, bollard::errors::Error>,
    doing: impl FnOnce() -> String,
) -> Result<Option<T>, Error> {
    match answer {
        Ok(it) => Ok(Some(it)),
        Err(error) => match Error::answer(doing(), error) {
            error if error.status() == Some(404) => Ok(None),
            error => Err(error),
        },
    }
}

/// A service's container among those of its project: one that runs before one that does not,
/// then by number.
fn pick<'a>(listed: &'a [Listed], service: &ServiceName) -> Option<&'a Listed> {
    listed
        .iter()
        .filter(|it| it.service() == Some(service.as_str()) && !it.is_oneoff())
        .min_by_key(|it| (it.state != State::Running, it.number()))
}

/// Whether a service needs nothing.
fn is_in_place(project: &Project, service: &Service, observed: &Observed) -> bool {
    let Some(container) = observed.containers.get(&service.name) else {
        return false;
    };
    let attached = service.network_mode.is_some()
        || service
            .networks
            .keys()
            .filter_map(|key| project.networks.get(key))
            .all(|network| container.is_on(&network.name));
    container.state == State::Running && attached
}

#[cfg(test)]
mod tests {
    use super::pick;
    use crate::docker::labels;
    use crate::docker::observed::{Listed, State};
    use crate::ident::ServiceName;

    fn row(id: &str, number: &str, oneoff: &str, state: State) -> Listed {
        let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Listed {
            id: id.to_owned(),
            name: id.to_owned(),
            labels: [
                label(labels::SERVICE, "db"),
                label(labels::NUMBER, number),
                label(labels::ONEOFF, oneoff),
            ]
            .into(),
            state,
            volumes: Vec::new(),
            networks: Vec::new(),
            published: Vec::new(),
        }
    }

    #[test]
    fn the_running_one_with_the_lowest_number_is_the_services() {
        let rows = [
            row("run", "1", "True", State::Running),
            row("one", "1", "False", State::Exited),
            row("three", "3", "False", State::Running),
            row("two", "2", "False", State::Running),
        ];
        let of = |rows: &[Listed]| pick(rows, &ServiceName::new("db")).map(|it| it.id.clone());
        assert_eq!(of(&rows).as_deref(), Some("two"));
        assert_eq!(of(&rows[..2]).as_deref(), Some("one"));
        assert_eq!(of(&rows[..1]), None);
        assert_eq!(pick(&rows, &ServiceName::new("api")), None);
    }
}
