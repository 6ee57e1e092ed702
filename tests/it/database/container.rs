//! The provider that runs a container, against a real engine and real images.

use std::{collections::BTreeMap, fs, os::unix::fs::PermissionsExt};

use townpass::compose::MountKind;
use townpass::database::container::{Container, Settings};
use townpass::database::reset::{BindMount, Depth, Loss, Plan, Safety};
use townpass::database::snapshot::Form;
use townpass::database::{
    Account, Error, Event, Provider, Ready, Session, Target, lifecycle, loss, password,
    password::Proof,
    provider::{Data, State},
    snapshot, until_ready,
};
use townpass::docker::decide::Pull;
use townpass::host::Surroundings;
use townpass::ident::{DatabaseName, ServiceName};
use townpass::secret::Secret;

use super::cluster::{PATIENCE, account, quiet, reference};
use crate::containers::fixture::{Fixture, mount};
use crate::support::docker;

/// The provider of a project's service `db`, for an account that may not be the one that the
/// container is made with.
fn provider(fixture: &Fixture, account: Account) -> Container {
    Container::new(Settings {
        engine: fixture.engine.clone(),
        project: fixture.project.clone(),
        service: ServiceName::new("db"),
        account,
        pull: Pull::AsWritten,
        patience: PATIENCE,
        proxies: BTreeMap::new(),
        surroundings: Surroundings::default(),
        explicit: None,
    })
}

async fn target(provider: &Container) -> Target {
    let endpoint = provider.endpoint().await.expect("it is published");
    Target::new(endpoint, provider.account().clone())
}

async fn ready(provider: &Container) -> Result<Ready, Error> {
    until_ready(provider, &target(provider).await, PATIENCE, &mut quiet).await
}

/// A running server of the reference project, made for `initial` and asked for as the reference.
async fn running(what: &str, initial: &Account) -> (Fixture, Container) {
    let mut fixture = Fixture::reference(what).await;
    let password = initial.password.as_ref().map(|it| it.reveal().to_owned());
    for (name, value) in [
        ("POSTGRES_USER", Some(initial.user.to_string())),
        ("POSTGRES_PASSWORD", password),
        ("POSTGRES_DB", Some(initial.database.to_string())),
    ] {
        fixture
            .edit("db")
            .environment
            .insert(name.to_owned(), value);
    }
    // A loaded machine may initialise for longer than the check allows.
    fixture.edit("db").healthcheck = None;
    let first = provider(&fixture, initial.clone());
    first.start(&mut quiet).await.expect("it starts");
    ready(&first).await.expect("it is ready");
    let provider = provider(&fixture, reference());
    (fixture, provider)
}

async fn run(provider: &Container, sql: &str) {
    provider
        .admin(&provider.account().database, sql)
        .await
        .expect("the statement is right");
}

async fn value(provider: &Container, sql: &str) -> String {
    let target = target(provider).await;
    let mut session = Session::open(&target, PATIENCE).await.expect("it answers");
    let value = session.value(sql).await.expect("the query is right");
    session.close().await;
    value.unwrap_or_default()
}

const FILL: &str = "create table users (id int); insert into users select generate_series(1, 100);";
const TABLES: &str = "select count(*) from pg_tables where schemaname = 'public'";

async fn plan(provider: &Container, depth: Depth) -> Result<Plan, Error> {
    let facts = loss::facts(provider, depth).await?;
    Plan::decide(depth, &provider.account().database, facts, BindMount::Spare)
}

