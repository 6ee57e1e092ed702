//! Which release of the Compose plugin is installed here, if any.
//!
//! Releases differ in what they hash. A container gets the hash of the release that will look at
//! it, so that its `up` leaves the container alone. Asking takes a process, so it is asked only
//! when a container is created.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

/// A plugin that does not answer by then is none. A machine at its limits takes seconds to start a
/// program, and the hash of another release would make Compose recreate what we create.
const PATIENCE: Duration = Duration::from_secs(20);

/// The release that Docker's own client would run, such as `2.26.1-4`.
pub(in crate::docker) async fn installed(configuration: Option<&Path>) -> Option<String> {
    let plugin = directories(configuration)
        .into_iter()
        .map(|it| it.join(PROGRAM))
        .find(|it| it.is_file())?;
    let asked = Command::new(plugin)
        .args(["version", "--short"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .output();
    let answer = timeout(PATIENCE, asked).await.ok()?.ok()?;
    let text = String::from_utf8(answer.stdout).ok()?;
    release(&text)
}

/// The plugin's file.
const PROGRAM: &str = if cfg!(windows) {
    "docker-compose.exe"
} else {
    "docker-compose"
};

/// Where Docker's own client looks for plugins, in its order.
fn directories(configuration: Option<&Path>) -> Vec<PathBuf> {
    let system: &[&str] = if cfg!(windows) {
        &[
            r"C:\ProgramData\Docker\cli-plugins",
            r"C:\Program Files\Docker\cli-plugins",
        ]
    } else {
        &[
            "/usr/local/lib/docker/cli-plugins",
            "/usr/local/libexec/docker/cli-plugins",
            "/usr/lib/docker/cli-plugins",
            "/usr/libexec/docker/cli-plugins",
        ]
    };
    let own = configuration.map(|it| it.join("cli-plugins"));
    own.into_iter()
        .chain(system.iter().map(PathBuf::from))
        .collect()
}

/// A release in an answer, if it is one.
fn release(answer: &str) -> Option<String> {
    let text = answer.trim().trim_start_matches('v');
    let plausible = text.starts_with(|c: char| c.is_ascii_digit())
        && text.len() < 64
        && text.chars().all(|c| c.is_ascii_graphic());
    plausible.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::release;

    #[test]
    fn only_a_release_is_one() {
        for (answer, expected) in [
            ("2.26.1-4\n", Some("2.26.1-4")),
            ("v5.5.0", Some("5.5.0")),
            ("", None),
            ("Docker Compose version v2", None),
            ("unknown", None),
        ] {
            assert_eq!(release(answer).as_deref(), expected, "{answer}");
        }
    }
}
