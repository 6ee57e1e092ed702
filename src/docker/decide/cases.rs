//! The table of what `up` decides about which world.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use bollard::models::ContainerInspectResponse;

use super::{Policy, Pull};
use crate::compose::{
    self, Build, Condition, Dependency, Generation, Mount, MountKind, Project, PullPolicy, Service,
};
use crate::docker::engine::ApiVersion;
use crate::docker::labels;
use crate::docker::observed::{
    Attachment, Container, Health, Image, Listed, Network, Observed, State, Volume,
};
use crate::docker::plan::UpPlan;
use crate::ident::{ProjectName, ServiceName};

/// One row: a project and what is there, and what is expected.
struct Case {
    what: &'static str,
    project: Project,
    observed: Observed,
    pull: Pull,
    expected: Expected,
}

enum Expected {
    /// These steps, and nothing to remark.
    Steps(&'static [&'static str]),
    /// These steps, and one note that holds this text.
    Noted(&'static [&'static str], &'static str),
    /// The refusal holds this text.
    Refused(&'static str),
}
use Expected::{Noted, Refused, Steps};

fn case(what: &'static str, project: Project, observed: Observed, expected: Expected) -> Case {
    let pull = Pull::AsWritten;
    Case {
        what,
        project,
        observed,
        pull,
        expected,
    }
}

#[test]
fn each_world_has_its_plan() {
    for table in [
        its_container(),
        the_name_and_the_image(),
        the_pull_policy(),
        networks(),
        volumes(),
        dependencies(),
    ] {
        for it in table {
            it.check();
        }
    }
}

impl Case {
    fn check(self) {
        let what = self.what;
        let policy = Policy {
            pull: self.pull,
            now: SystemTime::UNIX_EPOCH + Duration::from_hours(100 * 24),
            patience: Duration::from_mins(1),
            proxies: std::collections::BTreeMap::new(),
        };
        let all: Vec<_> = self.project.services.keys().cloned().collect();
        let order = self.project.start_order(&all).expect("there is no circle");
        let services: Vec<_> = order.iter().map(|it| it.name.clone()).collect();
        let plan = UpPlan::decide(&self.project, &services, &self.observed, &policy);
        match (plan, self.expected) {
            (Ok(plan), expected @ (Steps(steps) | Noted(steps, _))) => {
                let found: Vec<_> = plan.steps.iter().map(ToString::to_string).collect();
                assert_eq!(found, steps, "{what}");
                match expected {
                    Noted(_, note) => {
                        let found = plan.notes.join("\n");
                        assert!(plan.notes.len() == 1, "{what}: {found}");
                        assert!(found.contains(note), "{what}: {found}");
                    }
                    _ => assert!(plan.notes.is_empty(), "{what}: {:?}", plan.notes),
                }
            }
            (Err(error), Refused(text)) => {
                assert!(error.to_string().contains(text), "{what}: {error}");
            }
            (Ok(plan), Refused(_)) => panic!("{what}: {:?}", plan.steps),
            (Err(error), _) => panic!("{what}: {error}"),
        }
    }
}

// What a project is made of.

