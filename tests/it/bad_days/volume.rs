//! The container's name or the volume belongs to somebody else, or the data is not in a volume.

use insta::assert_snapshot;

use super::precious;
use crate::support::{Town, docker};

/// A project whose data is at this source.
fn town(source: &str, volumes: &str) -> Town {
    Town::with(&format!(
        "\
services:
  db:
    image: postgres:16
    container_name: {{container}}
    environment: {{ POSTGRES_USER: admin, POSTGRES_PASSWORD: password, POSTGRES_DB: townpass_db }}
    ports: [\"{{port}}:5432\"]
    volumes: [\"{source}:/var/lib/postgresql/data\"]
{volumes}"
    ))
}

#[test]
fn another_project_has_the_name() {
    if !docker::demanded() {
        return;
    }
    let (town, other) = (Town::new(), Town::bare());
    let project = format!("com.docker.compose.project={}", other.project());
    let labels = [
        "--label",
        &project,
        "--label",
        "com.docker.compose.service=db",
    ];
    let mut arguments = vec!["create", "--name"];
    let name = town.container();
    arguments.push(&name);
    arguments.extend(labels);
    arguments.push("postgres:16");
    let theirs = docker::docker(&arguments).expect("it is made");
    let output = town
        .run("dev up")
        .to_string()
        .replace(other.project(), "[OTHER]");
    assert_snapshot!(output, @r#"
    status: 3
    --- stdout
    --- stderr
    error: the name of container `[CONTAINER]` is taken by container `[CONTAINER]` (service `db` of project `[OTHER]`)
      help: choose one way
            - it is the database you mean: `townpass -p [OTHER] dev up`
            - it is in the way: `townpass -p [OTHER] dev down`, which keeps its data, then this again
            - both are needed: in a new file `docker-compose.override.yml` beside `docker-compose.yml`, write
                services:
                  db:
                    container_name: !reset null
                    ports: !override ["5432"] # a free port; `townpass dev url` says which
    "#);
    let still = docker::docker(&["inspect", "--format", "{{.Id}}", &name]);
    assert_eq!(still, Ok(theirs));
    assert_eq!(docker::left(town.project()), "");
}

#[test]
fn another_container_uses_the_volume() {
    if !docker::demanded() {
        return;
    }
    let (town, other) = (Town::new(), Town::bare());
    let _ = town.run("dev up").success();
    precious::make(&town);
    let name = other.container();
    let label = format!("com.docker.compose.project={}", other.project());
    let mount = format!("{}_pgdata:/data", town.project());
    docker::docker(&[
        "create",
        "--name",
        &name,
        "--label",
        &label,
        "-v",
        &mount,
        "postgres:16",
        "sleep",
        "300",
    ])
    .expect("it is made");
    let redacted = |words: &str| {
        town.run(words)
            .to_string()
            .replace(other.project(), "[OTHER]")
    };
    assert_snapshot!(redacted("dev reset-db --volume --yes"), @r#"
    status: 4
    --- stdout
    --- stderr
    error: volume `[PROJECT]_pgdata` is also used by `[OTHER]_db`
      help: remove those containers first: `docker rm -f [OTHER]_db`
    "#);
    assert_snapshot!(redacted("dev down --volumes --yes"), @r#"
    status: 4
    --- stdout
    --- stderr
    error: volume `[PROJECT]_pgdata` is in use by container `[OTHER]_db` (project `[OTHER]`), which is not part of this project
      help: remove that container first with `docker rm --force [OTHER]_db`, or keep the volume
    "#);
    assert!(precious::is_there(&town));

    // Another server that may write to it, while ours does not run.
    let _ = town.run("dev down").success();
    docker::docker(&["start", &name]).expect("it starts");
    assert_snapshot!(redacted("dev up"), @r#"
    status: 4
    --- stdout
    --- stderr
    error: volume `[PROJECT]_pgdata` is in use by container `[OTHER]_db` (project `[OTHER]`), and two servers on one data directory destroy it
      help: stop the other one first with `docker stop [OTHER]_db`
    "#);
    docker::docker(&["rm", "-f", &name]).expect("it goes");
    let _ = town.run("dev up").success();
    assert!(precious::is_there(&town));
}

#[test]
fn the_volume_is_external() {
    if !docker::demanded() {
        return;
    }
    let town = town(
        "shared",
        "volumes: { shared: { external: true, name: \"{project}-shared\" } }\n",
    );
    assert_snapshot!(town.run("dev up"), @r#"
    status: 3
    --- stdout
    --- stderr
    error: volume `[PROJECT]-shared` is declared `external` and does not exist
      help: create it with `docker volume create [PROJECT]-shared`, or remove `external: true` from `volumes.shared`
    "#);
    assert_eq!(docker::left(town.project()), "");
    // Made by hand: its label is only so that it goes with the town.
    let volume = format!("{}-shared", town.project());
    let label = format!("com.docker.compose.project={}", town.project());
    docker::docker(&["volume", "create", "--label", &label, &volume]).expect("it is made");
    let _ = town.run("dev up").success();
    precious::make(&town);
    assert_snapshot!(town.run("dev reset-db --volume --yes"), @r#"
    status: 4
    --- stdout
    --- stderr
    error: volume `[PROJECT]-shared` is external: it does not belong to this project, so it is not removed
      help: reset the contents alone, which leaves the volume in place: `townpass dev reset-db`
    "#);
    assert!(precious::is_there(&town));
    let _ = town.run("dev down --volumes --yes");
    let _ = town.run("dev up").success();
    assert!(precious::is_there(&town));
    // The contents may be reset, and what was there comes back.
    let _ = town.run("dev reset-db --yes").success();
    assert_eq!(town.sql("select to_regclass('precious')"), "");
    let _ = town.run("dev snapshot restore --yes").success();
    assert!(precious::is_there(&town));
}

#[test]
fn the_data_is_a_directory_of_the_host() {
    if !docker::demanded() {
        return;
    }
    let town = town("./data", "");
    let _ = town.run("dev up").success();
    precious::make(&town);
    assert_snapshot!(town.run("dev reset-db --volume --yes"), @r#"
    status: 4
    --- stdout
    --- stderr
    error: the data is in `[DIR]/data`, a directory of the host, which is not emptied unasked
      help: reset the contents alone: `townpass dev reset-db`; or say so: `townpass dev reset-db --volume --empty-bind-mount`
    "#);
    assert!(precious::is_there(&town));
    let _ = town.run("dev down --volumes --yes").success();
    assert!(town.path().join("data/PG_VERSION").exists());
    let _ = town.run("dev up").success();
    assert!(precious::is_there(&town));
    // The louder flag, which the message names.
    let _ = town
        .run("dev reset-db --volume --empty-bind-mount --yes")
        .success();
    assert_eq!(town.sql("select to_regclass('precious')"), "");
}
