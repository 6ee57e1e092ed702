//! [`Provider`] for a service of the Compose file.

use std::{
    cell::RefCell,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use async_trait::async_trait;
use jiff::Timestamp;

use super::{Settings, admin, bind, reading};
use crate::compose::Service;
use crate::database::provider::{Data, OnEvent, Saved, Sink, Status};
use crate::database::{Account, Error, Event, Kind, Provider, SnapshotName, whereabouts};
use crate::docker::decide::plan::UpPlan;
use crate::docker::down::plan::{DownPlan, Scope, VolumeFate};
use crate::docker::engine::Reach;
use crate::docker::observed::{self, State};
use crate::docker::volume_copy::CopyRequest;
use crate::docker::{self, Attachment, Follow, decide::Policy};
use crate::host::Evidence;
use crate::ident::DatabaseName;

/// Runs the database as a container of one project.
#[derive(Debug)]
pub struct Container {
    settings: Settings,
    /// The superuser that was found to work, so that it is looked for once.
    superuser: RefCell<Option<String>>,
    /// The engine's id of the container that was found last: it is looked at before all others are.
    id: RefCell<Option<String>>,
}

impl Container {
    /// Takes what it is told; nothing is asked yet.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            superuser: RefCell::new(None),
            id: RefCell::new(None),
        }
    }

    /// What it was told.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    fn service(&self) -> Result<&Service, Error> {
        let name = &self.settings.service;
        let project = &self.settings.project;
        project.service(name.as_str()).ok_or_else(|| {
            docker::Error::Refused(docker::decide::refusal::Refusal::NoService {
                service: name.to_string(),
                known: project.services.keys().map(ToString::to_string).collect(),
            })
            .into()
        })
    }

    async fn found(&self) -> Result<Option<observed::Container>, Error> {
        let Settings {
            engine, project, ..
        } = &self.settings;
        let known = self.id.borrow().clone();
        if let Some(id) = known
            && let Some(container) = engine.inspect_if_there(&id).await?
            && container.state == State::Running
        {
            return Ok(Some(container));
        }
        let found = engine.container_of(project, self.service()?).await?;
        *self.id.borrow_mut() = found.as_ref().map(|it| it.id.clone());
        Ok(found)
    }

    async fn running(&self) -> Result<observed::Container, Error> {
        match self.found().await? {
            Some(container) if container.state == State::Running => Ok(container),
            Some(_) | None => Err(Error::NotRunning),
        }
    }

    async fn up_plan(&self) -> Result<UpPlan<'_>, Error> {
        let settings = &self.settings;
        let services = [settings.service.clone()];
        let observed = settings
            .engine
            .observe(&settings.project, &services)
            .await?;
        let container = observed.containers.get(&settings.service);
        *self.id.borrow_mut() = container.map(|it| it.id.clone());
        let policy = Policy {
            pull: settings.pull.clone(),
            now: SystemTime::now(),
            patience: settings.patience,
            proxies: settings.proxies.clone(),
        };
        Ok(UpPlan::decide(
            &settings.project,
            &services,
            &observed,
            &policy,
        )?)
    }

    /// The directory of this machine that holds the data, where one does. One that another
    /// machine has, or that nothing here answers to, is refused.
    async fn directory(&self) -> Result<Option<PathBuf>, Error> {
        let found = self.found().await?;
        let Settings {
            engine, project, ..
        } = &self.settings;
        let status = reading::status(project, self.service()?, found.as_ref());
        let Data::BindMount(directory) = status.data else {
            return Ok(None);
        };
        let path = PathBuf::from(&directory);
        match (engine.reach(), path.parent().is_some_and(Path::exists)) {
            (Reach::Local, true) => Ok(Some(path)),
            (Reach::Local, false) | (Reach::Remote { .. }, _) => Err(Error::CannotCopy {
                data: format!("directory `{directory}`, which is not on this machine"),
            }),
        }
    }

    /// The volume with the data, and the image that reads it.
    async fn volume(&self) -> Result<(String, String), Error> {
        let found = self.found().await?;
        let status = reading::status(&self.settings.project, self.service()?, found.as_ref());
        match status.data {
            Data::Volume(name) | Data::ExternalVolume(name) => Ok((name, status.source)),
            Data::BindMount(directory) | Data::Directory(directory) => Err(Error::CannotCopy {
                data: format!("directory `{directory}`"),
            }),
            Data::Anonymous => {
                let container = found.ok_or(Error::NoData)?;
                let directory = container
                    .variable("PGDATA")
                    .map(|it| it.reveal().to_owned());
                let mount = container
                    .mount_over(directory.as_deref().unwrap_or("/var/lib/postgresql/data"));
                match mount.map(|it| &it.source) {
                    Some(observed::MountSource::Volume(name)) => Ok((name.clone(), status.source)),
                    _ => Err(Error::CannotCopy {
                        data: "what is kept in memory".to_owned(),
                    }),
                }
            }
        }
    }
}

