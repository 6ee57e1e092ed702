//! `deploy`: what Compose takes from the section made for Swarm.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{ByteSize, Cpus, Duration};

/// The deploy section. Outside Swarm, `replicas`, `resources` and `restart_policy` count;
/// the rest is carried for the hash alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Deploy {
    /// `replicated` or `global`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// How many containers. Never part of the hash.
    #[serde(skip)]
    pub replicas: Option<u32>,
    /// Labels of the Swarm service.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Swarm's rolling update, as hashed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_config: Option<Value>,
    /// Swarm's roll-back, as hashed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollback_config: Option<Value>,
    /// Limits and reservations.
    pub resources: Resources,
    /// When to restart. It wins over the service's `restart`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restart_policy: Option<DeployRestart>,
    /// Swarm's placement, as hashed.
    pub placement: Value,
    /// Swarm's endpoint mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_mode: Option<String>,
}

/// What a container may use, and what is kept free for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Resources {
    /// At most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    /// At least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reservations: Option<Limits>,
}

/// One side of [`Resources`].
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Limits {
    /// Processors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpus: Option<Cpus>,
    /// Memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<ByteSize>,
    /// Processes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pids: Option<i64>,
    /// GPUs and the like.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<DeviceRequest>,
    /// Swarm's own resources, as hashed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub generic_resources: Vec<Value>,
}

/// A request for a device that a driver hands out.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DeviceRequest {
    /// What it must be able to do, such as `gpu`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
    /// The driver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<String>,
    /// How many; -1 for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// Which ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub device_ids: Vec<String>,
    /// The driver's own options.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
}

/// When a container is restarted, in Swarm's words.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DeployRestart {
    /// `none`, `on-failure` or `any`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The pause before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<Duration>,
    /// How often at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_attempts: Option<u64>,
    /// How long it must run to count as started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<Duration>,
}
