//! What the engine, or the embedded provider, says of the database's server.

use std::net::SocketAddr;

use crate::cli::dev::session::Session;
use crate::compose::Service;
use crate::database::Kind;
use crate::database::provider::{Data, State, Status};
use crate::database::{self, Refusal, Target, diagnosis, reset};
use crate::docker::cause::Cause;
use crate::docker::cause::ailment::{self, Fate};
use crate::docker::decide::postgres;
use crate::docker::{self, Command, Container, Engine, port};
use crate::doctor::evidence::{Ailment, Disk, Image, Ports, Server, Sort, Tenant, Volume};
use crate::doctor::{Trouble, room};
use crate::failure::Place;
use crate::host::Endpoint;

/// The engine and the service, where a container runs the database.
fn parts(session: &Session) -> Option<(&Engine, &Service)> {
    if session.provider.kind() == Kind::Embedded {
        return None;
    }
    let service = session.project.service(session.wanted.service.as_str())?;
    Some((session.engine.as_ref()?, service))
}

/// The service's container, where there is one.
async fn container(session: &Session) -> Option<Container> {
    let (engine, service) = parts(session)?;
    let found = engine.container_of(&session.project, service).await;
    found.ok().flatten()
}

pub(super) async fn image(session: &Session) -> Option<Image> {
    let (engine, service) = parts(session)?;
    let name = session.project.image_name(service);
    let (present, container) = tokio::join!(engine.image_if_there(&name), container(session));
    let present = present.ok().flatten();
    let server = postgres::Server::of(service, &name, present.as_ref());
    Some(Image {
        present: present.is_some(),
        built: service.build.is_some(),
        major: server.map(|it| it.major),
        of_container: container.map(|it| it.image),
        name,
    })
}

pub(super) async fn ports(session: &Session) -> Option<Ports> {
    let (engine, service) = parts(session)?;
    let container = container(session).await;
    // One that is paused keeps its ports.
    let holding = container
        .filter(|it| it.state == docker::observed::State::Running || !it.published.is_empty());
    let wanted = port::holder::wanted(service);
    let mut ports = Ports {
        wanted: wanted.iter().map(SocketAddr::port).collect(),
        ..Ports::default()
    };
    if let Some(container) = holding {
        let published = container.published.iter();
        ports.published = published
            .map(|it| {
                let at = SocketAddr::new(it.host_ip, it.host_port);
                (at.to_string(), it.host_port)
            })
            .collect();
        return Some(ports);
    }
    let file = session.project.files.first();
    let file = file.and_then(|it| it.file_name()).unwrap_or_default();
    let taken = engine.ports_taken(service, &file.to_string_lossy()).await;
    ports.taken = taken
        .into_iter()
        .map(|it| {
            // Another port is chosen in the file: whoever has this one may need it.
            let at = service
                .ports
                .iter()
                .position(|port| Some(port) == it.entry.as_ref());
            let item = at.and_then(|at| service.place_of_item("ports", at));
            let place = item.or_else(|| service.place_of(&["ports"]));
            Trouble {
                place: place.map(|it| Place {
                    file: it.file().to_owned(),
                    line: it.line(),
                    column: it.column(),
                }),
                ..Trouble::of(&docker::Error::from(it))
            }
        })
        .collect();
    Some(ports)
}

/// The data, if there is any yet.
pub(super) async fn volume(session: &Session, status: Option<&Status>) -> Option<Volume> {
    let status = status?;
    let running = status.state == State::Running;
    let mut volume = Volume {
        data: reset::words(&status.data),
        created: None,
        written_by: None,
        read_by: None,
        login: None,
    };
    let (survey, container) = tokio::join!(
        async {
            if !running {
                return None;
            }
            let account = session.provider.account();
            diagnosis::survey(&*session.provider, account).await.ok()
        },
        container(session)
    );
    if let Some(survey) = &survey {
        volume.written_by = survey.version.split('.').next().map(str::to_owned);
        volume.login = login(session, survey);
    }
    let Some((engine, service)) = parts(session) else {
        return (status.state != State::Absent).then_some(volume);
    };
    // Nothing that is here hangs on it.
    let _ = engine.forget_onlookers().await;
    let named = match &status.data {
        Data::Volume(name) | Data::ExternalVolume(name) => {
            Some(engine.volume(name).await.ok().flatten())
        }
        Data::BindMount(_) | Data::Anonymous | Data::Directory(_) => None,
    };
    match (&named, &container) {
        (Some(None), _) | (None, None) => return None,
        (Some(Some(found)), _) => volume.created = found.created,
        (None, Some(_)) => {}
    }
    if let Some(container) = &container {
        let major = container.variable("PG_MAJOR");
        volume.read_by = major.and_then(|it| it.reveal().parse().ok());
        if volume.written_by.is_none() {
            let written = engine.data_version(container).await;
            volume.written_by = written.ok().flatten();
        }
    }
    if volume.read_by.is_none() {
        let name = session.project.image_name(service);
        let server = postgres::Server::of(service, &name, None);
        volume.read_by = server.map(|it| it.major);
    }
    if container.is_none()
        && let Some(Some(found)) = &named
    {
        volume.written_by = engine.version_in(&session.project, service, found).await;
    }
    Some(volume)
}