#[tokio::test]
async fn ready_is_not_said_while_the_temporary_server_runs() {
    if !Fixture::demanded() {
        return;
    }
    let scripts = tempfile::tempdir().expect("a temporary directory");
    let script = scripts.path().join("slow.sh");
    fs::write(&script, "#!/bin/sh\nsleep 2\n").expect("it is ours");
    for (path, mode) in [(&script, 0o755), (&scripts.path().to_owned(), 0o755)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
    }
    let mut fixture = Fixture::reference("window").await;
    let source = scripts.path().to_str().expect("UTF-8");
    let scripts = mount(MountKind::Bind, source, "/docker-entrypoint-initdb.d");
    fixture.edit("db").volumes.push(scripts);
    let provider = provider(&fixture, reference());
    provider.start(&mut quiet).await.expect("it starts");

    let container = fixture.container("db");
    let mut lied = false;
    let mut ask_the_liar = |_: Event<'_>| {
        let arguments = [
            "exec",
            &container,
            "pg_isready",
            "-U",
            "admin",
            "-d",
            "townpass_db",
        ];
        lied = lied || docker::docker(&arguments).is_ok();
    };
    let target = target(&provider).await;
    let ready = until_ready(&provider, &target, PATIENCE, &mut ask_the_liar).await;
    let mut log = Vec::new();
    provider
        .logs(false, None, &mut |bytes| log.extend_from_slice(bytes))
        .await
        .expect("it has a log");
    let log = String::from_utf8_lossy(&log);
    assert!(
        lied,
        "`pg_isready` on the socket succeeded before the server was ready"
    );
    ready.expect("it is ready");
    assert!(log.contains("listening on IPv4"), "{log}");
}

#[tokio::test]
async fn the_endpoint_is_where_the_engine_publishes_it() {
    if !Fixture::demanded() {
        return;
    }
    let (fixture, provider) = running("endpoint", &reference()).await;
    let published = docker::docker(&["port", &fixture.container("db"), "5432/tcp"]);
    let endpoint = provider.endpoint().await.expect("it is published");
    assert_eq!(endpoint.to_string(), published.expect("it is published"));
    let status = provider.observe().await.expect("it is seen");
    assert_eq!(status.state, State::Running);
    let volume = format!("{}_pgdata", fixture.project.name);
    assert_eq!(status.data, Data::Volume(volume));
    assert_eq!(provider.plan().await.expect("a plan"), [""; 0]);
    assert!(provider.running_for().await.expect("it is known").is_some());
}

#[tokio::test]
async fn a_stale_password_is_recognised_and_mended() {
    if !Fixture::demanded() {
        return;
    }
    let initial = account("admin", "old", "townpass_db");
    let (_fixture, provider) = running("stale", &initial).await;
    let error = ready(&provider).await.expect_err("the password is another");
    assert!(matches!(error, Error::StalePassword { .. }), "{error:?}");
    let printable: String = (' '..='~').collect();
    for new in [&*printable, "密碼é§", "password"] {
        let mut target = target(&provider).await;
        target.account.password = Some(Secret::new(new));
        let proof = password::set(&provider, &target, &mut quiet).await;
        assert_eq!(proof.expect(new), Proof::Proved, "{new}");
    }
    ready(&provider).await.expect("it is mended");
}

