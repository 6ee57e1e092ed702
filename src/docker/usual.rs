//! The places where an engine is usually found, best first.

use std::path::PathBuf;

use super::endpoint::{Address, Candidate, Origin, Platform, Surroundings};

/// The endpoints to try where nobody named one.
pub(super) fn places(surroundings: &Surroundings) -> Vec<Candidate> {
    let mut places = match surroundings.platform {
        Platform::Linux => linux(surroundings),
        Platform::MacOs => macos(surroundings),
        Platform::Windows => windows(),
    };
    let mut seen = Vec::new();
    places.retain(|place| {
        let new = !seen.contains(&place.address);
        seen.push(place.address.clone());
        new
    });
    places
}

fn socket(path: PathBuf, what: &'static str) -> Candidate {
    Candidate {
        address: Address::Socket(path),
        origin: Origin::Default(what),
    }
}

fn pipe(name: &str, what: &'static str) -> Candidate {
    Candidate {
        address: Address::Pipe(format!("//./pipe/{name}")),
        origin: Origin::Default(what),
    }
}

fn linux(surroundings: &Surroundings) -> Vec<Candidate> {
    let mut places = vec![socket("/var/run/docker.sock".into(), "Docker Engine")];
    let runtime = surroundings.runtime_directory.clone().or_else(|| {
        surroundings
            .user_id
            .map(|id| PathBuf::from(format!("/run/user/{id}")))
    });
    if let Some(runtime) = &runtime {
        places.push(socket(runtime.join("docker.sock"), "rootless Docker"));
    }
    if let Some(home) = &surroundings.home {
        places.extend([
            socket(home.join(".docker/run/docker.sock"), "rootless Docker"),
            socket(home.join(".docker/desktop/docker.sock"), "Docker Desktop"),
            socket(home.join(".colima/default/docker.sock"), "Colima"),
            socket(home.join(".rd/docker.sock"), "Rancher Desktop"),
        ]);
    }
    if let Some(runtime) = &runtime {
        places.push(socket(
            runtime.join("podman/podman.sock"),
            "rootless Podman",
        ));
    }
    places.push(socket("/run/podman/podman.sock".into(), "Podman"));
    places
}

fn macos(surroundings: &Surroundings) -> Vec<Candidate> {
    let mut places = vec![socket("/var/run/docker.sock".into(), "Docker Engine")];
    if let Some(home) = &surroundings.home {
        places.extend([
            socket(home.join(".docker/run/docker.sock"), "Docker Desktop"),
            socket(home.join(".orbstack/run/docker.sock"), "OrbStack"),
            socket(home.join(".colima/default/docker.sock"), "Colima"),
            socket(home.join(".rd/docker.sock"), "Rancher Desktop"),
            socket(
                home.join(".local/share/containers/podman/machine/podman.sock"),
                "Podman",
            ),
        ]);
    }
    places
}

fn windows() -> Vec<Candidate> {
    vec![
        pipe("docker_engine", "Docker Engine"),
        pipe("dockerDesktopLinuxEngine", "Docker Desktop"),
        pipe("podman-machine-default", "Podman"),
    ]
}
