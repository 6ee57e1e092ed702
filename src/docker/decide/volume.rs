//! The volumes that containers need, and what is found in them.

use super::draft::Draft;
use crate::compose::{Mount, MountKind, Service};
use crate::docker::decide::plan::{Data, Step};
use crate::docker::decide::refusal::Refusal;
use crate::docker::labels;
use crate::docker::observed::State;

impl Draft<'_, '_> {
    pub(super) fn volume(&mut self, key: &str) -> Result<(), Refusal> {
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
    pub(super) fn check_volumes(&self, service: &Service) -> Result<(), Refusal> {
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

    /// What a new container of a service finds.
    pub(super) fn data(&self, service: &Service) -> Data {
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
}