#[tokio::test]
async fn a_volume_of_another_user_is_recognised_and_mended() {
    if !Fixture::demanded() {
        return;
    }
    let initial = account("postgres", "x", "postgres");
    let (_fixture, provider) = running("user", &initial).await;
    let error = ready(&provider).await.expect_err("there is no such role");
    let Error::RoleMissing { present, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(present[0].as_str(), "postgres");
    let target = target(&provider).await;
    let proof = password::set(&provider, &target, &mut quiet).await;
    assert_eq!(proof.expect("the role is made"), Proof::Proved);
    let error = ready(&provider)
        .await
        .expect_err("there is no such database");
    assert!(matches!(error, Error::DatabaseMissing { .. }), "{error:?}");
    let plan = plan(&provider, Depth::Contents).await.expect("it may");
    lifecycle::reset(&provider, &target, &plan, None, PATIENCE, &mut quiet)
        .await
        .expect("it is made");
    ready(&provider).await.expect("all is mended");
}

#[tokio::test]
async fn a_volume_of_another_major_is_recognised() {
    if !Fixture::demanded() {
        return;
    }
    let (mut fixture, provider_16) = running("major", &reference()).await;
    provider_16.stop(&mut quiet).await.expect("it stops");
    docker::docker(&["rm", &fixture.container("db")]).expect("it is removed");
    fixture.edit("db").image = Some("postgres:17".to_owned());
    let provider = provider(&fixture, reference());
    let error = match provider.start(&mut quiet).await {
        Err(error) => error,
        Ok(()) => ready(&provider).await.expect_err("it cannot read the data"),
    };
    let told = format!("{error} {}", {
        use miette::Diagnostic;
        error.help().map(|it| it.to_string()).unwrap_or_default()
    });
    for word in ["16", "17", "townpass dev reset-db --volume"] {
        assert!(told.contains(word), "{told}");
    }
    let plan = plan(&provider, Depth::Volume).await.expect("it may");
    assert_eq!((plan.safety, &plan.loss), (Safety::Keep, &Loss::Unknown));
}

#[tokio::test]
async fn contents_are_reset_and_restored_and_roles_stay() {
    if !Fixture::demanded() {
        return;
    }
    let (_fixture, provider) = running("contents", &reference()).await;
    run(&provider, FILL).await;
    run(&provider, "create role reader;").await;
    let target = target(&provider).await;
    let plan = plan(&provider, Depth::Contents).await.expect("it may");
    let outcome = lifecycle::reset(&provider, &target, &plan, None, PATIENCE, &mut quiet)
        .await
        .expect("it is reset");
    assert_eq!(value(&provider, TABLES).await, "0");
    let reader = "select count(*) from pg_roles where rolname = 'reader'";
    assert_eq!(value(&provider, reader).await, "1");
    let safety = outcome.safety.expect("a copy was kept");
    snapshot::restore(&provider, &target, &safety, PATIENCE, &mut quiet)
        .await
        .expect("it is restored");
    assert_eq!(value(&provider, "select count(*) from users").await, "100");
}

#[tokio::test]
async fn the_volume_is_reset_and_restored() {
    if !Fixture::demanded() {
        return;
    }
    let (_fixture, provider) = running("volume", &reference()).await;
    run(&provider, FILL).await;
    let before = target(&provider).await;
    let plan = plan(&provider, Depth::Volume).await.expect("it may");
    let outcome = lifecycle::reset(&provider, &before, &plan, None, PATIENCE, &mut quiet)
        .await
        .expect("it is reset");
    assert_eq!(outcome.target, target(&provider).await);
    assert_eq!(value(&provider, TABLES).await, "0");
    let safety = outcome.safety.expect("a copy was kept");
    let list = snapshot::list(&provider, &outcome.target)
        .await
        .expect("a list");
    assert_eq!(
        (&*list[0].name, list[0].form),
        (safety.as_str(), Form::Cluster)
    );
    snapshot::restore(&provider, &outcome.target, &safety, PATIENCE, &mut quiet)
        .await
        .expect("it is restored");
    assert_eq!(value(&provider, "select count(*) from users").await, "100");
    let target = target(&provider).await;
    snapshot::delete(&provider, &target, &safety)
        .await
        .expect("it is deleted");
}

#[tokio::test]
async fn a_volume_reset_may_be_killed_at_any_step() {
    if !Fixture::demanded() {
        return;
    }
    let (_fixture, provider) = running("killed", &reference()).await;
    run(&provider, FILL).await;
    let target = target(&provider).await;
    // Each run is killed one step later than the one before, and finds what that one left.
    for step in 0.. {
        let plan = plan(&provider, Depth::Volume).await.expect("it may");
        if !killed_after(&provider, &target, &plan, step).await {
            assert!(step > 3, "there were steps to be killed at");
            break;
        }
    }
    ready(&provider).await.expect("it is ready");
    assert_eq!(value(&provider, TABLES).await, "0");
    let kept = provider.saved().await.expect("a list");
    let first = kept[0].name.parse().expect("it is a name");
    snapshot::restore(&provider, &target, &first, PATIENCE, &mut quiet)
        .await
        .expect("the first copy is whole");
    assert_eq!(value(&provider, "select count(*) from users").await, "100");
}

/// Runs until the given event, then drops the future. Whether there was such an event.
async fn killed_after(provider: &Container, target: &Target, plan: &Plan, step: usize) -> bool {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let mut seen = 0;
    let mut on_event = |event: Event<'_>| {
        if matches!(event, Event::Step(_) | Event::Docker(_)) {
            if seen == step {
                sender.send(()).expect("the test listens");
            }
            seen += 1;
        }
    };
    let reset = lifecycle::reset(provider, target, plan, None, PATIENCE, &mut on_event);
    tokio::select! {
        biased;
        Some(()) = receiver.recv() => true,
        done = reset => { done.expect("nothing else fails"); false }
    }
}

