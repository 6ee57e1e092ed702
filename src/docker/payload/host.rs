//! How a container sits on its host: mounts, ports, namespaces, rights, log, restarts.

use std::collections::{BTreeMap, HashMap};

use bollard::models::{
    HostConfig, HostConfigCgroupnsModeEnum, HostConfigIsolationEnum, HostConfigLogConfig,
    RestartPolicy as Sent, RestartPolicyNameEnum,
};

use super::peers::namespace;
use super::{Circumstances, mounts, networking, ports, resources};
use crate::compose::{RestartPolicy, Service};
use crate::docker::decide::refusal::Refusal;

/// The host configuration of a service's container.
pub(super) fn config(service: &Service, around: &Circumstances<'_>) -> Result<HostConfig, Refusal> {
    let mounts = mounts::of(service, around);
    let shared = |mode: &Option<String>| mode.as_deref().map(|it| namespace(it, around.peers));
    let security = Security::read(service)?;
    let config = HostConfig {
        binds: Some(mounts.binds),
        mounts: Some(mounts.others),
        tmpfs: (!mounts.tmpfs.is_empty()).then_some(mounts.tmpfs),
        port_bindings: Some(ports::bindings(service)),
        network_mode: Some(networking::mode(service, around)),
        restart_policy: Some(restart_policy(service.restart_policy())),
        log_config: service.logging.as_ref().map(|it| HostConfigLogConfig {
            typ: it.driver.clone(),
            config: (!it.options.is_empty()).then(|| map(&it.options)),
        }),
        cap_add: list(&service.cap_add),
        cap_drop: list(&service.cap_drop),
        group_add: list(&service.group_add),
        dns: list(&service.dns),
        dns_options: list(&service.dns_opt),
        dns_search: list(&service.dns_search),
        extra_hosts: list(&service.extra_hosts.lines(":")),
        security_opt: list(&security.options),
        masked_paths: security.unconfined_paths.then(Vec::new),
        readonly_paths: security.unconfined_paths.then(Vec::new),
        volumes_from: list(&volumes_from(service, around)),
        ipc_mode: shared(&service.ipc),
        pid_mode: shared(&service.pid),
        uts_mode: service.uts.clone(),
        userns_mode: service.userns_mode.clone(),
        cgroupns_mode: match service.cgroup.as_deref() {
            Some("host") => Some(HostConfigCgroupnsModeEnum::HOST),
            Some("private") => Some(HostConfigCgroupnsModeEnum::PRIVATE),
            _ => None,
        },
        isolation: match service.isolation.as_deref() {
            Some("process") => Some(HostConfigIsolationEnum::PROCESS),
            Some("hyperv") => Some(HostConfigIsolationEnum::HYPERV),
            Some("default") => Some(HostConfigIsolationEnum::DEFAULT),
            _ => None,
        },
        init: service.init,
        privileged: Some(service.privileged),
        readonly_rootfs: Some(service.read_only),
        runtime: service.runtime.clone(),
        shm_size: service.shm_size.map(|it| it.0),
        oom_score_adj: service.oom_score_adj,
        storage_opt: (!service.storage_opt.is_empty()).then(|| map(&service.storage_opt)),
        sysctls: (!service.sysctls.is_empty()).then(|| map(&service.sysctls)),
        annotations: (!service.annotations.is_empty()).then(|| map(&service.annotations)),
        ..HostConfig::default()
    };
    Ok(resources::limit(service, config))
}

fn restart_policy(policy: RestartPolicy) -> Sent {
    let (name, maximum_retry_count) = match policy {
        RestartPolicy::No => (RestartPolicyNameEnum::NO, None),
        RestartPolicy::Always => (RestartPolicyNameEnum::ALWAYS, None),
        RestartPolicy::UnlessStopped => (RestartPolicyNameEnum::UNLESS_STOPPED, None),
        RestartPolicy::OnFailure(times) => {
            (RestartPolicyNameEnum::ON_FAILURE, times.map(i64::from))
        }
    };
    Sent {
        name: Some(name),
        maximum_retry_count,
    }
}

/// `service[:ro]` and `container:name[:ro]`, as the engine knows them.
fn volumes_from(service: &Service, around: &Circumstances<'_>) -> Vec<String> {
    let one = |line: &String| {
        if let Some(named) = line.strip_prefix("container:") {
            return named.to_owned();
        }
        let (name, mode) = line.split_once(':').unwrap_or((line, "rw"));
        match around.peers.get(name) {
            Some(peer) => format!("{}:{mode}", peer.id),
            None => line.clone(),
        }
    };
    service.volumes_from.iter().map(one).collect()
}

/// `security_opt`, as far as it needs no file of the host.
struct Security {
    options: Vec<String>,
    unconfined_paths: bool,
}

impl Security {
    fn read(service: &Service) -> Result<Self, Refusal> {
        let mut read = Self {
            options: Vec::new(),
            unconfined_paths: false,
        };
        for option in &service.security_opt {
            let (key, value) = option
                .split_once('=')
                .or_else(|| option.split_once(':'))
                .unwrap_or((option, ""));
            match (key, value) {
                ("systempaths", "unconfined") => read.unconfined_paths = true,
                ("seccomp", profile) if !["unconfined", "builtin"].contains(&profile) => {
                    return Err(Refusal::Unsupported {
                        service: service.name.to_string(),
                        key: "security_opt".to_owned(),
                        because: format!(" with the seccomp profile `{profile}`"),
                    });
                }
                _ => read.options.push(option.clone()),
            }
        }
        Ok(read)
    }
}

/// A list, or nothing: the engine reads an empty one as an order at times.
fn list(lines: &[String]) -> Option<Vec<String>> {
    (!lines.is_empty()).then(|| lines.to_vec())
}

fn map(pairs: &BTreeMap<String, String>) -> HashMap<String, String> {
    pairs.clone().into_iter().collect()
}
