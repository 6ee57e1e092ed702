//! What stands in the way of a plan or of a start: ports, names, volumes, networks.

use miette::Diagnostic as _;
use townpass::docker::Error;
use townpass::docker::port::taken::PortHolder;

use super::fixture::{Fixture, port};
use crate::support::docker;

fn help(error: &Error) -> String {
    error.help().map(|it| it.to_string()).unwrap_or_default()
}

#[tokio::test]
async fn a_port_that_a_container_has_is_told_with_a_free_one() {
    if !Fixture::demanded() {
        return;
    }
    let holder = Fixture::reference("holder").await;
    holder.up(&["db"]).await.expect("it comes up");
    let taken = holder.engine.published(&holder.container("db"), 5432).await;
    let taken = taken.expect("it is there")[0].host_port;

    let mut fixture = Fixture::reference("port").await;
    fixture.edit("db").ports = vec![port("127.0.0.1", Some(taken), 5432)];
    let Err(error) = fixture.up(&["db"]).await else {
        panic!("the port was given twice")
    };
    let Error::Port(told) = &error else {
        panic!("{error}")
    };
    let Some(PortHolder::Container(listed)) = &told.holder else {
        panic!("{:?}", told.holder)
    };
    assert_eq!(listed.name, holder.container("db"));
    assert_eq!(told.at.port(), taken);
    let free = told.free.expect("there are many");
    let help = help(&error);
    assert!(
        help.contains(&format!("write `- \"127.0.0.1:{free}:5432\"`")),
        "{help}"
    );
    assert!(help.contains("`docker-compose.yml`"), "{help}");
    assert!(
        help.contains(&format!("docker stop {}", holder.container("db"))),
        "{help}"
    );

    fixture.edit("db").ports = vec![port("127.0.0.1", Some(free), 5432)];
    fixture.up(&["db"]).await.expect("the free port is free");
}

#[tokio::test]
async fn a_port_that_a_process_has_is_told_with_its_name() {
    if !Fixture::demanded() {
        return;
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let taken = listener.local_addr().expect("it has one").port();
    let mut fixture = Fixture::reference("process").await;
    fixture.edit("db").ports = vec![port("127.0.0.1", Some(taken), 5432)];
    let Err(error) = fixture.up(&["db"]).await else {
        panic!("the port was given twice")
    };
    let Error::Port(told) = &error else {
        panic!("{error}")
    };
    let Some(PortHolder::Process { pid, .. }) = &told.holder else {
        panic!("{:?}", told.holder)
    };
    assert_eq!(*pid, std::process::id());
    drop(listener);
    fixture
        .up(&["db"])
        .await
        .expect("nothing of the failed attempt is in the way");
}

#[tokio::test]
async fn a_name_that_another_project_has_is_refused() {
    if !Fixture::demanded() {
        return;
    }
    let other = Fixture::reference("first").await;
    other.up(&["db"]).await.expect("it comes up");
    let mut fixture = Fixture::reference("second").await;
    fixture.edit("db").container_name = Some(other.container("db"));
    let Err(error) = fixture.plan(&["db"]).await else {
        panic!("the name was given twice")
    };
    assert_eq!(
        error.to_string(),
        format!(
            "the name of container `{name}` is taken by container `{name}` (service `db` of \
             project `{}`)",
            other.project.name,
            name = other.container("db"),
        )
    );
    assert!(help(&error).contains(&format!("townpass -p {} dev up", other.project.name)));
}

#[tokio::test]
async fn data_that_another_server_writes_is_refused() {
    if !Fixture::demanded() {
        return;
    }
    let other = Fixture::reference("writer").await;
    other.up(&["db"]).await.expect("it comes up");
    let mut fixture = Fixture::reference("reader").await;
    let volume = fixture
        .project
        .volumes
        .get_mut("pgdata")
        .expect("it is there");
    volume.name = other.project.volumes["pgdata"].name.clone();
    let Err(error) = fixture.plan(&["db"]).await else {
        panic!("the volume was given twice")
    };
    assert!(
        error
            .to_string()
            .contains("two servers on one data directory"),
        "{error}"
    );
    assert!(help(&error).contains(&format!("docker stop {}", other.container("db"))));
}

#[tokio::test]
async fn what_is_external_must_be_there() {
    if !Fixture::demanded() {
        return;
    }
    let mut fixture = Fixture::reference("external").await;
    fixture
        .project
        .volumes
        .get_mut("pgdata")
        .expect("it is there")
        .external = true;
    let Err(error) = fixture.plan(&["db"]).await else {
        panic!("it was planned")
    };
    let name = fixture.project.volumes["pgdata"].name.clone();
    assert_eq!(
        error.to_string(),
        format!("volume `{name}` is declared `external` and does not exist")
    );
    assert!(help(&error).contains(&format!("docker volume create {name}")));
}

#[tokio::test]
async fn a_network_that_compose_would_refuse_is_refused() {
    if !Fixture::demanded() {
        return;
    }
    let fixture = Fixture::reference("label").await;
    let name = format!("{}_default", fixture.project.name);
    docker::docker(&["network", "create", &name]).expect("the name is free");
    let planned = fixture.plan(&["db"]).await;
    docker::docker(&["network", "rm", &name]).expect("it was there");
    let Err(error) = planned else {
        panic!("it was planned")
    };
    assert!(
        error
            .to_string()
            .contains("`com.docker.compose.network` says nothing"),
        "{error}"
    );
}