#[async_trait(?Send)]
impl Provider for Container {
    fn kind(&self) -> Kind {
        Kind::Docker
    }

    fn account(&self) -> &Account {
        &self.settings.account
    }

    async fn observe(&self) -> Result<Status, Error> {
        let found = self.found().await?;
        Ok(reading::status(
            &self.settings.project,
            self.service()?,
            found.as_ref(),
        ))
    }

    async fn plan(&self) -> Result<Vec<String>, Error> {
        let plan = self.up_plan().await?;
        Ok(plan.steps.iter().map(ToString::to_string).collect())
    }

    async fn start(&self, on_event: &mut OnEvent<'_>) -> Result<(), Error> {
        let plan = self.up_plan().await?;
        let mut tell = |event: docker::Event<'_>| on_event(Event::Docker(event));
        Ok(self.settings.engine.carry_out(&plan, &mut tell).await?)
    }

    async fn stop(&self, on_event: &mut OnEvent<'_>) -> Result<(), Error> {
        let Some(container) = self.found().await? else {
            return Ok(());
        };
        match container.state {
            State::Created | State::Exited | State::Dead | State::Removing => Ok(()),
            State::Running | State::Restarting | State::Paused => {
                let mut tell = |event: docker::Event<'_>| on_event(Event::Docker(event));
                Ok(self.settings.engine.stop(&container.id, &mut tell).await?)
            }
        }
    }

    async fn whereabouts(&self) -> Result<Evidence, Error> {
        let Settings {
            engine, service, ..
        } = &self.settings;
        let evidence = Evidence {
            surroundings: self.settings.surroundings.clone(),
            explicit: self.settings.explicit.clone(),
            ..Evidence::default()
        };
        let container = self.found().await?;
        let port = reading::port(container.as_ref());
        Ok(whereabouts::gather(evidence, engine, service, port, container.as_ref()).await)
    }

    async fn ailment(&self) -> Result<Option<Error>, Error> {
        let Some(container) = self.found().await? else {
            return Ok(Some(Error::NotRunning));
        };
        let ailment = self.settings.engine.ailment(&container.id).await?;
        Ok(ailment.map(Error::from))
    }

    async fn running_for(&self) -> Result<Option<Duration>, Error> {
        let found = self.found().await?;
        Ok(found.and_then(|it| reading::running_for(&it, SystemTime::now())))
    }

    async fn sharers(&self) -> Result<Vec<String>, Error> {
        let status = self.observe().await?;
        let (Data::Volume(volume) | Data::ExternalVolume(volume)) = &status.data else {
            return Ok(Vec::new());
        };
        let own = self.settings.project.name.as_str();
        let listed = self.settings.engine.all_containers().await?;
        Ok(listed
            .into_iter()
            .filter(|it| it.volumes.contains(volume) && it.project() != Some(own))
            .filter(|it| !it.looks_into(volume))
            .filter(|it| !status.runner.ends_with(&format!(" {}", it.name)))
            .map(|it| it.name)
            .collect())
    }

