//! Whether what a project refers to is there.

use super::{
    error::{Error, Problem},
    model::{Mount, MountKind, Project, Service},
    nearest::nearest,
    source::Place,
};

/// Checks the references of every enabled service.
pub(in crate::compose) fn check(project: &Project) -> Result<(), Error> {
    project
        .services
        .values()
        .try_for_each(|service| check_service(project, service))
}

fn check_service(project: &Project, service: &Service) -> Result<(), Error> {
    let place = |keys: &[&str]| {
        service
            .place_of(keys)
            .cloned()
            .unwrap_or_else(Place::nowhere)
    };
    if service.image.is_none() && service.build.is_none() && service.extension("provider").is_none()
    {
        return Err(Problem::NoImage {
            service: service.name.to_string(),
        }
        .at(&place(&[])));
    }
    if let Some(build) = &service.build
        && build.dockerfile.is_some()
        && build.dockerfile_inline.is_some()
    {
        return Err(exclusive(
            "dockerfile",
            "dockerfile_inline",
            &place(&["build", "dockerfile_inline"]),
        ));
    }
    if service.network_mode.is_some() && !service.networks.is_empty() {
        return Err(exclusive(
            "network_mode",
            "networks",
            &place(&["network_mode"]),
        ));
    }
    if service.replicas() > 1 && service.container_name.is_some() {
        return Err(exclusive(
            "container_name",
            "scale",
            &place(&["container_name"]),
        ));
    }
    references(project, service)
}

/// Networks, services, volumes, secrets and configs that a service refers to.
fn references(project: &Project, service: &Service) -> Result<(), Error> {
    let place = |keys: &[&str]| {
        service
            .place_of(keys)
            .cloned()
            .unwrap_or_else(Place::nowhere)
    };
    let undefined = |what: &'static str, name: &str, known: Vec<&str>, at: &[&str]| {
        Problem::Undefined {
            service: service.name.to_string(),
            what,
            name: name.to_owned(),
            nearest: nearest(name, known),
        }
        .at(&place(at))
    };
    let unknown_network = |key: &&String| !project.networks.contains_key(*key);
    if let Some(network) = service.networks.keys().find(unknown_network) {
        let known = project.networks.keys().map(String::as_str).collect();
        return Err(undefined("network", network, known, &["networks", network]));
    }
    for (name, dependency) in &service.depends_on {
        if dependency.required && project.service(name.as_str()).is_none() {
            let known = project
                .services
                .keys()
                .map(crate::ident::ServiceName::as_str)
                .collect();
            return Err(undefined(
                "service",
                name.as_str(),
                known,
                &["depends_on", name.as_str()],
            ));
        }
    }
    for (at, mount) in service.volumes.iter().enumerate() {
        if let Some(volume) = named_volume(mount)
            && !project.volumes.contains_key(volume)
        {
            let place = service
                .place_of_item("volumes", at)
                .cloned()
                .unwrap_or_else(Place::nowhere);
            return Err(Problem::Undefined {
                service: service.name.to_string(),
                what: "volume",
                name: volume.to_owned(),
                nearest: nearest(volume, project.volumes.keys().map(String::as_str)),
            }
            .at(&place));
        }
    }
    for secret in service
        .secrets
        .iter()
        .filter_map(|mount| mount.source.as_deref())
    {
        if !project.secrets.contains_key(secret) {
            let known = project.secrets.keys().map(String::as_str).collect();
            return Err(undefined("secret", secret, known, &["secrets"]));
        }
    }
    for config in service
        .configs
        .iter()
        .filter_map(|mount| mount.source.as_deref())
    {
        if !project.configs.contains_key(config) {
            let known = project.configs.keys().map(String::as_str).collect();
            return Err(undefined("config", config, known, &["configs"]));
        }
    }
    Ok(())
}

/// The key of the volume that a mount refers to.
fn named_volume(mount: &Mount) -> Option<&str> {
    mount
        .source
        .as_deref()
        .filter(|_| mount.kind == MountKind::Volume)
}

fn exclusive(first: &str, second: &str, place: &Place) -> Error {
    Problem::Exclusive {
        first: first.to_owned(),
        second: second.to_owned(),
    }
    .at(place)
}
