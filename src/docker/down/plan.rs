//! What `down` will stop and remove, as a value, so that it can be said before it is done.

use std::collections::BTreeSet;
use std::fmt;

use crate::compose::Project;
use crate::docker::decide::refusal::Refusal;
use crate::docker::labels;
use crate::docker::observed::{Listed, Network, Observed, State, Volume};
use crate::ident::ServiceName;

/// What will be stopped and removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DownPlan {
    /// The containers, in groups: those of one group are stopped together, and before those of
    /// the next, which they depend on.
    pub containers: Vec<Vec<Listed>>,
    /// The networks.
    pub networks: Vec<Network>,
    /// The volumes, and with them their data.
    pub volumes: Vec<Volume>,
    /// What happens to unnamed volumes.
    pub fate: VolumeFate,
    /// What stays although one might think otherwise.
    pub notes: Vec<String>,
}

/// How much is taken down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope<'a> {
    /// All that the project has.
    Project,
    /// One service, and whatever else of the project holds the volumes that go with it.
    Service(&'a ServiceName),
}

/// What happens to volumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VolumeFate {
    /// They stay.
    Kept,
    /// They go, with their data.
    Removed,
}

impl DownPlan {
    /// Plans to take down what `observed` shows of a project. External volumes are never part of
    /// it; a volume that a container of another project uses is a refusal.
    pub fn decide(
        project: &Project,
        scope: Scope<'_>,
        fate: VolumeFate,
        observed: &Observed,
    ) -> Result<Self, Refusal> {
        let of_project = |labels: &labels::Labels| {
            labels
                .get(labels::PROJECT)
                .is_some_and(|it| it == project.name.as_str())
        };
        let mut notes = Vec::new();
        let volumes = match fate {
            VolumeFate::Kept => Vec::new(),
            VolumeFate::Removed => doomed_volumes(project, scope, observed, &mut notes),
        };
        let holds_doomed = |it: &Listed| {
            it.volumes
                .iter()
                .any(|used| volumes.iter().any(|it| it.name == *used))
        };
        let known = |it: &Listed| it.service().is_some_and(|it| project.service(it).is_some());
        let mut doomed = Vec::new();
        for listed in observed.listed.iter().filter(|it| of_project(&it.labels)) {
            let meant = match scope {
                Scope::Project => known(listed),
                Scope::Service(name) => listed.service() == Some(name.as_str()),
            };
            if meant || holds_doomed(listed) {
                doomed.push(listed.clone());
            } else if scope == Scope::Project {
                notes.push(format!(
                    "{} is not in the Compose file and stays",
                    listed.described()
                ));
            }
        }
        // One that has the service's name, though Compose did not make it, was adopted.
        for service in project.services.values() {
            let meant = match scope {
                Scope::Project => true,
                Scope::Service(name) => service.name == *name,
            };
            let adopted = observed.listed.iter().filter(|it| it.project().is_none());
            let mut adopted =
                adopted.filter(|it| Some(&it.name) == service.container_name.as_ref());
            doomed.extend(adopted.next().filter(|_| meant).cloned());
        }
        // One that only looked, and was not let end.
        let looks = |it: &&Listed| volumes.iter().any(|volume| it.looks_into(&volume.name));
        doomed.extend(observed.listed.iter().filter(looks).cloned());
        for volume in &volumes {
            let stays = |it: &&Listed| !doomed.iter().any(|gone| gone.id == it.id);
            if let Some(user) = observed.users_of_volume(&volume.name).find(stays) {
                return Err(Refusal::VolumeShared {
                    volume: volume.name.clone(),
                    holder: user.described(),
                    container: user.name.clone(),
                });
            }
        }
        let ours = |it: &&Network| of_project(&it.labels) && is_declared(project, &it.name);
        let networks = match scope {
            Scope::Project => observed.networks.iter().filter(ours).cloned().collect(),
            Scope::Service(_) => Vec::new(),
        };
        let containers = in_order(project, doomed);
        Ok(Self {
            containers,
            networks,
            volumes,
            fate,
            notes,
        })
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.containers.is_empty() && self.networks.is_empty() && self.volumes.is_empty()
    }
}

impl fmt::Display for DownPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for container in self.containers.iter().flatten() {
            let verb = if container.state == State::Running {
                "stop and remove"
            } else {
                "remove"
            };
            writeln!(f, "{verb} container `{}`", container.name)?;
        }
        for network in &self.networks {
            writeln!(f, "remove network `{}`", network.name)?;
        }
        for volume in &self.volumes {
            writeln!(f, "remove volume `{}` and its data", volume.name)?;
        }
        Ok(())
    }
}

