//! The sections of a service that are mappings of their own.

use std::{collections::BTreeMap, path::PathBuf};

use super::{field, listing, raw};
use crate::compose::{
    error::{Error, Problem},
    model::{
        Attachment, BindOptions, Blkio, Build, ByteSize, Condition, Dependency, Deploy, Device,
        DeviceRequest, EnvFile, FileMount, HealthCheck, Limits, Logging, Mount, MountKind, Port,
        Resources, TmpfsOptions, VolumeOptions,
        blkio::{DeviceRate, DeviceWeight},
        deploy::DeployRestart,
    },
    yaml::{Map, Node},
};
use crate::ident::ServiceName;

/// `build`.
pub(super) fn build(map: &Map) -> Result<Option<Build>, Error> {
    let Some(map) = field::section(map, "build") else {
        return Ok(None);
    };
    Ok(Some(Build {
        context: field::text(map, "context").unwrap_or_default(),
        dockerfile: field::text(map, "dockerfile"),
        dockerfile_inline: field::text(map, "dockerfile_inline"),
        args: listing::with_gaps(map, "args"),
        labels: listing::mapping(map, "labels"),
        cache_from: listing::texts(map, "cache_from"),
        cache_to: listing::texts(map, "cache_to"),
        no_cache: field::flag(map, "no_cache")?,
        additional_contexts: listing::mapping(map, "additional_contexts"),
        pull: field::flag(map, "pull")?,
        extra_hosts: listing::hosts(map, "extra_hosts")?,
        isolation: field::text(map, "isolation"),
        network: field::text(map, "network"),
        target: field::text(map, "target"),
        secrets: file_mounts(map, "secrets")?,
        ssh: listing::with_gaps(map, "ssh"),
        shm_size: field::size(map, "shm_size")?,
        tags: listing::texts(map, "tags"),
        ulimits: listing::ulimits(map, "ulimits")?,
        platforms: listing::texts(map, "platforms"),
        privileged: field::flag(map, "privileged")?,
        entitlements: listing::texts(map, "entitlements"),
    }))
}

/// `blkio_config`.
pub(super) fn blkio(map: &Map) -> Result<Option<Blkio>, Error> {
    let Some(map) = field::section(map, "blkio_config") else {
        return Ok(None);
    };
    let rates = |key: &str| -> Result<Vec<DeviceRate>, Error> {
        sections(map, key)
            .map(|rate| {
                Ok(DeviceRate {
                    path: field::text(rate, "path").unwrap_or_default(),
                    rate: field::size(rate, "rate")?.unwrap_or(ByteSize(0)),
                })
            })
            .collect()
    };
    Ok(Some(Blkio {
        weight: field::whole(map, "weight")?.filter(|weight| *weight != 0),
        weight_device: sections(map, "weight_device")
            .map(|device| {
                Ok(DeviceWeight {
                    path: field::text(device, "path").unwrap_or_default(),
                    weight: field::whole(device, "weight")?.unwrap_or(0),
                })
            })
            .collect::<Result<_, Error>>()?,
        device_read_bps: rates("device_read_bps")?,
        device_read_iops: rates("device_read_iops")?,
        device_write_bps: rates("device_write_bps")?,
        device_write_iops: rates("device_write_iops")?,
    }))
}

/// `depends_on`.
pub(super) fn depends_on(map: &Map) -> Result<BTreeMap<ServiceName, Dependency>, Error> {
    let Some(map) = field::section(map, "depends_on") else {
        return Ok(BTreeMap::new());
    };
    map.iter()
        .filter_map(|entry| Some((entry, entry.node.as_map()?)))
        .map(|(entry, map)| {
            let condition = match field::text(map, "condition").as_deref() {
                Some("service_healthy") => Condition::Healthy,
                Some("service_completed_successfully") => Condition::CompletedSuccessfully,
                _ => Condition::Started,
            };
            let dependency = Dependency {
                condition,
                restart: field::flag(map, "restart")?,
                required: field::boolean(map, "required")?.unwrap_or(true),
            };
            Ok((ServiceName::new(entry.key.clone()), dependency))
        })
        .collect()
}

