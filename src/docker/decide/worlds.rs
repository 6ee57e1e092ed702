//! The projects and the worlds that the cases are made of.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use bollard::models::ContainerInspectResponse;

use crate::compose::{self, Condition, Dependency, Generation, Mount, MountKind, Project, Service};
use crate::docker::engine::ApiVersion;
use crate::docker::labels;
use crate::docker::observed::{
    Attachment, Container, Image, Listed, Network, Observed, State, Volume,
};
use crate::ident::{ProjectName, ServiceName};

/// The time at which all is decided.
pub(super) const NOW: SystemTime = SystemTime::UNIX_EPOCH;

// What a project is made of.

/// The service `db` of the project `backend`, with its volume and the default network.
pub(super) fn project() -> Project {
    let mut project = Project::named(ProjectName::new("backend"), PathBuf::from("/b"));
    let mut db = service("db", "postgres:16");
    db.container_name = Some("townpass_db".to_owned());
    db.volumes = vec![mount("/var/lib/postgresql/data")];
    project.services.insert(db.name.clone(), db);
    let network = compose::Network {
        name: "backend_default".to_owned(),
        ..compose::Network::default()
    };
    project.networks.insert("default".to_owned(), network);
    let volume = compose::Volume {
        name: "backend_pgdata".to_owned(),
        ..compose::Volume::default()
    };
    project.volumes.insert("pgdata".to_owned(), volume);
    project
}

pub(super) fn service(name: &str, image: &str) -> Service {
    let mut service = Service::named(ServiceName::new(name));
    service.image = Some(image.to_owned());
    service.networks.insert("default".to_owned(), None);
    service
}

pub(super) fn mount(target: &str) -> Mount {
    Mount {
        source: Some("pgdata".to_owned()),
        target: Some(target.to_owned()),
        ..Mount::of(MountKind::Volume)
    }
}

/// The project with its `db` changed.
pub(super) fn with_db(change: impl FnOnce(&mut Service)) -> Project {
    let mut project = project();
    change(project.services.get_mut("db").expect("it is there"));
    project
}

/// The project with its network and its volume declared `external`.
pub(super) fn external() -> Project {
    let mut project = project();
    for network in project.networks.values_mut() {
        network.external = true;
        network.name = "shared".to_owned();
    }
    for volume in project.volumes.values_mut() {
        volume.external = true;
        volume.name = "kept".to_owned();
    }
    project
}

/// The project with a service `api` that depends on `db`.
pub(super) fn with_api(condition: Condition) -> Project {
    let mut project = project();
    let mut api = service("api", "api");
    let dependency = Dependency {
        condition,
        restart: false,
        required: true,
    };
    api.depends_on.insert(ServiceName::new("db"), dependency);
    project.services.insert(api.name.clone(), api);
    project
}

// What is there.

pub(super) fn nothing() -> Observed {
    Observed::nothing(ApiVersion {
        major: 1,
        minor: 41,
    })
}

pub(super) fn of_project(name: &str) -> labels::Labels {
    [(labels::PROJECT.to_owned(), name.to_owned())].into()
}

pub(super) fn network(name: &str, project: &str, key: &str) -> Network {
    let mut labels = of_project(project);
    labels.insert(labels::NETWORK.to_owned(), key.to_owned());
    Network {
        id: format!("id of {name}"),
        name: name.to_owned(),
        labels,
    }
}

pub(super) fn volume(name: &str, labels: labels::Labels) -> (String, Volume) {
    let it = Volume {
        name: name.to_owned(),
        labels,
        created: None,
    };
    (name.to_owned(), it)
}

pub(super) fn image(name: &str, days_old: u64) -> (String, Image) {
    let it = Image {
        id: "sha256:1".to_owned(),
        environment: [("PG_MAJOR".to_owned(), "16".to_owned())].into(),
        tagged: Some(NOW - Duration::from_hours(days_old * 24)),
    };
    (name.to_owned(), it)
}

/// All that the project needs but its containers.
pub(super) fn prepared() -> Observed {
    Observed {
        networks: vec![network("backend_default", "backend", "default")],
        volumes: [volume("backend_pgdata", of_project("backend"))].into(),
        images: [image("postgres:16", 3), image("api", 0)].into(),
        ..nothing()
    }
}

/// The container of a service, made from what `project` says and attached to its network.
pub(super) fn container(project: &Project, service: &str, state: State) -> Container {
    let service = project.service(service).expect("it is there");
    let hash = service.config_hash_for(Generation::of(labels::COMPOSE_RELEASE));
    let mut labels = of_project("backend");
    labels.insert(labels::CONFIG_HASH.to_owned(), hash);
    labels.insert(
        labels::VERSION.to_owned(),
        labels::COMPOSE_RELEASE.to_owned(),
    );
    let attachment = Attachment {
        network: "backend_default".to_owned(),
        network_id: "id of backend_default".to_owned(),
        aliases: Vec::new(),
        addresses: Vec::new(),
        gateway: None,
    };
    Container {
        id: format!("id of {}", service.name),
        name: project.container_name(service, 1),
        labels,
        state,
        networks: vec![attachment],
        network_mode: "backend_default".to_owned(),
        started: Some(NOW),
        ..Container::read(ContainerInspectResponse::default())
    }
}

/// What the project needs, and these containers of its services.
pub(super) fn there<const N: usize>(containers: [(&str, Container); N]) -> Observed {
    Observed {
        containers: containers
            .map(|(service, it)| (ServiceName::new(service), it))
            .into(),
        ..prepared()
    }
}

/// What the project needs, and a container of its `db` that stands so.
pub(super) fn db(state: State) -> Observed {
    there([("db", container(&project(), "db", state))])
}

/// The same, with something changed about the container.
pub(super) fn db_but(state: State, change: impl FnOnce(&mut Container)) -> Observed {
    let mut it = container(&project(), "db", state);
    change(&mut it);
    there([("db", it)])
}

/// What the project needs, and a container that is not its own.
pub(super) fn stranger(name: &str, project: Option<&str>, volumes: &[&str]) -> Observed {
    let listed = Listed {
        id: name.to_owned(),
        name: name.to_owned(),
        labels: project.map(of_project).unwrap_or_default(),
        state: State::Running,
        volumes: volumes.iter().map(|it| (*it).to_owned()).collect(),
        networks: Vec::new(),
        published: Vec::new(),
    };
    Observed {
        listed: vec![listed],
        ..prepared()
    }
}
