//! Looks into a volume that no container has mounted, through a container that never runs.
//!
//! Each look has a container of its own, so that two at once are not in each other's way. Who is
//! killed meanwhile leaves it behind, and it holds the volume: the next one takes away what is older
//! than any look takes. A label says that it is ours; what a container is called says nothing.

use std::collections::HashMap;
use std::time::{Duration, SystemTime};

use bollard::models::{ContainerCreateBody, HostConfig, Mount, MountType, MountVolumeOptions};
use bollard::query_parameters::CreateContainerOptionsBuilder;

use crate::compose::{Project, Service};
use crate::docker::Engine;
use crate::docker::decide::postgres::Server;
use crate::docker::error::Error;
use crate::docker::labels;
use crate::docker::observed::{State, Volume};
use crate::ident::ProjectName;

/// Where a volume is mounted only to be looked at.
const LOOK: &str = "/look";

/// No look takes so long.
const LONG: Duration = Duration::from_secs(10);

impl Engine {
    /// The major that wrote the data of a volume that no container has mounted. Nothing where the
    /// service's image is not here, or the volume is empty.
    pub async fn version_in(
        &self,
        project: &Project,
        service: &Service,
        volume: &Volume,
    ) -> Option<String> {
        let image = project.image_name(service);
        let present = self.image_if_there(&image).await.ok().flatten()?;
        let server = Server::of(service, &image, Some(&present))?;
        // Another major may look for its data at another place of the volume than the one that
        // wrote it.
        let paths = [
            server.below_mount(service)?,
            String::new(),
            "data/".to_owned(),
        ];
        let name = format!("townpass-look-{:016x}", rand::random::<u64>());
        let body = onlooker(&project.name, &image, &volume.name);
        let options = CreateContainerOptionsBuilder::default().name(&name).build();
        let made = self.api().create_container(Some(options), body).await;
        made.ok()?;
        let mut found = None;
        for path in paths {
            let path = format!("{LOOK}/{path}PG_VERSION");
            found = self.read_file(&name, &path).await.ok().flatten();
            if found.is_some() {
                break;
            }
        }
        self.remove_container(&name, &name).await.ok()?;
        let major = found.map(|text| text.trim().to_owned());
        major.filter(|major| !major.is_empty())
    }

    /// Removes the containers of looks that were never ended.
    pub async fn forget_onlookers(&self) -> Result<(), Error> {
        let ours = HashMap::from([("label".to_owned(), vec![labels::LOOK.to_owned()])]);
        for listed in self.list(ours).await? {
            if let Some(container) = self.inspect_if_there(&listed.id).await?
                && is_stale(container.state, container.created, SystemTime::now())
            {
                self.remove_container(&container.id, &container.name)
                    .await?;
            }
        }
        Ok(())
    }
}

/// Whether nobody looks through it any more.
fn is_stale(state: State, created: Option<SystemTime>, now: SystemTime) -> bool {
    let age = created.map(|it| now.duration_since(it));
    state == State::Created && matches!(age, Some(Ok(age)) if age > LONG)
}

/// A container that has a volume mounted, to be looked at and never started.
fn onlooker(project: &ProjectName, image: &str, volume: &str) -> ContainerCreateBody {
    let options = MountVolumeOptions {
        no_copy: Some(true),
        ..MountVolumeOptions::default()
    };
    let mount = Mount {
        typ: Some(MountType::VOLUME),
        source: Some(volume.to_owned()),
        target: Some(LOOK.to_owned()),
        read_only: Some(true),
        volume_options: Some(options),
        ..Mount::default()
    };
    let labels = [(labels::HELPER, project.as_str()), (labels::LOOK, volume)];
    let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
    ContainerCreateBody {
        image: Some(image.to_owned()),
        labels: Some(HashMap::from(labels)),
        host_config: Some(HostConfig {
            network_mode: Some("none".to_owned()),
            mounts: Some(vec![mount]),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::is_stale;
    use crate::docker::observed::State;

    #[test]
    fn a_look_that_was_never_ended() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_hours(1);
        let ago = |seconds| Some(now - Duration::from_secs(seconds));
        for (state, created, stale) in [
            (State::Created, ago(60), true),
            (State::Created, ago(2), false),
            // The engine's clock may be ahead.
            (State::Created, Some(now + Duration::from_mins(1)), false),
            (State::Created, None, false),
            // Somebody started it.
            (State::Running, ago(60), false),
        ] {
            assert_eq!(
                is_stale(state, created, now),
                stale,
                "{state:?} {created:?}"
            );
        }
    }
}