/// `deploy`.
pub(super) fn deploy(map: &Map) -> Result<Option<Deploy>, Error> {
    let Some(map) = field::section(map, "deploy") else {
        return Ok(None);
    };
    let resources = match field::section(map, "resources") {
        Some(resources) => Resources {
            limits: limits(resources, "limits")?,
            reservations: limits(resources, "reservations")?,
        },
        None => Resources::default(),
    };
    let restart_policy = match field::section(map, "restart_policy") {
        Some(policy) => Some(DeployRestart {
            condition: field::text(policy, "condition"),
            delay: field::duration(policy, "delay")?,
            max_attempts: field::whole(policy, "max_attempts")?,
            window: field::duration(policy, "window")?,
        }),
        None => None,
    };
    Ok(Some(Deploy {
        mode: field::text(map, "mode"),
        replicas: field::whole(map, "replicas")?,
        labels: listing::mapping(map, "labels"),
        update_config: raw::update(map, "update_config")?,
        rollback_config: raw::update(map, "rollback_config")?,
        resources,
        restart_policy,
        placement: raw::placement(map)?,
        endpoint_mode: field::text(map, "endpoint_mode"),
    }))
}

fn limits(map: &Map, key: &str) -> Result<Option<Limits>, Error> {
    let Some(map) = field::section(map, key) else {
        return Ok(None);
    };
    Ok(Some(Limits {
        cpus: field::cpus(map, "cpus")?,
        memory: field::size(map, "memory")?,
        pids: field::whole_not_zero(map, "pids")?,
        devices: device_requests(map, "devices")?,
        generic_resources: raw::generic_resources(map)?,
    }))
}

/// `gpus` and `devices` of a reservation.
pub(super) fn device_requests(map: &Map, key: &str) -> Result<Vec<DeviceRequest>, Error> {
    sections(map, key)
        .map(|request| {
            let count = match field::text(request, "count") {
                Some(all) if all.eq_ignore_ascii_case("all") => Some(-1),
                _ => field::whole_not_zero(request, "count")?,
            };
            Ok(DeviceRequest {
                capabilities: listing::texts(request, "capabilities"),
                driver: field::text(request, "driver"),
                count,
                device_ids: listing::texts(request, "device_ids"),
                options: listing::mapping(request, "options"),
            })
        })
        .collect()
}

/// `devices`.
pub(super) fn devices(map: &Map) -> Vec<Device> {
    sections(map, "devices")
        .map(|device| Device {
            source: field::text(device, "source"),
            target: field::text(device, "target"),
            permissions: field::text(device, "permissions"),
        })
        .collect()
}

/// `env_file`.
pub(super) fn env_files(map: &Map) -> Result<Vec<EnvFile>, Error> {
    sections(map, "env_file")
        .map(|file| {
            Ok(EnvFile {
                path: PathBuf::from(field::text(file, "path").unwrap_or_default()),
                required: field::boolean(file, "required")?.unwrap_or(true),
                format: field::text(file, "format"),
            })
        })
        .collect()
}

/// `secrets` and `configs`.
pub(super) fn file_mounts(map: &Map, key: &str) -> Result<Vec<FileMount>, Error> {
    sections(map, key)
        .map(|mount| {
            Ok(FileMount {
                source: field::text(mount, "source"),
                target: field::text(mount, "target"),
                uid: field::text(mount, "uid"),
                gid: field::text(mount, "gid"),
                mode: field::mode(mount, "mode")?,
            })
        })
        .collect()
}

/// `healthcheck`.
pub(super) fn healthcheck(map: &Map) -> Result<Option<HealthCheck>, Error> {
    let Some(map) = field::section(map, "healthcheck") else {
        return Ok(None);
    };
    let test = match map.get("test") {
        Some(node) if node.as_text().is_some() => {
            vec!["CMD-SHELL".to_owned(), node.rendered().unwrap_or_default()]
        }
        _ => listing::texts(map, "test"),
    };
    if let (Some(node), Some(first)) = (map.get("test"), test.first())
        && !["CMD", "CMD-SHELL", "NONE"].contains(&first.as_str())
    {
        return Err(Problem::WrongWord {
            key: "healthcheck.test".to_owned(),
            value: first.clone(),
            words: ["CMD", "CMD-SHELL", "NONE"].map(str::to_owned).to_vec(),
        }
        .at(&node.place));
    }
    Ok(Some(HealthCheck {
        test,
        timeout: field::duration(map, "timeout")?,
        interval: field::duration(map, "interval")?,
        retries: field::whole(map, "retries")?,
        start_period: field::duration(map, "start_period")?,
        start_interval: field::duration(map, "start_interval")?,
        disable: field::flag(map, "disable")?,
    }))
}

