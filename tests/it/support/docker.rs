//! The real engine, asked by Docker's own client: an oracle that shares no code with ours.

use std::{
    env,
    io::Write as _,
    process::{Command, Stdio},
    sync::OnceLock,
};

/// Whether a Docker engine answers, so that the test can go on.
///
/// Where none does, the test is skipped aloud: `SKIPPED` on stderr, and a line in the file that
/// `scripts/test` counts. With `TOWNPASS_TEST_DOCKER=1` it fails instead.
///
/// ```ignore
/// if !docker::demanded() { return; }
/// ```
#[must_use]
#[track_caller]
pub(crate) fn demanded() -> bool {
    static ANSWERS: OnceLock<Result<(), String>> = OnceLock::new();
    let answer = ANSWERS.get_or_init(|| {
        if !cfg!(unix) {
            return Err("Docker tests run on Unix".to_owned());
        }
        let version = Command::new("docker")
            .args(["version", "--format", "{{.Server.Version}}"])
            .stdin(Stdio::null())
            .output();
        match version {
            Ok(output) if output.status.success() => Ok(()),
            Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
            Err(error) => Err(format!("docker: {error}")),
        }
    });
    let Err(cause) = answer else { return true };
    assert!(
        env::var_os("TOWNPASS_TEST_DOCKER").is_none_or(|value| value != "1"),
        "TOWNPASS_TEST_DOCKER=1 and no Docker engine answers: {cause}"
    );
    skip("no Docker engine");
    false
}

/// Whether the real Compose plugin is there, the oracle of interoperability. Skips as
/// [`demanded`] does.
#[must_use]
#[track_caller]
pub(crate) fn compose_demanded() -> bool {
    if !demanded() {
        return false;
    }
    if docker(&["compose", "version"]).is_ok() {
        return true;
    }
    assert!(
        env::var_os("TOWNPASS_TEST_DOCKER").is_none_or(|value| value != "1"),
        "TOWNPASS_TEST_DOCKER=1 and there is no Compose plugin: scripts/setup-tests fetches it"
    );
    skip("no Compose plugin");
    false
}

/// Says that the test that runs now is skipped, and why.
#[track_caller]
pub(crate) fn skip(why: &str) {
    let place = std::panic::Location::caller();
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let line = format!("SKIPPED: {why}: {test} ({place})\n");
    // Past the test runner's capture, which hides what a passing test says.
    std::io::stderr()
        .write_all(line.as_bytes())
        .expect("stderr takes a line");
    if let Some(path) = env::var_os("TOWNPASS_TEST_SKIPPED") {
        std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .and_then(|mut file| file.write_all(line.as_bytes()))
            .expect("the list of skipped tests takes a line");
    }
}

/// Runs `docker` with `arguments` and returns its standard output, trimmed.
pub(crate) fn docker(arguments: &[&str]) -> Result<String, String> {
    docker_with(arguments, "")
}

/// As [`docker`], with `input` as standard input.
pub(crate) fn docker_with(arguments: &[&str], input: &str) -> Result<String, String> {
    let mut child = Command::new("docker")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("docker: {error}"))?;
    // A child that ends before it has read all of it closes the pipe: its status says why.
    let _ = child
        .stdin
        .take()
        .expect("stdin is a pipe")
        .write_all(input.as_bytes());
    let output = child
        .wait_with_output()
        .map_err(|error| format!("docker: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }
}

/// What the engine holds of a project: the ids of its containers and networks, the names of its
/// volumes; nothing where there is nothing.
pub(crate) fn left(project: &str) -> String {
    let filter = format!("label=com.docker.compose.project={project}");
    ["ps -aq", "network ls -q", "volume ls -q"]
        .map(|list| {
            let mut arguments: Vec<&str> = list.split(' ').collect();
            arguments.extend(["--filter", &filter]);
            docker(&arguments).expect("the engine answers")
        })
        .concat()
}

/// Removes every container, network and volume that carries the label of `project`.
pub(crate) fn remove_project(project: &str) {
    let filter = format!("label=com.docker.compose.project={project}");
    remove(&["ps", "-aq", "--filter", &filter], &["rm", "-fv"]);
    // What was made for a moment holds its volumes, and is no part of the project to Compose either.
    let helpers = format!("label=io.townpass.helper={project}");
    remove(&["ps", "-aq", "--filter", &helpers], &["rm", "-fv"]);
    remove(
        &["network", "ls", "-q", "--filter", &filter],
        &["network", "rm"],
    );
    remove(
        &["volume", "ls", "-q", "--filter", &filter],
        &["volume", "rm", "-f"],
    );
    // Copies of its data are no part of the project to Compose, and carry a label of our own.
    let copies = format!("label=io.townpass.snapshot.project={project}");
    remove(
        &["volume", "ls", "-q", "--filter", &copies],
        &["volume", "rm", "-f"],
    );
    // Images built for the project's services are called after it.
    let images = format!("reference={project}-*");
    remove(
        &["image", "ls", "-q", "--filter", &images],
        &["image", "rm", "-f"],
    );
}

/// Removes what `list` prints with `verb`. Runs while a test may be panicking: no panic of its own.
pub(crate) fn remove(list: &[&str], verb: &[&str]) {
    match docker(list) {
        Ok(found) if !found.is_empty() => {
            let arguments: Vec<&str> = verb.iter().copied().chain(found.lines()).collect();
            if let Err(error) = docker(&arguments) {
                let line = format!("left behind by {list:?}: {error}\n");
                // Nothing more can be done where even stderr is gone.
                let _ = std::io::stderr().write_all(line.as_bytes());
            }
        }
        Ok(_) | Err(_) => {}
    }
}
