//! Containers that do not come up, and what is said of them.

use miette::Diagnostic as _;
use townpass::compose::{Condition, MountKind};
use townpass::docker::Error;
use townpass::docker::cause::Cause;
use townpass::docker::cause::ailment::{Ailment, Fate};

use super::fixture::{Fixture, mount, named_volume, on};
use crate::support::docker;

/// What the engine says of a container that was started and fails.
async fn ailment(fixture: &Fixture, service: &str) -> Ailment {
    let container = fixture.container(service);
    for _ in 0..300 {
        match fixture
            .engine
            .ailment(&container)
            .await
            .expect("it is there")
        {
            Some(Error::Ailing(ailment)) => return *ailment,
            Some(other) => panic!("{other}"),
            None => tokio::time::sleep(std::time::Duration::from_millis(100)).await,
        }
    }
    panic!("{container} does not fail");
}

#[tokio::test]
async fn an_empty_password_is_named_also_while_it_restarts() {
    if !Fixture::demanded() {
        return;
    }
    for restart in [None, Some("always")] {
        let mut fixture = Fixture::reference("empty-password").await;
        let db = fixture.edit("db");
        db.environment
            .insert("POSTGRES_PASSWORD".to_owned(), Some(String::new()));
        db.restart = restart.map(str::to_owned);
        fixture.up(&["db"]).await.expect("it is started");
        let ailment = ailment(&fixture, "db").await;
        assert_eq!(ailment.cause, Cause::PasswordMissing);
        assert!(
            ailment.remedy.contains("`services.db.environment`"),
            "{}",
            ailment.remedy
        );
        match restart {
            None => assert_eq!(ailment.fate, Fate::Exited(1)),
            Some(_) => assert!(matches!(ailment.fate, Fate::Restarting { code: 1, .. })),
        }
    }
}

