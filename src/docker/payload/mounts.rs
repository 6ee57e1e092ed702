//! What is mounted. Named volumes and bind mounts go as bind strings, as Compose sends them:
//! only these let the engine make a missing path of the host.

use std::collections::HashMap;

use bollard::models::{
    Mount as Sent, MountBindOptions, MountBindOptionsPropagationEnum, MountImageOptions,
    MountTmpfsOptions, MountType, MountVolumeOptions,
};

use super::Circumstances;
use crate::compose::{Mount, MountKind, Service};

/// A service's mounts in the two forms in which they are sent.
#[derive(Debug, Default)]
pub(super) struct Mounts {
    /// `source:target:options`.
    pub(super) binds: Vec<String>,
    /// What a bind string cannot say.
    pub(super) others: Vec<Sent>,
    /// Memory file systems of `tmpfs:`.
    pub(super) tmpfs: HashMap<String, String>,
}

/// Sorts a service's mounts, secrets and configs.
pub(super) fn of(service: &Service, around: &Circumstances<'_>) -> Mounts {
    let mut all = Mounts::default();
    for mount in &service.volumes {
        add(&mut all, mount, around);
    }
    for line in &service.tmpfs {
        let (path, options) = line.split_once(':').unwrap_or((line, ""));
        all.tmpfs.insert(path.to_owned(), options.to_owned());
    }
    for (source, target) in super::files::bound_files(service, around.project) {
        all.others.push(Sent {
            typ: Some(MountType::BIND),
            source: Some(source.display().to_string()),
            target: Some(target),
            read_only: Some(true),
            ..Sent::default()
        });
    }
    all
}

fn add(all: &mut Mounts, mount: &Mount, around: &Circumstances<'_>) {
    let target = mount.target.clone().unwrap_or_default();
    let made = mount
        .bind
        .as_ref()
        .is_none_or(|it| it.create_host_path != Some(false));
    let recursive = mount.bind.as_ref().is_some_and(|it| it.recursive.is_some());
    let within = mount.volume.as_ref().is_some_and(|it| it.subpath.is_some());
    match (mount.kind, &mount.source) {
        (MountKind::Bind, Some(source)) if made && !recursive => {
            all.binds.push(bind_string(source, &target, mount));
        }
        (MountKind::Volume, Some(key)) if !within => {
            let name = around.project.volumes.get(key).map_or(key, |it| &it.name);
            all.binds.push(bind_string(name, &target, mount));
        }
        _ => all.others.push(sent(mount, target, around)),
    }
}

/// `source:target:rw`, with what else can be said after a comma.
fn bind_string(source: &str, target: &str, mount: &Mount) -> String {
    let mut options = vec![if mount.read_only { "ro" } else { "rw" }];
    if let Some(bind) = &mount.bind {
        options.extend(bind.selinux.as_deref());
        options.extend(bind.propagation.as_deref());
    }
    if mount.volume.as_ref().is_some_and(|it| it.nocopy) {
        options.push("nocopy");
    }
    format!("{source}:{target}:{}", options.join(","))
}

fn sent(mount: &Mount, target: String, around: &Circumstances<'_>) -> Sent {
    let named = |key: &String| {
        around
            .project
            .volumes
            .get(key)
            .map_or(key, |it| &it.name)
            .clone()
    };
    let source = match mount.kind {
        MountKind::Volume | MountKind::Cluster => mount.source.as_ref().map(named),
        MountKind::Bind | MountKind::NamedPipe | MountKind::Image => mount.source.clone(),
        MountKind::Tmpfs => None,
    };
    Sent {
        typ: Some(match mount.kind {
            MountKind::Volume => MountType::VOLUME,
            MountKind::Bind => MountType::BIND,
            MountKind::Tmpfs => MountType::TMPFS,
            MountKind::NamedPipe => MountType::NPIPE,
            MountKind::Cluster => MountType::CLUSTER,
            MountKind::Image => MountType::IMAGE,
        }),
        source,
        target: Some(target),
        read_only: Some(mount.read_only),
        consistency: mount.consistency.clone(),
        bind_options: mount.bind.as_ref().map(|it| MountBindOptions {
            propagation: it.propagation.as_deref().and_then(propagation),
            create_mountpoint: None,
            non_recursive: (it.recursive.as_deref() == Some("disabled")).then_some(true),
            read_only_non_recursive: (it.recursive.as_deref() == Some("writable")).then_some(true),
            read_only_force_recursive: (it.recursive.as_deref() == Some("readonly"))
                .then_some(true),
        }),
        volume_options: (mount.kind == MountKind::Volume)
            .then_some(mount.volume.as_ref())
            .flatten()
            .map(|it| MountVolumeOptions {
                no_copy: Some(it.nocopy),
                subpath: it.subpath.clone(),
                ..MountVolumeOptions::default()
            }),
        image_options: (mount.kind == MountKind::Image)
            .then(|| mount.volume.as_ref().and_then(|it| it.subpath.clone()))
            .flatten()
            .map(|subpath| MountImageOptions {
                subpath: Some(subpath),
            }),
        tmpfs_options: mount.tmpfs.as_ref().map(|it| MountTmpfsOptions {
            size_bytes: it.size.map(|it| it.0),
            mode: it.mode.map(i64::from),
            ..MountTmpfsOptions::default()
        }),
    }
}

fn propagation(word: &str) -> Option<MountBindOptionsPropagationEnum> {
    use MountBindOptionsPropagationEnum as Sent;
    Some(match word {
        "private" => Sent::PRIVATE,
        "rprivate" => Sent::RPRIVATE,
        "shared" => Sent::SHARED,
        "rshared" => Sent::RSHARED,
        "slave" => Sent::SLAVE,
        "rslave" => Sent::RSLAVE,
        _ => return None,
    })
}
