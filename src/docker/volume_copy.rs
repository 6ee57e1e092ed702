//! Copies of whole volumes, for snapshots of a database that is stopped.
//!
//! A copy is made by a container of the database's own image that runs for a moment. That
//! container is created together with the new volume, by one request, and removed only when it
//! ended well: a volume whose container is still there is a copy that was never finished. The
//! engine runs it, so it even finishes when we are killed.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use bollard::models::{ContainerCreateBody, HostConfig, Mount, MountType, MountVolumeOptions};
use bollard::query_parameters::CreateContainerOptionsBuilder;
use tokio::time::sleep;

use crate::docker::Engine;
use crate::docker::error::Error;
use crate::docker::labels::{self, Labels};
use crate::docker::observed::{Container, Listed, State, Volume};
use crate::ident::ProjectName;

/// A copy of a volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumeCopy {
    /// The volume that holds it.
    pub volume: String,
    /// The snapshot's name.
    pub name: String,
    /// The volume that it was copied from.
    pub of: String,
    /// The image whose server wrote it.
    pub image: String,
    /// When it was made.
    pub created: Option<SystemTime>,
}

/// What to copy, and under which name.
#[derive(Clone, Copy, Debug)]
pub struct CopyRequest<'a> {
    /// The project that the copy belongs to.
    pub project: &'a ProjectName,
    /// The snapshot's name.
    pub name: &'a str,
    /// The volume to copy. Nothing may be writing to it.
    pub volume: &'a str,
    /// The image of the database, which is present.
    pub image: &'a str,
}

/// Copies `/from` into `/to`, replacing what is there, and prints how many kilobytes it took.
const COPY: &str = "set -e; find /to -mindepth 1 -maxdepth 1 -exec rm -rf {} +; \
                    cp -a /from/. /to/; sync; du -sk /to | cut -f 1";
/// The pause between two looks at a copy.
const PAUSE: Duration = Duration::from_millis(50);

impl Engine {
    /// Copies a volume into a new one, and returns the size of the copy in bytes where it is
    /// known. A copy of that name must not exist.
    pub async fn save_volume(&self, request: &CopyRequest<'_>) -> Result<Option<u64>, Error> {
        let target = copy_name(request);
        let labels = Labels::from([
            (labels::SNAPSHOT.to_owned(), request.name.to_owned()),
            (labels::SNAPSHOT_OF.to_owned(), request.volume.to_owned()),
            (labels::SNAPSHOT_IMAGE.to_owned(), request.image.to_owned()),
            (
                labels::SNAPSHOT_PROJECT.to_owned(),
                request.project.to_string(),
            ),
        ]);
        self.copy(request, request.volume, &target, Some(labels))
            .await
    }

    /// Copies a saved volume back over the one it came from, which loses what it holds.
    pub async fn restore_volume(&self, request: &CopyRequest<'_>) -> Result<(), Error> {
        self.copy(request, &copy_name(request), request.volume, None)
            .await
            .map(|_| ())
    }

    /// The finished copies of a project, oldest first. Traces of unfinished ones are removed.
    pub async fn saved_volumes(&self, project: &ProjectName) -> Result<Vec<VolumeCopy>, Error> {
        let ours = format!("{}={project}", labels::SNAPSHOT_PROJECT);
        let ours = HashMap::from([("label".to_owned(), vec![ours])]);
        let helpers = self.helpers(project).await?;
        let mut copies = Vec::new();
        for volume in self.volumes(ours).await? {
            let helper = helpers.iter().find(|it| {
                it.volumes.contains(&volume.name) && it.name == helper_name(&volume.name)
            });
            if let Some(helper) = helper
                && !self.settle(helper, &volume.name).await?
            {
                continue;
            }
            copies.push(VolumeCopy::read(volume));
        }
        copies.sort_by(|a, b| (a.created, &a.name).cmp(&(b.created, &b.name)));
        Ok(copies)
    }

    /// Deletes a copy.
    pub async fn forget_volume(&self, copy: &VolumeCopy) -> Result<(), Error> {
        self.remove_volume(&copy.volume).await
    }