#[tokio::test]
async fn a_script_that_fails_is_named_and_not_skipped_by_the_next_up() {
    if !Fixture::demanded() {
        return;
    }
    let mut fixture = Fixture::reference("script").await;
    let scripts = tempfile::tempdir().expect("a directory");
    std::fs::write(
        scripts.path().join("01-fine.sql"),
        "create table a (id int);\n",
    )
    .expect("fits");
    std::fs::write(
        scripts.path().join("02-broken.sql"),
        "create tabel b (id int);\n",
    )
    .expect("fits");
    #[cfg(unix)]
    std::fs::set_permissions(
        scripts.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .expect("it is ours");
    let source = scripts.path().display().to_string();
    let bound = mount(MountKind::Bind, &source, "/docker-entrypoint-initdb.d");
    fixture.edit("db").volumes.push(bound);
    fixture.up(&["db"]).await.expect("it is started");
    let first = ailment(&fixture, "db").await;
    let Cause::InitScript { script, said } = &first.cause else {
        panic!("{:?}", first.cause)
    };
    assert_eq!(script, "/docker-entrypoint-initdb.d/02-broken.sql");
    assert!(said.contains("syntax error at or near \"tabel\""), "{said}");
    assert!(
        first.remedy.contains("townpass dev reset-db --volume"),
        "{}",
        first.remedy
    );

    let Err(Error::Ailing(second)) = fixture.up(&["db"]).await else {
        panic!("a half-made cluster was started")
    };
    assert_eq!(
        (&second.fate, &second.cause),
        (&Fate::HalfMade, &first.cause)
    );
    assert_eq!(fixture.inspect("db", "{{.State.Running}}"), "false");

    docker::docker(&["start", &fixture.container("db")]).expect("anyone can");
    fixture.answers("db").await;
}

#[tokio::test]
async fn an_old_volume_is_recognised_before_a_server_sees_it() {
    if !Fixture::demanded() {
        return;
    }
    let mut fixture = Fixture::reference("major").await;
    fixture.up(&["db"]).await.expect("it comes up");
    fixture.answers("db").await;
    docker::docker(&["rm", "-fv", &fixture.container("db")]).expect("it was there");

    fixture.edit("db").image = Some("postgres:17".to_owned());
    let Err(error) = fixture.up(&["db"]).await else {
        panic!("17 was let loose on 16")
    };
    assert_eq!(
        error.to_string(),
        format!(
            "volume `{}_pgdata` holds the data of PostgreSQL 16, and `postgres:17` is PostgreSQL 17",
            fixture.project.name
        )
    );
    let help = error.help().map(|it| it.to_string()).unwrap_or_default();
    assert!(help.contains("`services.db.image`"), "{help}");
    let left = docker::docker(&["inspect", &fixture.container("db")]);
    assert!(left.is_err(), "the container is gone again");

    fixture.edit("db").image = Some("postgres:18".to_owned());
    let Err(error) = fixture.plan(&["db"]).await else {
        panic!("18 was planned on the old path")
    };
    assert!(
        error.to_string().contains("`/var/lib/postgresql/data`"),
        "{error}"
    );

    fixture.edit("db").image = Some("postgres:16".to_owned());
    fixture.up(&["db"]).await.expect("its own major takes it");
}

#[tokio::test]
async fn the_mount_of_18_is_refused_for_16_and_the_other_way_round() {
    if !Fixture::demanded() {
        return;
    }
    let mut fixture = Fixture::reference("mounts").await;
    for (image, target, fine) in [
        ("postgres:16", "/var/lib/postgresql", false),
        ("postgres:18", "/var/lib/postgresql/data", false),
        ("postgres:18", "/var/lib/postgresql", true),
    ] {
        let db = fixture.edit("db");
        db.image = Some(image.to_owned());
        db.volumes = vec![named_volume("pgdata", target)];
        assert_eq!(
            fixture.plan(&["db"]).await.is_ok(),
            fine,
            "{image} {target}"
        );
    }
    fixture
        .up(&["db"])
        .await
        .expect("18 comes up at its own path");
    fixture.answers("db").await;
}

#[tokio::test]
async fn dependencies_are_awaited_in_order_and_their_failure_is_told() {
    if !Fixture::demanded() {
        return;
    }
    let mut fixture = Fixture::reference("depends").await;
    let mut migrate = fixture.service("migrate", "postgres:16");
    let command = |line: &str| Some(["sh", "-c", line].map(str::to_owned).to_vec());
    migrate.entrypoint = command("echo working; echo 'Error: no such table' >&2; exit 3");
    migrate.depends_on.insert(
        townpass::ident::ServiceName::new("db"),
        on(Condition::Healthy),
    );
    let mut api = fixture.service("api", "postgres:16");
    api.entrypoint = command("sleep 600");
    for (name, condition) in [
        ("db", Condition::Healthy),
        ("migrate", Condition::CompletedSuccessfully),
    ] {
        api.depends_on
            .insert(townpass::ident::ServiceName::new(name), on(condition));
    }
    fixture.add(migrate);
    fixture.add(api);
    let all = ["db", "migrate", "api"];

    let Err(error @ Error::Dependency(_)) = fixture.up(&all).await else {
        panic!("api was started")
    };
    assert_eq!(
        error.to_string(),
        "service `api` was not started, since `migrate` exited with code 3: Error: no such table"
    );
    assert_eq!(fixture.inspect("db", "{{.State.Health.Status}}"), "healthy");
    docker::docker(&["rm", "-fv", &fixture.container("migrate")]).expect("it was there");
    fixture.edit("migrate").entrypoint = command("true");
    fixture.up(&all).await.expect("it comes up");
    let ran = fixture.inspect("migrate", "{{.State.StartedAt}}");
    assert_eq!(fixture.plan(&all).await.expect("all is in place"), [""; 0]);
    fixture.up(&all).await.expect("it is up");
    assert_eq!(
        fixture.inspect("migrate", "{{.State.StartedAt}}"),
        ran,
        "done work is not redone"
    );
}
