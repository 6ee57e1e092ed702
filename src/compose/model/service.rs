//! One service: what its container is made from.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use super::{
    Attachment, Blkio, Build, ByteSize, Cpus, Dependency, Deploy, Device, DeviceRequest, Duration,
    EnvFile, FileMount, HealthCheck, Hosts, Logging, Mount, Port, PullPolicy, RestartPolicy,
    Ulimit,
};
use crate::compose::lacking::Lacking;
use crate::compose::yaml::Node;
use crate::ident::ServiceName;

/// One service, with everything merged, interpolated and in the long form.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a key of the Compose file"
)]
pub struct Service {
    /// Its key under `services`.
    #[serde(skip)]
    pub name: ServiceName,
    /// Where it was written. [`place_of`](Self::place_of) asks it.
    #[serde(skip)]
    pub written: Option<Node>,
    /// The first of its env files that is not there and would have to be.
    #[serde(skip)]
    pub lacking: Option<Lacking>,
    /// The profiles that enable it; always enabled without. Not part of the hash since Compose 2.30.2.
    #[serde(skip)]
    pub profiles: Vec<String>,
    /// Annotations for the runtime.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, String>,
    /// Whether `docker compose up` shows its log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attach: Option<bool>,
    /// How its image is made. Never part of the hash.
    #[serde(skip)]
    pub build: Option<Build>,
    /// What `docker compose watch` does, as hashed; `up` ignores it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub develop: Option<Json>,
    /// Its share of block devices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blkio_config: Option<Blkio>,
    /// Capabilities added.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cap_add: Vec<String>,
    /// Capabilities taken away.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cap_drop: Vec<String>,
    /// The control group above its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cgroup_parent: Option<String>,
    /// `host` or `private`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cgroup: Option<String>,
    /// Processors it may use (Windows).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_count: Option<i64>,
    /// Per cent of the processors it may use (Windows).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_percent: Option<Cpus>,
    /// The scheduler's period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_period: Option<i64>,
    /// The scheduler's quota.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_quota: Option<i64>,
    /// The real-time scheduler's period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_rt_period: Option<i64>,
    /// The real-time scheduler's runtime.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_rt_runtime: Option<i64>,
    /// Processors it may use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpus: Option<Cpus>,
    /// Which processors it may use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpuset: Option<String>,
    /// Its weight against other containers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_shares: Option<i64>,
    /// Replaces the image's command. Empty clears it.
    pub command: Option<Vec<String>>,
    /// Configs mounted into it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub configs: Vec<FileMount>,
    /// The container's name, in place of `<project>-<service>-1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_name: Option<String>,
    /// Credentials of a managed account (Windows), as hashed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential_spec: Option<Json>,
    /// What must be there before it. Not part of the hash since Compose 2.29.3.
    #[serde(skip)]
    pub depends_on: BTreeMap<ServiceName, Dependency>,
    /// Resources, replicas and restarts in Swarm's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deploy: Option<Deploy>,
    /// Rules for devices.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub device_cgroup_rules: Vec<String>,
    /// Devices of the host.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<Device>,
    /// Name servers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dns: Vec<String>,
    /// Options of the resolver.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dns_opt: Vec<String>,
    /// Search domains.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dns_search: Vec<String>,
    /// Its domain name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domainname: Option<String>,
    /// Replaces the image's entry point. Empty clears it.
    pub entrypoint: Option<Vec<String>>,
    /// Its environment, `env_file`s included. `None` unsets a variable of the image.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<String, Option<String>>,
    /// The files that were read for it. `up` hashes their variables instead.
    #[serde(skip)]
    pub env_files: Vec<EnvFile>,
    /// Ports shown to other containers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expose: Vec<String>,
    /// Containers outside the project that it is linked to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_links: Vec<String>,
    /// Lines for `/etc/hosts`.
    #[serde(skip_serializing_if = "Hosts::is_empty")]
    pub extra_hosts: Hosts,
    /// Further groups of its user.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub group_add: Vec<String>,
    /// GPUs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gpus: Vec<DeviceRequest>,
    /// Its host name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostname: Option<String>,
    /// How the engine asks it how it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub healthcheck: Option<HealthCheck>,
    /// Its image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Whether an init process runs in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub init: Option<bool>,
    /// Its IPC namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipc: Option<String>,
    /// Its isolation technology (Windows).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub isolation: Option<String>,
    /// The user's labels, `label_file`s included.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Services that it knows by another name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
    /// Where its log goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logging: Option<Logging>,
    /// Memory it may use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mem_limit: Option<ByteSize>,
    /// Memory kept free for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mem_reservation: Option<ByteSize>,
    /// Memory and swap it may use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memswap_limit: Option<ByteSize>,
    /// How readily it is swapped out, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mem_swappiness: Option<ByteSize>,
    /// Its MAC address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac_address: Option<String>,
    /// `host`, `none`, `service:…`, `container:…`, in place of networks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_mode: Option<String>,
    /// The networks it is attached to, by key.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub networks: BTreeMap<String, Option<Attachment>>,
    /// Whether the kernel may not kill it for memory.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub oom_kill_disable: bool,
    /// How readily the kernel kills it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oom_score_adj: Option<i64>,
    /// Its process namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<String>,
    /// Processes it may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pids_limit: Option<i64>,
    /// The platform of its image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// Ports published on the host.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<Port>,
    /// Whether it has all rights.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub privileged: bool,
    /// When its image is pulled, as written. Never part of the hash.
    #[serde(skip)]
    pub pull_policy: Option<String>,
    /// Whether its own file system is read-only.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
    /// When it is restarted, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restart: Option<String>,
    /// The runtime.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime: Option<String>,
    /// How many containers. Never part of the hash.
    #[serde(skip)]
    pub scale: Option<u32>,
    /// Secrets mounted into it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub secrets: Vec<FileMount>,
    /// Security options.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security_opt: Vec<String>,
    /// The size of `/dev/shm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shm_size: Option<ByteSize>,
    /// Whether its standard input stays open.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stdin_open: bool,
    /// How long it may take to stop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_grace_period: Option<Duration>,
    /// The signal that stops it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_signal: Option<String>,
    /// Options of its storage.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub storage_opt: BTreeMap<String, String>,
    /// Kernel parameters.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sysctls: BTreeMap<String, String>,
    /// Memory file systems, `path:options`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tmpfs: Vec<String>,
    /// Whether it has a terminal.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub tty: bool,
    /// Limits of its processes.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ulimits: BTreeMap<String, Ulimit>,
    /// The user it runs as.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Its user namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userns_mode: Option<String>,
    /// Its UTS namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uts: Option<String>,
    /// What is mounted into it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<Mount>,
    /// Services or containers whose mounts it shares.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes_from: Vec<String>,
    /// The directory its command starts in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_dir: Option<String>,
    /// Commands after its start, as hashed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post_start: Vec<Json>,
    /// Commands before its stop, as hashed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pre_stop: Vec<Json>,
}

