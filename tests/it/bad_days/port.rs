//! The port is taken: who has it, and one that is free.

use std::net::TcpListener;

use insta::assert_snapshot;

use crate::support::{Output, Town, docker};

/// The output with what only this run has replaced.
fn redacted(output: &Output, town: &Town) -> String {
    let pid = std::process::id().to_string();
    let me = std::env::current_exe().expect("it runs");
    let me = me.file_name().expect("a name").to_string_lossy();
    // The kernel keeps fifteen letters of a program's name.
    let me = &me[..me.len().min(15)];
    let output = output.to_string();
    // The next one, unless somebody has that as well.
    let free = output
        .split_once("write `- \"")
        .and_then(|(_, rest)| rest.split_once(":5432"))
        .map(|(port, _)| port);
    let free = free.expect("a port that is free");
    assert!(
        free.parse::<u16>().is_ok_and(|it| it > town.port()),
        "{free}"
    );
    output
        .replace(&format!("\"{free}:"), "\"[FREE PORT]:")
        .replace(&format!("(pid {pid})"), "(pid [PID])")
        .replace(&format!("kill {pid}"), "kill [PID]")
        .replace(&format!("`{me}`"), "`[ME]`")
}

#[test]
fn a_process_has_it() {
    if !docker::demanded() {
        return;
    }
    let town = Town::new();
    let holder = TcpListener::bind(("0.0.0.0", town.port())).expect("it is free");
    let output = town.run("dev up");
    assert_snapshot!(redacted(&output, &town), @r#"
    status: 3
    --- stdout
    --- stderr
    • created network `[PROJECT]_default`
    • created volume `[PROJECT]_pgdata`
    • created container `[CONTAINER]`
    error: port [PORT] of the host cannot be published for service `db`: process `[ME]` (pid [PID]) has it
      help: write `- "[FREE PORT]:5432"` under `services.db.ports` in `docker-compose.yml`, or stop it with `kill [PID]`
    "#);
    // Nothing is left that would be in the way of the file's other reader.
    assert_eq!(
        docker::docker(&[
            "ps",
            "-aq",
            "--filter",
            &format!("name={}", town.container())
        ]),
        Ok(String::new())
    );
    let output = town.run("dev up --output json").expect(3);
    let error = output.raw_stderr.lines().last().expect("an error");
    let error: serde_json::Value = serde_json::from_str(error).expect("a JSON line");
    assert_eq!(
        (&error["event"], &error["exit-code"]),
        (&"error".into(), &3.into())
    );
    drop(holder);
    let _ = town.run("dev up").success();
}

#[test]
fn a_container_has_it() {
    if !docker::demanded() {
        return;
    }
    let (town, other) = (Town::new(), Town::bare());
    let publish = format!("{}:5432", town.port());
    let label = format!("com.docker.compose.project={}", other.project());
    docker::docker(&[
        "run",
        "-d",
        "--name",
        &other.container(),
        "--label",
        &label,
        "-p",
        &publish,
        "postgres:16",
        "sleep",
        "300",
    ])
    .expect("it starts");
    let output = town.run("dev up");
    assert_snapshot!(redacted(&output, &town).replace(other.project(), "[OTHER]"), @r#"
    status: 3
    --- stdout
    --- stderr
    • created network `[PROJECT]_default`
    • created volume `[PROJECT]_pgdata`
    • created container `[CONTAINER]`
    error: port [PORT] of the host cannot be published for service `db`: container `[OTHER]_db` (project `[OTHER]`) has it
      help: write `- "[FREE PORT]:5432"` under `services.db.ports` in `docker-compose.yml`, or stop it with `docker stop [OTHER]_db`
    "#);
}
