//! What of a service cannot be carried out on this engine, or by us. Better refused by name than
//! left out in silence.

use crate::compose::{FileMount, MountKind, Project, Service};
use crate::docker::decide::refusal::Refusal;
use crate::docker::engine::ApiVersion;

/// The first thing in a service that we cannot do.
pub(in crate::docker) fn in_service(
    project: &Project,
    service: &Service,
    api: ApiVersion,
) -> Option<Refusal> {
    let (key, because) = by_us(project, service).or_else(|| by_engine(service, api))?;
    Some(Refusal::Unsupported {
        service: service.name.to_string(),
        key: key.to_owned(),
        because,
    })
}

type Reason = (&'static str, String);

fn by_us(project: &Project, service: &Service) -> Option<Reason> {
    let from_swarm = |mounts: &[FileMount], is_external: &dyn Fn(&str) -> Option<bool>| {
        mounts
            .iter()
            .filter_map(|it| it.source.clone())
            .find(|it| is_external(it) == Some(true))
    };
    if service.replicas() != 1 {
        let because = format!(" with {} replicas", service.replicas());
        let of_deploy = service.scale.is_none();
        return Some((
            if of_deploy {
                "deploy.replicas"
            } else {
                "scale"
            },
            because,
        ));
    }
    let plain = [
        ("credential_spec", service.credential_spec.is_some()),
        ("post_start", !service.post_start.is_empty()),
        ("pre_stop", !service.pre_stop.is_empty()),
    ];
    if let Some((key, _)) = plain.into_iter().find(|(_, used)| *used) {
        return Some((key, String::new()));
    }
    let secrets = |name: &str| project.secrets.get(name).map(|it| it.external);
    if let Some(name) = from_swarm(&service.secrets, &secrets) {
        return Some((
            "secrets",
            format!(" with `{name}`, which only a swarm holds"),
        ));
    }
    let configs = |name: &str| project.configs.get(name).map(|it| it.external);
    from_swarm(&service.configs, &configs).map(|name| {
        (
            "configs",
            format!(" with `{name}`, which only a swarm holds"),
        )
    })
}

fn by_engine(service: &Service, api: ApiVersion) -> Option<Reason> {
    let on_network = |wanted: fn(&crate::compose::Attachment) -> bool| {
        service.networks.values().flatten().any(wanted)
    };
    let mounts = |wanted: fn(&crate::compose::Mount) -> bool| service.volumes.iter().any(wanted);
    let needs: [(&'static str, u16, bool); 7] = [
        ("annotations", 43, !service.annotations.is_empty()),
        ("mac_address", 44, service.mac_address.is_some()),
        (
            "networks.mac_address",
            44,
            on_network(|it| it.mac_address.is_some()),
        ),
        (
            "volumes.volume.subpath",
            45,
            mounts(|it| {
                it.kind == MountKind::Volume
                    && it.volume.as_ref().is_some_and(|it| it.subpath.is_some())
            }),
        ),
        (
            "networks.gw_priority",
            48,
            on_network(|it| it.gw_priority.is_some()),
        ),
        (
            "volumes.type: image",
            48,
            mounts(|it| it.kind == MountKind::Image),
        ),
        (
            "volumes.type: cluster",
            42,
            mounts(|it| it.kind == MountKind::Cluster),
        ),
    ];
    let (key, minor, _) = needs.into_iter().find(|(_, minor, used)| {
        *used
            && api
                < ApiVersion {
                    major: 1,
                    minor: *minor,
                }
    })?;
    Some((
        key,
        format!(" by this engine, whose API is {api}; it needs 1.{minor}"),
    ))
}