/// `logging`.
pub(super) fn logging(map: &Map) -> Option<Logging> {
    let map = field::section(map, "logging")?;
    Some(Logging {
        driver: field::text(map, "driver"),
        options: listing::mapping(map, "options"),
    })
}

/// `networks` of a service.
pub(super) fn networks(map: &Map) -> Result<BTreeMap<String, Option<Attachment>>, Error> {
    let Some(map) = field::section(map, "networks") else {
        return Ok(BTreeMap::new());
    };
    map.iter()
        .map(|entry| {
            let attachment = entry.node.as_map().map(attachment).transpose()?;
            Ok((entry.key.clone(), attachment))
        })
        .collect()
}

fn attachment(map: &Map) -> Result<Attachment, Error> {
    Ok(Attachment {
        priority: field::whole_not_zero(map, "priority")?,
        gw_priority: field::whole_not_zero(map, "gw_priority")?,
        aliases: listing::texts(map, "aliases"),
        ipv4_address: field::text(map, "ipv4_address"),
        ipv6_address: field::text(map, "ipv6_address"),
        link_local_ips: listing::texts(map, "link_local_ips"),
        mac_address: field::text(map, "mac_address"),
        driver_opts: listing::mapping(map, "driver_opts"),
    })
}

/// `ports`.
pub(super) fn ports(map: &Map) -> Result<Vec<Port>, Error> {
    sections(map, "ports")
        .map(|port| {
            Ok(Port {
                name: field::text(port, "name"),
                mode: field::text(port, "mode"),
                host_ip: field::text(port, "host_ip"),
                target: field::whole(port, "target")?.unwrap_or(0),
                published: field::text(port, "published"),
                protocol: field::text(port, "protocol"),
                app_protocol: field::text(port, "app_protocol"),
            })
        })
        .collect()
}

/// `volumes` of a service.
pub(super) fn mounts(map: &Map) -> Result<Vec<Mount>, Error> {
    sections(map, "volumes").map(mount).collect()
}

fn mount(map: &Map) -> Result<Mount, Error> {
    let kind = match field::text(map, "type").as_deref() {
        Some("bind") => MountKind::Bind,
        Some("tmpfs") => MountKind::Tmpfs,
        Some("npipe") => MountKind::NamedPipe,
        Some("cluster") => MountKind::Cluster,
        Some("image") => MountKind::Image,
        _ => MountKind::Volume,
    };
    let bind = match field::section(map, "bind") {
        Some(bind) => Some(BindOptions {
            selinux: field::text(bind, "selinux"),
            propagation: field::text(bind, "propagation"),
            create_host_path: field::boolean(bind, "create_host_path")?,
            recursive: field::text(bind, "recursive"),
        }),
        None => None,
    };
    let volume = match field::section(map, "volume") {
        Some(volume) => Some(VolumeOptions {
            nocopy: field::flag(volume, "nocopy")?,
            subpath: field::text(volume, "subpath"),
        }),
        None => None,
    };
    let tmpfs = match field::section(map, "tmpfs") {
        Some(tmpfs) => Some(TmpfsOptions {
            size: field::size(tmpfs, "size")?,
            mode: field::mode(tmpfs, "mode")?.filter(|mode| *mode != 0),
        }),
        None => None,
    };
    Ok(Mount {
        kind,
        source: field::text(map, "source"),
        target: field::text(map, "target"),
        read_only: field::flag(map, "read_only")?,
        consistency: field::text(map, "consistency"),
        bind,
        volume,
        tmpfs,
    })
}

/// The mappings of a list.
fn sections<'a>(map: &'a Map, key: &str) -> impl Iterator<Item = &'a Map> {
    map.get(key)
        .and_then(Node::as_list)
        .unwrap_or_default()
        .iter()
        .filter_map(Node::as_map)
}