/// What the server would mean if it refused the configured password; nothing where none is
/// configured.
fn login(session: &Session, survey: &diagnosis::Evidence) -> Option<Result<(), Trouble>> {
    let account = session.provider.account();
    account.password.as_ref()?;
    let target = Target::new(Endpoint::new("127.0.0.1", 0), account.clone());
    let refused = Refusal::Password(String::new());
    Some(match diagnosis::read(&target, &refused, survey) {
        // It would take it, so that only another server could refuse.
        database::Error::WrongServer { .. } => Ok(()),
        error => Err(Trouble::of(&error)),
    })
}

pub(super) async fn server(session: &Session, status: &Result<Status, database::Error>) -> Server {
    let status = match status {
        Ok(status) => status,
        Err(error) => {
            return Server {
                runner: session.wanted.service.to_string(),
                state: State::Absent,
                health: None,
                ailment: Some(Ailment {
                    trouble: Trouble::of(error),
                    sort: Sort::Told,
                }),
                plan: None,
            };
        }
    };
    let ailment = match session.provider.ailment().await {
        Ok(Some(error)) if status.state != State::Absent => ailing(&error),
        Ok(_) | Err(_) => None,
    };
    let plan = match &ailment {
        Some(ailment) if ailment.sort == Sort::Told => None,
        _ if matches!(status.state, State::Running | State::Restarting) => None,
        _ => Some(session.provider.plan().await),
    };
    Server {
        runner: status.runner.clone(),
        state: status.state,
        health: status.health.clone(),
        ailment,
        plan: plan.map(|plan| plan.map_err(|error| Trouble::of(&error))),
    }
}

/// A container that was stopped is not ill, and one that was killed does not say of what.
fn ailing(error: &database::Error) -> Option<Ailment> {
    let trouble = Trouble {
        // A line of the log is no place to edit.
        place: None,
        ..Trouble::of(error)
    };
    let database::Error::Docker(docker::Error::Ailing(ailment)) = error else {
        let ill = !matches!(error, database::Error::NotRunning);
        return ill.then_some(Ailment {
            trouble,
            sort: Sort::Told,
        });
    };
    let ailment::Ailment { fate, cause, .. } = &**ailment;
    let silent = matches!(cause, Cause::Said(_) | Cause::Silent);
    let sort = match fate {
        Fate::Exited(0) if silent => return None,
        Fate::Exited(_) if silent => Sort::Untold,
        Fate::Unhealthy => Sort::Unhealthy,
        Fate::Exited(_) | Fate::Restarting { .. } | Fate::NotStarted | Fate::HalfMade => Sort::Told,
    };
    Some(Ailment { trouble, sort })
}

/// The room that is left for the data.
pub(super) async fn room(session: &Session, status: Option<&Status>) -> Option<Disk> {
    let status = status?;
    let free = match parts(session) {
        Some((engine, _)) if status.state == State::Running => {
            let container = container(session).await?;
            let directory = &session.wanted.data_directory;
            let command = Command::new(["df", "-Pk", directory]);
            let captured = engine
                .exec_capture(&container.id, &command, &[])
                .await
                .ok()?;
            room::of_df(&String::from_utf8_lossy(&captured.stdout))?
        }
        Some(_) => return None,
        None => room::free(&session.places.data)?,
    };
    Some(Disk {
        place: reset::words(&status.data),
        of: if parts(session).is_some() {
            Tenant::Engine
        } else {
            Tenant::Machine
        },
        free,
    })
}