impl Service {
    /// A service of which nothing is said but its name.
    pub fn named(name: ServiceName) -> Self {
        Self {
            name,
            written: None,
            lacking: None,
            profiles: Vec::new(),
            annotations: BTreeMap::new(),
            attach: None,
            build: None,
            develop: None,
            blkio_config: None,
            cap_add: Vec::new(),
            cap_drop: Vec::new(),
            cgroup_parent: None,
            cgroup: None,
            cpu_count: None,
            cpu_percent: None,
            cpu_period: None,
            cpu_quota: None,
            cpu_rt_period: None,
            cpu_rt_runtime: None,
            cpus: None,
            cpuset: None,
            cpu_shares: None,
            command: None,
            configs: Vec::new(),
            container_name: None,
            credential_spec: None,
            depends_on: BTreeMap::new(),
            deploy: None,
            device_cgroup_rules: Vec::new(),
            devices: Vec::new(),
            dns: Vec::new(),
            dns_opt: Vec::new(),
            dns_search: Vec::new(),
            domainname: None,
            entrypoint: None,
            environment: BTreeMap::new(),
            env_files: Vec::new(),
            expose: Vec::new(),
            external_links: Vec::new(),
            extra_hosts: Hosts::default(),
            group_add: Vec::new(),
            gpus: Vec::new(),
            hostname: None,
            healthcheck: None,
            image: None,
            init: None,
            ipc: None,
            isolation: None,
            labels: BTreeMap::new(),
            links: Vec::new(),
            logging: None,
            mem_limit: None,
            mem_reservation: None,
            memswap_limit: None,
            mem_swappiness: None,
            mac_address: None,
            network_mode: None,
            networks: BTreeMap::new(),
            oom_kill_disable: false,
            oom_score_adj: None,
            pid: None,
            pids_limit: None,
            platform: None,
            ports: Vec::new(),
            privileged: false,
            pull_policy: None,
            read_only: false,
            restart: None,
            runtime: None,
            scale: None,
            secrets: Vec::new(),
            security_opt: Vec::new(),
            shm_size: None,
            stdin_open: false,
            stop_grace_period: None,
            stop_signal: None,
            storage_opt: BTreeMap::new(),
            sysctls: BTreeMap::new(),
            tmpfs: Vec::new(),
            tty: false,
            ulimits: BTreeMap::new(),
            user: None,
            userns_mode: None,
            uts: None,
            volumes: Vec::new(),
            volumes_from: Vec::new(),
            working_dir: None,
            post_start: Vec::new(),
            pre_stop: Vec::new(),
        }
    }

    /// A variable of its environment, if it is set.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.environment.get(name)?.as_deref()
    }

    /// When its image is pulled.
    pub fn pull_policy(&self) -> PullPolicy {
        self.pull_policy
            .as_deref()
            .and_then(PullPolicy::parse)
            .unwrap_or_default()
    }

    /// When the engine restarts it: `deploy.restart_policy` over `restart` over never.
    pub fn restart_policy(&self) -> RestartPolicy {
        let of_deploy = self
            .deploy
            .as_ref()
            .and_then(|deploy| deploy.restart_policy.as_ref());
        if let Some(policy) = of_deploy {
            return match policy.condition.as_deref() {
                Some("none") => RestartPolicy::No,
                Some("on-failure") => RestartPolicy::OnFailure(
                    policy
                        .max_attempts
                        .and_then(|attempts| u32::try_from(attempts).ok()),
                ),
                _ => RestartPolicy::Always,
            };
        }
        self.restart
            .as_deref()
            .and_then(RestartPolicy::parse)
            .unwrap_or(RestartPolicy::No)
    }

    /// How many containers it wants.
    pub fn replicas(&self) -> u32 {
        self.scale
            .or_else(|| self.deploy.as_ref()?.replicas)
            .unwrap_or(1)
    }
}