/// The service `db` of the project `backend`, with its volume and the default network.
fn project() -> Project {
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

fn service(name: &str, image: &str) -> Service {
    let mut service = Service::named(ServiceName::new(name));
    service.image = Some(image.to_owned());
    service.networks.insert("default".to_owned(), None);
    service
}

fn mount(target: &str) -> Mount {
    Mount {
        source: Some("pgdata".to_owned()),
        target: Some(target.to_owned()),
        ..Mount::of(MountKind::Volume)
    }
}

/// The project with its `db` changed.
fn with_db(change: impl FnOnce(&mut Service)) -> Project {
    let mut project = project();
    change(project.services.get_mut("db").expect("it is there"));
    project
}

/// The project with its network and its volume declared `external`.
fn external() -> Project {
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
fn with_api(condition: Condition) -> Project {
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

fn nothing() -> Observed {
    Observed::nothing(ApiVersion {
        major: 1,
        minor: 41,
    })
}

fn of_project(name: &str) -> labels::Labels {
    [(labels::PROJECT.to_owned(), name.to_owned())].into()
}

fn network(name: &str, project: &str, key: &str) -> Network {
    let mut labels = of_project(project);
    labels.insert(labels::NETWORK.to_owned(), key.to_owned());
    Network {
        id: format!("id of {name}"),
        name: name.to_owned(),
        labels,
    }
}

fn volume(name: &str, labels: labels::Labels) -> (String, Volume) {
    let it = Volume {
        name: name.to_owned(),
        labels,
        created: None,
    };
    (name.to_owned(), it)
}

fn image(name: &str, days_old: u64) -> (String, Image) {
    let now = SystemTime::UNIX_EPOCH + Duration::from_hours(100 * 24);
    let it = Image {
        id: "sha256:1".to_owned(),
        environment: [("PG_MAJOR".to_owned(), "16".to_owned())].into(),
        tagged: Some(now - Duration::from_hours(days_old * 24)),
    };
    (name.to_owned(), it)
}

/// All that the project needs but its containers.
fn prepared() -> Observed {
    Observed {
        networks: vec![network("backend_default", "backend", "default")],
        volumes: [volume("backend_pgdata", of_project("backend"))].into(),
        images: [image("postgres:16", 3), image("api", 0)].into(),
        ..nothing()
    }
}

/// The container of a service, made from what `project` says and attached to its network.
fn container(project: &Project, service: &str, state: State) -> Container {
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
        started: Some(SystemTime::UNIX_EPOCH),
        ..Container::read(ContainerInspectResponse::default())
    }
}

/// What the project needs, and these containers of its services.
fn there<const N: usize>(containers: [(&str, Container); N]) -> Observed {
    Observed {
        containers: containers
            .map(|(service, it)| (ServiceName::new(service), it))
            .into(),
        ..prepared()
    }
}

/// What the project needs, and a container of its `db` that stands so.
fn db(state: State) -> Observed {
    there([("db", container(&project(), "db", state))])
}

/// The same, with something changed about the container.
fn db_but(state: State, change: impl FnOnce(&mut Container)) -> Observed {
    let mut it = container(&project(), "db", state);
    change(&mut it);
    there([("db", it)])
}

/// What the project needs, and a container that is not its own.
fn stranger(name: &str, project: Option<&str>, volumes: &[&str]) -> Observed {
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

// The cases.

const CREATED: &[&str] = &[
    "create container `townpass_db` from `postgres:16`",
    "start container `townpass_db`",
];

fn its_container() -> Vec<Case> {
    let edited = || {
        with_db(|it| {
            it.environment.insert("A".to_owned(), None);
        })
    };
    let never_ran = |it: &mut Container| it.started = None;
    vec![
        case(
            "nothing is there",
            project(),
            nothing(),
            Steps(&[
                "pull image `postgres:16`",
                "create network `backend_default`",
                "create volume `backend_pgdata`",
                "create container `townpass_db` from `postgres:16`",
                "start container `townpass_db`",
            ]),
        ),
        case(
            "all but the container",
            project(),
            prepared(),
            Steps(CREATED),
        ),
        case("it runs", project(), db(State::Running), Steps(&[])),
        case("it restarts", project(), db(State::Restarting), Steps(&[])),
        case(
            "it is paused",
            project(),
            db(State::Paused),
            Steps(&["unpause container `townpass_db`"]),
        ),
        case(
            "it stopped",
            project(),
            db(State::Exited),
            Steps(&["start container `townpass_db`, which is there (exited)"]),
        ),
        case(
            "it could not be removed wholly",
            project(),
            db(State::Dead),
            Steps(&["start container `townpass_db`, which is there (dead)"]),
        ),
        case(
            "it was never started",
            project(),
            db_but(State::Created, never_ran),
            Steps(&["start container `townpass_db`, which is there (created)"]),
        ),
        case(
            "it is being removed",
            project(),
            db(State::Removing),
            Refused("being removed"),
        ),
        case(
            "it runs, and the file has changed",
            edited(),
            db(State::Running),
            Noted(&[], "another version of the Compose file"),
        ),
        case(
            "it stopped, and the file has changed",
            edited(),
            db(State::Exited),
            Noted(
                &["start container `townpass_db`, which is there (exited)"],
                "another version of the Compose file",
            ),
        ),
        case(
            "it never ran, and the file has changed",
            edited(),
            db_but(State::Created, never_ran),
            Steps(&[
                "remove container `townpass_db`, which never ran and is out of date",
                "create container `townpass_db` from `postgres:16`",
                "start container `townpass_db`",
            ]),
        ),
        case(
            "it was made by hand",
            project(),
            db_but(State::Running, |it| it.labels.clear()),
            Noted(&[], "was not made by Compose"),
        ),
    ]
}

fn the_name_and_the_image() -> Vec<Case> {
    vec![
        case(
            "another project has the name",
            project(),
            stranger("townpass_db", Some("other"), &[]),
            Refused("the name of container `townpass_db` is taken by"),
        ),
        case(
            "somebody has the name",
            project(),
            stranger("townpass_db", None, &[]),
            Refused("the name of container `townpass_db` is taken by"),
        ),
        case(
            "another name is no matter",
            project(),
            stranger("other-db-1", Some("other"), &[]),
            Steps(CREATED),
        ),
        case(
            "neither image nor build",
            with_db(|it| it.image = None),
            prepared(),
            Refused("neither `image` nor `build`"),
        ),
        case(
            "PostgreSQL 18 with the mount of 17",
            with_db(|it| it.image = Some("postgres:18".to_owned())),
            prepared(),
            Refused("from PostgreSQL 18 its data is kept in `/var/lib/postgresql`"),
        ),
        case(
            "PostgreSQL 18 with its own mount",
            with_db(|it| {
                it.image = Some("postgres:18".to_owned());
                it.volumes = vec![mount("/var/lib/postgresql")];
            }),
            prepared(),
            Steps(&[
                "pull image `postgres:18`",
                "create container `townpass_db` from `postgres:18`",
                "start container `townpass_db`",
            ]),
        ),
        case(
            "PostgreSQL 16 with the mount of 18",
            with_db(|it| it.volumes = vec![mount("/var/lib/postgresql")]),
            prepared(),
            Refused("before PostgreSQL 18 it is kept in `/var/lib/postgresql/data`"),
        ),
        case(
            "PostgreSQL 18 with the mount of 17, and it runs",
            with_db(|it| it.image = Some("postgres:18".to_owned())),
            db_but(State::Running, |it| {
                it.labels.remove(labels::CONFIG_HASH);
            }),
            Steps(&[]),
        ),
    ]
}

fn the_pull_policy() -> Vec<Case> {
    let absent = || Observed {
        images: [].into(),
        ..prepared()
    };
    let written = |policy: &str| with_db(|it| it.pull_policy = Some(policy.to_owned()));
    let forced = |what, policy, observed, expected| Case {
        pull: Pull::Forced(policy),
        ..case(what, project(), observed, expected)
    };
    let pulled: &[&str] = &[
        "pull image `postgres:16`",
        "create container `townpass_db` from `postgres:16`",
        "start container `townpass_db`",
    ];
    let built = || {
        with_db(|it| {
            it.image = None;
            it.build = Some(Build::default());
        })
    };
    vec![
        case(
            "never, and it is there",
            written("never"),
            prepared(),
            Steps(CREATED),
        ),
        case(
            "never, and it is absent",
            written("never"),
            absent(),
            Refused("`postgres:16`"),
        ),
        case("always", written("always"), prepared(), Steps(pulled)),
        case(
            "daily, three days old",
            written("daily"),
            prepared(),
            Steps(pulled),
        ),
        case(
            "weekly, three days old",
            written("weekly"),
            prepared(),
            Steps(CREATED),
        ),
        case(
            "every two days",
            written("every_2d"),
            prepared(),
            Steps(pulled),
        ),
        case(
            "every hundred hours",
            written("every_100h"),
            prepared(),
            Steps(CREATED),
        ),
        forced(
            "forced, though it is there",
            PullPolicy::Always,
            prepared(),
            Steps(pulled),
        ),
        forced(
            "forbidden, and it is absent",
            PullPolicy::Never,
            absent(),
            Refused("`postgres:16`"),
        ),
        case(
            "built, and absent",
            built(),
            absent(),
            Steps(&[
                "build image `backend-db`",
                "create container `townpass_db` from `backend-db`",
                "start container `townpass_db`",
            ]),
        ),
    ]
}

fn networks() -> Vec<Case> {
    let foreign = |project: &str, key: &str| Observed {
        networks: vec![network("backend_default", project, key)],
        ..prepared()
    };
    let detached = |state| db_but(state, |it| it.networks.clear());
    vec![
        case(
            "external, and missing",
            external(),
            prepared(),
            Refused("network `shared` is declared `external` and does not exist"),
        ),
        case(
            "of another project",
            project(),
            foreign("other", "default"),
            Noted(CREATED, "was made for project `other`"),
        ),
        case(
            "under another key",
            project(),
            foreign("backend", "front"),
            Refused("its label `com.docker.compose.network` says `front`"),
        ),
        case(
            "lost while it runs",
            project(),
            detached(State::Running),
            Steps(&["attach container `townpass_db` to network `backend_default`"]),
        ),
        case(
            "lost while it is stopped",
            project(),
            detached(State::Exited),
            Steps(&[
                "attach container `townpass_db` to network `backend_default`",
                "start container `townpass_db`, which is there (exited)",
            ]),
        ),
        case(
            "made anew since it stopped",
            project(),
            db_but(State::Exited, |it| {
                it.networks[0].network_id = "id of the former".to_owned();
            }),
            Steps(&[
                "attach container `townpass_db` to network `backend_default`",
                "start container `townpass_db`, which is there (exited)",
            ]),
        ),
        case(
            "of the host's, where nothing is to be attached",
            project(),
            db_but(State::Running, |it| {
                it.networks.clear();
                it.network_mode = "host".to_owned();
            }),
            Steps(&[]),
        ),
    ]
}

fn volumes() -> Vec<Case> {
    let shared = || network("shared", "other", "default");
    let labelled = |labels| Observed {
        volumes: [volume("backend_pgdata", labels)].into(),
        ..prepared()
    };
    vec![
        case(
            "external, and missing",
            external(),
            Observed {
                networks: vec![shared()],
                ..prepared()
            },
            Refused("volume `kept` is declared `external` and does not exist"),
        ),
        case(
            "external, and there",
            external(),
            Observed {
                networks: vec![shared()],
                volumes: [volume("kept", of_project("other"))].into(),
                ..prepared()
            },
            Steps(CREATED),
        ),
        case(
            "of another project",
            project(),
            labelled(of_project("other")),
            Noted(CREATED, "was made for project `other`"),
        ),
        case(
            "made by hand",
            project(),
            labelled(labels::Labels::new()),
            Noted(CREATED, "was not made by Compose"),
        ),
        case(
            "under a server of another project",
            project(),
            stranger("other-db-1", Some("other"), &["backend_pgdata"]),
            Refused("volume `backend_pgdata` is in use by"),
        ),
        case(
            "under a container of the same project",
            project(),
            stranger("backend-old-1", Some("backend"), &["backend_pgdata"]),
            Steps(CREATED),
        ),
    ]
}

fn dependencies() -> Vec<Case> {
    let healthy = |it: &mut Container| it.health = Health::Healthy;
    let api_created = &[
        "create container `backend-api-1` from `api`",
        "start container `backend-api-1`",
    ];
    let finished = |state, api: Option<State>| {
        let project = with_api(Condition::CompletedSuccessfully);
        let mut it = there([("db", container(&project, "db", state))]);
        if let Some(api) = api {
            let api = container(&project, "api", api);
            it.containers.insert(ServiceName::new("api"), api);
        }
        it
    };
    vec![
        case(
            "nothing is there",
            with_api(Condition::Healthy),
            prepared(),
            Steps(&[
                "create container `townpass_db` from `postgres:16`",
                "start container `townpass_db`",
                "wait until `db` is healthy",
                "create container `backend-api-1` from `api`",
                "start container `backend-api-1`",
            ]),
        ),
        case(
            "it runs and is not healthy yet",
            with_api(Condition::Healthy),
            db(State::Running),
            Steps(&[
                "wait until `db` is healthy",
                "create container `backend-api-1` from `api`",
                "start container `backend-api-1`",
            ]),
        ),
        case(
            "it is healthy",
            with_api(Condition::Healthy),
            db_but(State::Running, healthy),
            Steps(api_created),
        ),
        case(
            "it has done its work, and who needs it starts",
            with_api(Condition::CompletedSuccessfully),
            finished(State::Exited, None),
            Steps(&[
                "start container `townpass_db`, which is there (exited)",
                "wait until `db` has completed",
                "create container `backend-api-1` from `api`",
                "start container `backend-api-1`",
            ]),
        ),
        case(
            "it has done its work, and who needs it runs",
            with_api(Condition::CompletedSuccessfully),
            finished(State::Exited, Some(State::Running)),
            Steps(&[]),
        ),
    ]
}
