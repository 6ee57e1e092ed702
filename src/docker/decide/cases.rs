//! The table of what `up` decides about which world.

use std::collections::BTreeMap;
use std::time::Duration;

use super::worlds::{
    NOW, container, db, db_but, external, mount, network, nothing, of_project, prepared, project,
    stranger, there, volume, with_api, with_db,
};
use super::{Policy, Pull};
use crate::compose::{self, Build, Condition, HealthCheck, Project, PullPolicy};
use crate::docker::decide::plan::UpPlan;
use crate::docker::labels;
use crate::docker::observed::{Container, Health, Observed, State};
use crate::docker::payload::START_INTERVAL;
use crate::ident::ServiceName;

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
            now: NOW,
            patience: Duration::from_mins(1),
            proxies: BTreeMap::new(),
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

fn eager() -> HealthCheck {
    HealthCheck {
        start_interval: compose::Duration::parse("500ms"),
        ..HealthCheck::default()
    }
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
            "a health check that wants a newer engine",
            with_db(|it| it.healthcheck = Some(eager())),
            prepared(),
            Noted(
                CREATED,
                "`services.db.healthcheck.start_interval` has no effect",
            ),
        ),
        case(
            "the same health check where the engine knows it",
            with_db(|it| it.healthcheck = Some(eager())),
            Observed {
                api: START_INTERVAL,
                ..prepared()
            },
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
