//! The places where an engine is usually found, best first.

use std::path::PathBuf;

use crate::docker::endpoint::address::Address;
use crate::docker::endpoint::surroundings::{Platform, Surroundings};
use crate::docker::endpoint::{Candidate, Origin};

/// The endpoints to try where nobody named one.
pub(in crate::docker) fn places(surroundings: &Surroundings) -> Vec<Candidate> {
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

#[cfg(test)]
mod tests {
    use super::{Platform, Surroundings, places};

    fn told(surroundings: &Surroundings) -> Vec<String> {
        let places = places(surroundings);
        places
            .iter()
            .map(|place| place.address.to_string().replace('\\', "/"))
            .collect()
    }

    #[test]
    fn the_places_of_each_system() {
        let at_home = |platform| Surroundings {
            home: Some("/home/u".into()),
            user_id: Some(1000),
            ..Surroundings::new(platform)
        };
        let linux = [
            "unix:///var/run/docker.sock",
            "unix:///run/user/1000/docker.sock",
            "unix:///home/u/.docker/run/docker.sock",
            "unix:///home/u/.docker/desktop/docker.sock",
            "unix:///home/u/.colima/default/docker.sock",
            "unix:///home/u/.rd/docker.sock",
            "unix:///run/user/1000/podman/podman.sock",
            "unix:///run/podman/podman.sock",
        ];
        assert_eq!(told(&at_home(Platform::Linux)), linux);
        let runtime = Surroundings {
            runtime_directory: Some("/tmp/run".into()),
            ..at_home(Platform::Linux)
        };
        assert_eq!(told(&runtime)[1], "unix:///tmp/run/docker.sock");
        let homeless = Surroundings::new(Platform::Linux);
        assert_eq!(told(&homeless), [linux[0], linux[7]]);
        let mac = told(&at_home(Platform::MacOs));
        assert!(mac.contains(&"unix:///home/u/.orbstack/run/docker.sock".to_owned()));
        let windows = [
            "npipe:////./pipe/docker_engine",
            "npipe:////./pipe/dockerDesktopLinuxEngine",
            "npipe:////./pipe/podman-machine-default",
        ];
        assert_eq!(told(&Surroundings::new(Platform::Windows)), windows);
    }
}