    async fn copy(
        &self,
        request: &CopyRequest<'_>,
        from: &str,
        to: &str,
        labels: Option<Labels>,
    ) -> Result<Option<u64>, Error> {
        let name = helper_name(to);
        let doing = || format!("copy volume `{from}` to `{to}`");
        if let Some(left) = self.inspect_if_there(&name).await? {
            self.outlive(left).await?;
        }
        let options = CreateContainerOptionsBuilder::default().name(&name).build();
        let body = helper(request, from, to, labels);
        self.api()
            .create_container(Some(options), body)
            .await
            .map_err(|error| Error::answer(doing(), error))?;
        self.api()
            .start_container(&name, None)
            .await
            .map_err(|error| Error::answer(doing(), error))?;
        let ended = loop {
            match self.inspect_if_there(&name).await? {
                Some(it) if matches!(it.state, State::Exited | State::Dead) => break it,
                Some(_) => sleep(PAUSE).await,
                None => return Err(Error::NoContainer { container: name }),
            }
        };
        let said = self.log_tail(&ended.id, 5).await?;
        if ended.exit_code != 0 {
            let removed = self.remove_container(&ended.id, &name).await;
            if to != request.volume {
                self.remove_volume(to).await?;
            }
            removed?;
            return Err(copy_failed(doing(), &said));
        }
        self.remove_container(&ended.id, &name).await?;
        Ok(said
            .trim()
            .parse::<u64>()
            .ok()
            .map(|kilobytes| kilobytes * 1024))
    }

    /// Waits for a copy that a killed process left running, and removes its container.
    async fn outlive(&self, container: Container) -> Result<(), Error> {
        let mut left = Some(container);
        while let Some(it) = &left
            && it.state == State::Running
        {
            sleep(PAUSE).await;
            left = self.inspect_if_there(&it.id).await?;
        }
        match left {
            Some(it) => self.remove_container(&it.id, &it.name).await,
            None => Ok(()),
        }
    }

    /// Whether a copy that still has its container is whole. One that failed or never began is
    /// removed.
    async fn settle(&self, helper: &Listed, volume: &str) -> Result<bool, Error> {
        let Some(container) = self.inspect_if_there(&helper.id).await? else {
            return Ok(true);
        };
        if container.state == State::Running {
            return Ok(false);
        }
        let whole = container.state == State::Exited
            && container.exit_code == 0
            && container.started.is_some();
        self.remove_container(&container.id, &container.name)
            .await?;
        if !whole {
            self.remove_volume(volume).await?;
        }
        Ok(whole)
    }

    async fn helpers(&self, project: &ProjectName) -> Result<Vec<Listed>, Error> {
        let label = format!("{}={project}", labels::HELPER);
        self.list(HashMap::from([("label".to_owned(), vec![label])]))
            .await
    }
}

impl VolumeCopy {
    fn read(volume: Volume) -> Self {
        let label = |name: &str| volume.labels.get(name).cloned().unwrap_or_default();
        Self {
            name: label(labels::SNAPSHOT),
            of: label(labels::SNAPSHOT_OF),
            image: label(labels::SNAPSHOT_IMAGE),
            created: volume.created,
            volume: volume.name,
        }
    }
}

/// The name of the volume that holds a copy.
fn copy_name(request: &CopyRequest<'_>) -> String {
    format!("{}_snapshot_{}", request.volume, request.name)
}

/// The name of the container that fills a volume.
fn helper_name(volume: &str) -> String {
    format!("townpass-copy-{volume}")
}

fn helper(
    request: &CopyRequest<'_>,
    from: &str,
    to: &str,
    labels: Option<Labels>,
) -> ContainerCreateBody {
    let mount = |source: &str, target: &str| Mount {
        typ: Some(MountType::VOLUME),
        source: Some(source.to_owned()),
        target: Some(target.to_owned()),
        ..Mount::default()
    };
    let options = MountVolumeOptions {
        no_copy: Some(true),
        labels: labels.map(|it| it.into_iter().collect()),
        ..MountVolumeOptions::default()
    };
    let mounts = vec![
        Mount {
            read_only: Some(true),
            ..mount(from, "/from")
        },
        Mount {
            volume_options: Some(options),
            ..mount(to, "/to")
        },
    ];
    ContainerCreateBody {
        image: Some(request.image.to_owned()),
        entrypoint: Some(vec!["sh".to_owned(), "-c".to_owned(), COPY.to_owned()]),
        cmd: Some(Vec::new()),
        user: Some("0:0".to_owned()),
        working_dir: Some("/".to_owned()),
        labels: Some(HashMap::from([(
            labels::HELPER.to_owned(),
            request.project.to_string(),
        )])),
        host_config: Some(HostConfig {
            network_mode: Some("none".to_owned()),
            mounts: Some(mounts),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    }
}

fn copy_failed(doing: String, said: &str) -> Error {
    if said.contains("No space left on device") {
        return Error::DiskFull { doing };
    }
    Error::Engine {
        doing,
        status: None,
        message: said.trim().to_owned(),
    }
}