/// A container of nobody's project; it goes before the volume that it uses.
struct Stranger(String);

impl Drop for Stranger {
    fn drop(&mut self) {
        let _ = docker::docker(&["rm", "-f", &self.0]);
    }
}

#[tokio::test]
async fn a_volume_that_others_use_is_not_removed() {
    if !Fixture::demanded() {
        return;
    }
    let (fixture, provider) = running("shared", &reference()).await;
    let other = Stranger(format!("{}-other", fixture.project.name));
    let volume = format!("{}_pgdata:/elsewhere", fixture.project.name);
    let create = ["create", "--name", &other.0, "-v", &volume, "postgres:16"];
    docker::docker(&create).expect("it is made");
    let error = plan(&provider, Depth::Volume)
        .await
        .expect_err("it is refused");
    let Error::Shared { containers, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(containers, std::slice::from_ref(&other.0));
}

#[tokio::test]
async fn the_superuser_is_found_whatever_the_file_says_and_errors_are_brief() {
    if !Fixture::demanded() {
        return;
    }
    let (_fixture, provider) = running("admin", &account("owner", "x", "x")).await;
    let postgres = DatabaseName::new("postgres");
    let who = provider.admin(&postgres, "select current_user;").await;
    assert_eq!(who.expect("it is let in"), "owner");
    let error = provider
        .admin(&postgres, "select 'secret' from nothing;")
        .await;
    let error = error.expect_err("there is no such table").to_string();
    assert!(
        error.contains("relation \"nothing\" does not exist"),
        "{error}"
    );
    assert!(!error.contains("secret"), "{error}");
}

#[tokio::test]
async fn a_directory_of_the_host_is_set_aside_when_that_is_said_aloud() {
    if !Fixture::demanded() {
        return;
    }
    let parent = tempfile::tempdir().expect("a temporary directory");
    let data = parent.path().join("pgdata");
    let mut fixture = Fixture::reference("bind").await;
    let source = data.to_str().expect("UTF-8");
    let db = fixture.edit("db");
    db.healthcheck = None;
    db.volumes = vec![mount(MountKind::Bind, source, "/var/lib/postgresql/data")];
    let provider = provider(&fixture, reference());
    provider.start(&mut quiet).await.expect("it starts");
    ready(&provider).await.expect("it is ready");
    run(&provider, FILL).await;
    let error = plan(&provider, Depth::Volume).await;
    assert!(matches!(error, Err(Error::BindMounted { .. })), "{error:?}");

    let facts = loss::facts(&provider, Depth::Volume).await.expect("facts");
    let database = &provider.account().database;
    let plan = Plan::decide(Depth::Volume, database, facts, BindMount::Empty).expect("it may");
    let before = target(&provider).await;
    let outcome = lifecycle::reset(&provider, &before, &plan, None, PATIENCE, &mut quiet)
        .await
        .expect("it is reset");
    assert_eq!(value(&provider, TABLES).await, "0");
    let safety = outcome.safety.expect("the directory was kept");
    snapshot::restore(&provider, &outcome.target, &safety, PATIENCE, &mut quiet)
        .await
        .expect("it is restored");
    assert_eq!(value(&provider, "select count(*) from users").await, "100");
    // What the server's user wrote can only be deleted after the server is gone.
    drop(fixture);
}