fn is_declared(project: &Project, network: &str) -> bool {
    project
        .networks
        .values()
        .any(|it| it.name == network && !it.external)
}

fn doomed_volumes(
    project: &Project,
    scope: Scope<'_>,
    observed: &Observed,
    notes: &mut Vec<String>,
) -> Vec<Volume> {
    let meant = |key: &String| match scope {
        Scope::Project => true,
        Scope::Service(name) => project
            .service(name.as_str())
            .is_some_and(|it| it.volumes.iter().any(|it| it.source.as_ref() == Some(key))),
    };
    let mut doomed = Vec::new();
    for (_, volume) in project.volumes.iter().filter(|(key, _)| meant(key)) {
        if volume.external {
            notes.push(format!("volume `{}` is external and stays", volume.name));
        } else if let Some(there) = observed.volumes.get(&volume.name) {
            doomed.push(there.clone());
        }
    }
    doomed
}

/// Groups containers so that each is stopped before what it depends on.
fn in_order(project: &Project, mut left: Vec<Listed>) -> Vec<Vec<Listed>> {
    let mut groups = Vec::new();
    while !left.is_empty() {
        let needed: BTreeSet<String> = left
            .iter()
            .filter_map(|it| project.service(it.service()?))
            .flat_map(|it| it.depends_on.keys().map(ToString::to_string))
            .collect();
        let is_needed = |it: &Listed| it.service().is_some_and(|it| needed.contains(it));
        let (later, now): (Vec<_>, Vec<_>) = left.into_iter().partition(is_needed);
        if now.is_empty() {
            groups.push(later);
            break;
        }
        groups.push(now);
        left = later;
    }
    groups
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{DownPlan, Scope, VolumeFate};
    use crate::compose::{self, Condition, Dependency, Mount, MountKind, Project, Service};
    use crate::docker::decide::refusal::Refusal;
    use crate::docker::engine::ApiVersion;
    use crate::docker::labels;
    use crate::docker::observed::{Listed, Network, Observed, State, Volume};
    use crate::ident::{ProjectName, ServiceName};

    fn project() -> Project {
        let mut db = Service::named(ServiceName::new("db"));
        db.container_name = Some("townpass_db".to_owned());
        db.volumes.push(Mount {
            source: Some("pgdata".to_owned()),
            target: Some("/var/lib/postgresql/data".to_owned()),
            ..Mount::of(MountKind::Volume)
        });
        let mut api = Service::named(ServiceName::new("api"));
        let dependency = Dependency {
            condition: Condition::Healthy,
            restart: false,
            required: true,
        };
        api.depends_on.insert(ServiceName::new("db"), dependency);
        let volume = |name: &str, external| compose::Volume {
            name: name.to_owned(),
            external,
            ..compose::Volume::default()
        };
        let network = |name: &str, external| compose::Network {
            name: name.to_owned(),
            external,
            ..compose::Network::default()
        };
        Project {
            services: [db, api].map(|it| (it.name.clone(), it)).into(),
            networks: [
                ("default".to_owned(), network("backend_default", false)),
                ("shared".to_owned(), network("shared", true)),
            ]
            .into(),
            volumes: [
                ("pgdata".to_owned(), volume("backend_pgdata", false)),
                ("media".to_owned(), volume("media", true)),
            ]
            .into(),
            ..Project::named(ProjectName::new("backend"), PathBuf::from("/b"))
        }
    }

    fn container(name: &str, project: Option<&str>, service: &str, volumes: &[&str]) -> Listed {
        let mut labels = labels::Labels::new();
        if let Some(project) = project {
            labels.insert(labels::PROJECT.to_owned(), project.to_owned());
            labels.insert(labels::SERVICE.to_owned(), service.to_owned());
        }
        Listed {
            id: name.to_owned(),
            name: name.to_owned(),
            labels,
            state: State::Running,
            volumes: volumes.iter().map(|it| (*it).to_owned()).collect(),
            networks: Vec::new(),
            published: Vec::new(),
        }
    }

    /// One of ours that looks into a volume.
    fn onlooker(volume: &str) -> Listed {
        let mut it = container("townpass-look-1", None, "", &[volume]);
        it.labels.insert(labels::LOOK.to_owned(), volume.to_owned());
        it.state = State::Created;
        it
    }

    fn observed(listed: Vec<Listed>) -> Observed {
        let of = |name: &str| [(labels::PROJECT.to_owned(), name.to_owned())].into();
        let network = |name: &str, project: &str| Network {
            id: name.to_owned(),
            name: name.to_owned(),
            labels: of(project),
        };
        let volume = |name: &str| {
            let it = Volume {
                name: name.to_owned(),
                labels: of("backend"),
                created: None,
            };
            (name.to_owned(), it)
        };
        Observed {
            listed,
            networks: vec![
                network("backend_default", "backend"),
                network("shared", "other"),
            ],
            volumes: ["backend_pgdata", "media", "other_pgdata"]
                .map(volume)
                .into(),
            ..Observed::nothing(ApiVersion {
                major: 1,
                minor: 41,
            })
        }
    }

    fn usual() -> Vec<Listed> {
        vec![
            container("townpass_db", Some("backend"), "db", &["backend_pgdata"]),
            container("backend-api-1", Some("backend"), "api", &["media"]),
            container("backend-old-1", Some("backend"), "old", &[]),
            container("other-db-1", Some("other"), "db", &["other_pgdata"]),
        ]
    }

    fn said(plan: &DownPlan) -> Vec<String> {
        plan.to_string().lines().map(str::to_owned).collect()
    }

    #[test]
    fn dependents_are_stopped_first_and_volumes_stay() {
        let plan = DownPlan::decide(
            &project(),
            Scope::Project,
            VolumeFate::Kept,
            &observed(usual()),
        )
        .expect("nothing is in the way");
        assert_eq!(
            said(&plan),
            [
                "stop and remove container `backend-api-1`",
                "stop and remove container `townpass_db`",
                "remove network `backend_default`",
            ]
        );
        assert_eq!(plan.containers.len(), 2);
        assert!(
            plan.notes[0].contains("`backend-old-1`"),
            "{:?}",
            plan.notes
        );
    }

    #[test]
    fn external_volumes_are_never_removed() {
        let plan = DownPlan::decide(
            &project(),
            Scope::Project,
            VolumeFate::Removed,
            &observed(usual()),
        )
        .expect("nothing is in the way");
        let names: Vec<_> = plan.volumes.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["backend_pgdata"]);
    }

    #[test]
    fn a_volume_that_another_project_uses_is_refused() {
        for other in [
            container(
                "other-backup-1",
                Some("other"),
                "backup",
                &["backend_pgdata"],
            ),
            container("by-hand", None, "", &["backend_pgdata"]),
        ] {
            let mut listed = usual();
            listed.push(other);
            let refusal = DownPlan::decide(
                &project(),
                Scope::Project,
                VolumeFate::Removed,
                &observed(listed),
            )
            .expect_err("it is in use");
            assert!(matches!(refusal, Refusal::VolumeShared { .. }), "{refusal}");
        }
    }

    #[test]
    fn who_only_looked_into_a_volume_goes_with_it() {
        let mut listed = usual();
        listed.extend([onlooker("backend_pgdata"), onlooker("other_pgdata")]);
        let plan = |fate| {
            let observed = observed(listed.clone());
            let plan = DownPlan::decide(&project(), Scope::Project, fate, &observed);
            said(&plan.expect("nothing is in the way"))
        };
        let line = "remove container `townpass-look-1`".to_owned();
        let times = |fate| plan(fate).iter().filter(|it| it.ends_with(&line)).count();
        assert_eq!(times(VolumeFate::Removed), 1);
        assert_eq!(times(VolumeFate::Kept), 0);
    }

    #[test]
    fn a_service_takes_the_other_users_of_its_volume_with_it() {
        let mut listed = usual();
        listed.push(container(
            "backend-backup-1",
            Some("backend"),
            "backup",
            &["backend_pgdata"],
        ));
        let name = ServiceName::new("db");
        let scope = Scope::Service(&name);
        let kept = DownPlan::decide(
            &project(),
            scope,
            VolumeFate::Kept,
            &observed(listed.clone()),
        )
        .expect("nothing is in the way");
        assert_eq!(said(&kept), ["stop and remove container `townpass_db`"]);
        let removed = DownPlan::decide(&project(), scope, VolumeFate::Removed, &observed(listed))
            .expect("nothing is in the way");
        assert_eq!(
            said(&removed),
            [
                "stop and remove container `townpass_db`",
                "stop and remove container `backend-backup-1`",
                "remove volume `backend_pgdata` and its data",
            ]
        );
    }

    #[test]
    fn what_was_adopted_by_name_is_taken_down_too() {
        let listed = vec![container("townpass_db", None, "", &[])];
        let plan = DownPlan::decide(
            &project(),
            Scope::Project,
            VolumeFate::Kept,
            &observed(listed),
        )
        .expect("nothing is in the way");
        assert_eq!(said(&plan)[0], "stop and remove container `townpass_db`");
    }
}
