//! What a container may use. `deploy.resources` wins over the service's own keys.

use bollard::models::{
    DeviceMapping, DeviceRequest as SentRequest, HostConfig, ResourcesBlkioWeightDevice,
    ResourcesUlimits, ThrottleDevice,
};

use crate::compose::{Blkio, Cpus, DeviceRequest, Limits, Service, Ulimit};

/// Adds a service's limits to its host configuration.
pub(super) fn limit(service: &Service, config: HostConfig) -> HostConfig {
    let mut config = HostConfig {
        cgroup_parent: service.cgroup_parent.clone(),
        memory: service.mem_limit.map(|it| it.0),
        memory_swap: service.memswap_limit.map(|it| it.0),
        memory_swappiness: service.mem_swappiness.map(|it| it.0),
        memory_reservation: service.mem_reservation.map(|it| it.0),
        oom_kill_disable: service.oom_kill_disable.then_some(true),
        cpu_count: service.cpu_count,
        cpu_percent: service.cpu_percent.map(|it| scaled(it, 100.0)),
        cpu_period: service.cpu_period,
        cpu_quota: service.cpu_quota,
        cpu_realtime_period: service.cpu_rt_period,
        cpu_realtime_runtime: service.cpu_rt_runtime,
        cpu_shares: service.cpu_shares,
        nano_cpus: service.cpus.map(|it| scaled(it, 1e9)),
        cpuset_cpus: service.cpuset.clone(),
        pids_limit: service.pids_limit.filter(|it| *it != 0),
        device_cgroup_rules: some(service.device_cgroup_rules.clone()),
        devices: some(service.devices.iter().map(device).collect()),
        device_requests: some(
            service
                .gpus
                .iter()
                .map(|it| request(it, Some("gpu")))
                .collect(),
        ),
        ulimits: some(
            service
                .ulimits
                .iter()
                .map(|(name, it)| ulimit(name, *it))
                .collect(),
        ),
        ..config
    };
    if let Some(blkio) = &service.blkio_config {
        config = block_devices(blkio, config);
    }
    let resources = service.deploy.as_ref().map(|it| &it.resources);
    if let Some(limits) = resources.and_then(|it| it.limits.as_ref()) {
        upper(limits, &mut config);
    }
    if let Some(reservations) = resources.and_then(|it| it.reservations.as_ref()) {
        lower(reservations, &mut config);
    }
    config
}

fn upper(limits: &Limits, config: &mut HostConfig) {
    if let Some(memory) = limits.memory.filter(|it| it.0 > 0) {
        config.memory = Some(memory.0);
    }
    if let Some(cpus) = limits.cpus.filter(|it| it.0 > 0.0) {
        config.nano_cpus = Some(scaled(cpus, 1e9));
    }
    if let Some(pids) = limits.pids.filter(|it| *it > 0) {
        config.pids_limit = Some(pids);
    }
}

/// Processors can be reserved in a swarm alone.
fn lower(reservations: &Limits, config: &mut HostConfig) {
    if let Some(memory) = reservations.memory.filter(|it| it.0 > 0) {
        config.memory_reservation = Some(memory.0);
    }
    let requests = reservations.devices.iter().map(|it| request(it, None));
    config
        .device_requests
        .get_or_insert_default()
        .extend(requests);
    if config.device_requests.as_ref().is_some_and(Vec::is_empty) {
        config.device_requests = None;
    }
}

fn device(device: &crate::compose::Device) -> DeviceMapping {
    let source = device.source.clone();
    DeviceMapping {
        path_in_container: device.target.clone().or_else(|| source.clone()),
        path_on_host: source,
        cgroup_permissions: device
            .permissions
            .clone()
            .or_else(|| Some("rwm".to_owned())),
    }
}

fn request(request: &DeviceRequest, implied: Option<&str>) -> SentRequest {
    let mut capabilities = request.capabilities.clone();
    if let Some(implied) = implied.filter(|it| !capabilities.iter().any(|said| said == it)) {
        capabilities.push(implied.to_owned());
    }
    SentRequest {
        driver: request.driver.clone(),
        count: match (request.count, request.device_ids.is_empty()) {
            (None, true) => Some(-1),
            (count, _) => count,
        },
        device_ids: some(request.device_ids.clone()),
        capabilities: Some(vec![capabilities]),
        options: (!request.options.is_empty())
            .then(|| request.options.clone().into_iter().collect()),
    }
}

fn ulimit(name: &str, limit: Ulimit) -> ResourcesUlimits {
    let (soft, hard) = match limit {
        Ulimit::Single(both) => (both, both),
        Ulimit::Range { soft, hard } => (soft, hard),
    };
    ResourcesUlimits {
        name: Some(name.to_owned()),
        soft: Some(soft),
        hard: Some(hard),
    }
}

fn block_devices(blkio: &Blkio, config: HostConfig) -> HostConfig {
    let rates = |all: &[crate::compose::model::DeviceRate]| {
        some(
            all.iter()
                .map(|it| ThrottleDevice {
                    path: Some(it.path.clone()),
                    rate: Some(it.rate.0),
                })
                .collect(),
        )
    };
    let weights = blkio
        .weight_device
        .iter()
        .map(|it| ResourcesBlkioWeightDevice {
            path: Some(it.path.clone()),
            weight: Some(usize::from(it.weight)),
        });
    HostConfig {
        blkio_weight: blkio.weight,
        blkio_weight_device: some(weights.collect()),
        blkio_device_read_bps: rates(&blkio.device_read_bps),
        blkio_device_read_iops: rates(&blkio.device_read_iops),
        blkio_device_write_bps: rates(&blkio.device_write_bps),
        blkio_device_write_iops: rates(&blkio.device_write_iops),
        ..config
    }
}

fn scaled(cpus: Cpus, factor: f64) -> i64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "Compose cuts the fraction off, too"
    )]
    let scaled = (f64::from(cpus.0) * factor) as i64;
    scaled
}

fn some<T>(all: Vec<T>) -> Option<Vec<T>> {
    (!all.is_empty()).then_some(all)
}
