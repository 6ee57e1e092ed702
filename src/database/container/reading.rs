//! What the engine says, in the words of a provider.

use std::time::{Duration, SystemTime};

use crate::compose::{MountKind, Project, Service};
use crate::database::provider::{Data, State, Status};
use crate::docker::decide::postgres::Server;
use crate::docker::observed::{self, Container, MountSource};

/// Where the image keeps its data unless told otherwise.
const DATA: &str = "/var/lib/postgresql/data";
/// The port that PostgreSQL listens on unless told otherwise.
const PORT: u16 = 5432;

/// The status of a service whose container may not exist yet.
pub(super) fn status(project: &Project, service: &Service, found: Option<&Container>) -> Status {
    match found {
        Some(container) => Status {
            state: state(container),
            runner: format!("container {}", container.name),
            source: container.image.clone(),
            health: container.health.word().map(str::to_owned),
            data: data_of(project, container),
        },
        None => Status {
            state: State::Absent,
            runner: format!("container {}", project.container_name(service, 1)),
            source: project.image_name(service),
            health: None,
            data: data_wanted(project, service),
        },
    }
}

fn state(container: &Container) -> State {
    match container.state {
        observed::State::Running => State::Running,
        observed::State::Paused => State::Paused,
        observed::State::Restarting => State::Restarting,
        observed::State::Created
        | observed::State::Removing
        | observed::State::Exited
        | observed::State::Dead => State::Stopped,
    }
}

/// Where the data of a container is, by what is mounted in it. A named volume that the project
/// does not declare is somebody else's.
pub(super) fn data_of(project: &Project, container: &Container) -> Data {
    let directory = container.variable("PGDATA").map_or(DATA, |it| it.reveal());
    match container.mount_over(directory).map(|it| &it.source) {
        Some(MountSource::Volume(name)) => volume(project, name),
        Some(MountSource::Bind(path)) => Data::BindMount(path.clone()),
        Some(MountSource::Tmpfs | MountSource::Other(_)) | None => Data::Anonymous,
    }
}

fn volume(project: &Project, name: &str) -> Data {
    let declared = project.volumes.values().find(|it| it.name == name);
    let unnamed = name.len() == 64 && name.bytes().all(|it| it.is_ascii_hexdigit());
    match declared {
        Some(declared) if !declared.external => Data::Volume(name.to_owned()),
        None if unnamed => Data::Anonymous,
        Some(_) | None => Data::ExternalVolume(name.to_owned()),
    }
}

/// Where the data will be, by the Compose file.
fn data_wanted(project: &Project, service: &Service) -> Data {
    let mount = Server::of(service, &project.image_name(service), None).map_or_else(
        || {
            let at_data = |target: &str| target.trim_end_matches('/') == DATA;
            service
                .volumes
                .iter()
                .find(|it| it.target.as_deref().is_some_and(at_data))
        },
        |server| server.data_mount(service),
    );
    let Some((mount, source)) = mount.and_then(|it| Some((it, it.source.as_ref()?))) else {
        return Data::Anonymous;
    };
    match mount.kind {
        MountKind::Volume => match project.volumes.get(source) {
            Some(declared) => volume(project, &declared.name),
            None => volume(project, source),
        },
        MountKind::Bind => Data::BindMount(source.clone()),
        MountKind::Tmpfs | MountKind::NamedPipe | MountKind::Cluster | MountKind::Image => {
            Data::Anonymous
        }
    }
}

/// How long a running container has been running, by our clock.
pub(super) fn running_for(container: &Container, now: SystemTime) -> Option<Duration> {
    (container.state == observed::State::Running)
        .then_some(container.started)
        .flatten()
        .and_then(|started| now.duration_since(started).ok())
}

/// The port that the server listens on inside its container.
pub(super) fn port(container: Option<&Container>) -> u16 {
    let port = container.and_then(|it| it.variable("PGPORT"));
    port.and_then(|it| it.reveal().parse().ok()).unwrap_or(PORT)
}
