//! The container itself: what runs in it, and with what environment.

use std::collections::BTreeMap;

use bollard::models::{ContainerCreateBody, NetworkingConfig};

use super::{Peers, health, host, networking, peers, ports};
use crate::compose::{Generation, Project, Service};
use crate::docker::decide::refusal::Refusal;
use crate::docker::engine::ApiVersion;
use crate::docker::labels::OfContainer;

/// What a service's container is made in.
#[derive(Clone, Copy, Debug)]
pub(in crate::docker) struct Circumstances<'a> {
    /// The project.
    pub(in crate::docker) project: &'a Project,
    /// The container's name.
    pub(in crate::docker) name: &'a str,
    /// The image's name.
    pub(in crate::docker) image: &'a str,
    /// The image's id.
    pub(in crate::docker) image_id: &'a str,
    /// The API that the engine speaks.
    pub(in crate::docker) api: ApiVersion,
    /// The Compose release whose hash the container gets.
    pub(in crate::docker) release: &'a str,
    /// Proxy variables that Docker's own client is configured to hand to every container.
    pub(in crate::docker) proxies: &'a BTreeMap<String, String>,
    /// The containers of the services that are there.
    pub(in crate::docker) peers: &'a Peers,
}

/// The body of the request that creates a service's container.
pub(in crate::docker) fn container(
    service: &Service,
    around: &Circumstances<'_>,
) -> Result<ContainerCreateBody, Refusal> {
    let networking = networking::at_creation(service, around);
    Ok(ContainerCreateBody {
        hostname: service.hostname.clone(),
        domainname: service.domainname.clone(),
        user: service.user.clone(),
        attach_stdin: Some(false),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        exposed_ports: Some(ports::exposed(service)?),
        tty: Some(service.tty),
        open_stdin: Some(service.stdin_open),
        stdin_once: Some(false),
        env: Some(environment(service, around.proxies)),
        cmd: service.command.clone(),
        healthcheck: service
            .healthcheck
            .as_ref()
            .map(|it| health::check(it, around.api)),
        image: Some(around.image.to_owned()),
        working_dir: service.working_dir.clone(),
        entrypoint: service.entrypoint.clone(),
        network_disabled: Some(service.network_mode.as_deref() == Some("disabled")),
        labels: Some(labels(service, around)),
        stop_signal: service.stop_signal.clone(),
        stop_timeout: service
            .stop_grace_period
            .map(|it| whole_seconds(it.nanoseconds())),
        host_config: Some(host::config(service, around)?),
        networking_config: networking.map(|endpoints| NetworkingConfig {
            endpoints_config: Some(endpoints),
        }),
        ..ContainerCreateBody::default()
    })
}

/// The service's variables over the proxies. One without a value is unset in the container.
fn environment(service: &Service, proxies: &BTreeMap<String, String>) -> Vec<String> {
    let inherited = proxies
        .iter()
        .filter(|(name, _)| !service.environment.contains_key(*name))
        .map(|(name, value)| format!("{name}={value}"));
    let own = service.environment.iter().map(|(name, value)| match value {
        Some(value) => format!("{name}={value}"),
        None => name.clone(),
    });
    inherited.chain(own).collect()
}

fn labels(
    service: &Service,
    around: &Circumstances<'_>,
) -> std::collections::HashMap<String, String> {
    let project = around.project;
    let paths = |paths: &[std::path::PathBuf]| -> Vec<String> {
        paths.iter().map(|it| it.display().to_string()).collect()
    };
    let depends_on: Vec<_> = service
        .depends_on
        .iter()
        .map(|(name, it)| format!("{name}:{}:{}", it.condition.as_str(), it.restart))
        .collect();
    OfContainer {
        project: project.name.as_str(),
        service: service.name.as_str(),
        config_hash: &peers::resolved(service, around.peers)
            .config_hash_for(Generation::of(around.release)),
        working_dir: &project.directory.display().to_string(),
        config_files: &paths(&project.files),
        environment_files: &paths(&project.env_files),
        depends_on: &depends_on,
        image: around.image_id,
        release: around.release,
    }
    .over(&service.labels)
    .into_iter()
    .collect()
}

/// Seconds, rounded up: a grace period of 500 ms must not become none.
fn whole_seconds(nanoseconds: i64) -> i64 {
    const SECOND: i64 = 1_000_000_000;
    nanoseconds.max(0).saturating_add(SECOND - 1) / SECOND
}