    async fn logs(
        &self,
        follow: bool,
        tail: Option<u32>,
        sink: &mut Sink<'_>,
    ) -> Result<(), Error> {
        let container = self.found().await?.ok_or(Error::NotRunning)?;
        let follow = if follow { Follow::Yes } else { Follow::No };
        let mut pass_on = |_, bytes: &[u8]| sink(bytes);
        let engine = &self.settings.engine;
        Ok(engine
            .container_logs(&container.id, follow, tail, &mut pass_on)
            .await?)
    }

    async fn admin(&self, database: &DatabaseName, sql: &str) -> Result<String, Error> {
        let container = self.running().await?;
        let mut superuser = self.superuser.borrow().clone();
        let Settings {
            engine, account, ..
        } = &self.settings;
        let printed = admin::run(engine, &container, account, database, sql, &mut superuser).await;
        *self.superuser.borrow_mut() = superuser;
        printed
    }

    async fn psql(&self, database: &DatabaseName, arguments: &[String]) -> Result<u8, Error> {
        let container = self.running().await?;
        let user = self.account().user.as_str();
        let command = admin::interactive(user, database, arguments);
        let engine = &self.settings.engine;
        Ok(engine
            .exec_attached(&container.id, &command, Attachment::here())
            .await?)
    }

    async fn destroy(&self, on_event: &mut OnEvent<'_>) -> Result<(), Error> {
        let Settings {
            engine,
            project,
            service,
            ..
        } = &self.settings;
        let directory = self.directory().await?;
        let observed = engine.survey().await?;
        let scope = Scope::Service(service);
        let plan = DownPlan::decide(project, scope, VolumeFate::Removed, &observed)
            .map_err(docker::Error::from)?;
        let mut tell = |event: docker::Event<'_>| on_event(Event::Docker(event));
        engine.take_down(&plan, &mut tell).await?;
        if let Some(directory) = directory
            && directory.exists()
        {
            let name = SnapshotName::safety("reset", Timestamp::now());
            on_event(Event::Step(&format!("set `{}` aside", directory.display())));
            bind::set_aside(&directory, name.as_str())?;
        }
        *self.superuser.borrow_mut() = None;
        Ok(())
    }

    async fn save(&self, name: &str, on_event: &mut OnEvent<'_>) -> Result<(), Error> {
        if let Some(directory) = self.directory().await? {
            on_event(Event::Step(&format!("set `{}` aside", directory.display())));
            return bind::set_aside(&directory, name);
        }
        let (volume, image) = self.volume().await?;
        let engine = &self.settings.engine;
        let observed = engine.survey().await?;
        if !observed.volumes.contains_key(&volume) {
            return Err(Error::NoData);
        }
        let request = CopyRequest {
            project: &self.settings.project.name,
            name,
            volume: &volume,
            image: &image,
        };
        engine.save_volume(&request).await?;
        Ok(())
    }

    async fn restore(&self, name: &str, _: &mut OnEvent<'_>) -> Result<(), Error> {
        if let Some(directory) = self.directory().await? {
            return bind::put_back(&directory, name);
        }
        let (volume, image) = self.volume().await?;
        let request = CopyRequest {
            project: &self.settings.project.name,
            name,
            volume: &volume,
            image: &image,
        };
        self.settings.engine.restore_volume(&request).await?;
        *self.superuser.borrow_mut() = None;
        Ok(())
    }

    async fn saved(&self) -> Result<Vec<Saved>, Error> {
        if let Ok(Some(directory)) = self.directory().await {
            return Ok(bind::saved(&directory));
        }
        let copies = self
            .settings
            .engine
            .saved_volumes(&self.settings.project.name)
            .await?;
        Ok(copies
            .into_iter()
            .map(|copy| Saved {
                name: copy.name,
                created: copy.created.unwrap_or(SystemTime::UNIX_EPOCH),
                size: None,
            })
            .collect())
    }

    async fn forget(&self, name: &str) -> Result<(), Error> {
        if let Some(directory) = self.directory().await? {
            return bind::forget(&directory, name);
        }
        let engine = &self.settings.engine;
        let copies = engine.saved_volumes(&self.settings.project.name).await?;
        match copies.iter().find(|it| it.name == name) {
            Some(copy) => Ok(engine.forget_volume(copy).await?),
            None => Ok(()),
        }
    }
}
