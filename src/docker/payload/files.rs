//! Secrets and configs: files of the host are mounted, texts are written into the container.

use std::path::PathBuf;

use crate::compose::{FileMount, Project, Service};
use crate::secret::Secret;

/// A file to be written into a container before it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::docker) struct InlineFile {
    /// Its path in the container.
    pub(in crate::docker) path: String,
    /// Its text.
    pub(in crate::docker) text: Secret,
    /// Its mode.
    pub(in crate::docker) mode: u32,
    /// Its owner.
    pub(in crate::docker) owner: u64,
    /// Its group.
    pub(in crate::docker) group: u64,
}

/// The files of the host that are mounted, and where.
pub(super) fn bound_files(service: &Service, project: &Project) -> Vec<(PathBuf, String)> {
    let secrets = service.secrets.iter().filter_map(|mount| {
        let source = mount.source.as_deref()?;
        Some((
            project.secrets.get(source)?.file.clone()?,
            secret_target(mount),
        ))
    });
    let configs = service.configs.iter().filter_map(|mount| {
        let source = mount.source.as_deref()?;
        Some((
            project.configs.get(source)?.file.clone()?,
            config_target(mount),
        ))
    });
    secrets.chain(configs).collect()
}

/// The files whose text the project holds itself.
pub(in crate::docker) fn inline_files(service: &Service, project: &Project) -> Vec<InlineFile> {
    let secrets = service.secrets.iter().filter_map(|mount| {
        let secret = project.secrets.get(mount.source.as_deref()?)?;
        let text = secret.content.clone().filter(|_| secret.file.is_none())?;
        Some(inline(mount, secret_target(mount), text))
    });
    let configs = service.configs.iter().filter_map(|mount| {
        let config = project.configs.get(mount.source.as_deref()?)?;
        let text = config.content.clone().filter(|_| config.file.is_none())?;
        Some(inline(mount, config_target(mount), Secret::new(text)))
    });
    secrets.chain(configs).collect()
}

fn inline(mount: &FileMount, path: String, text: Secret) -> InlineFile {
    let number = |it: &Option<String>| it.as_deref().and_then(|it| it.parse().ok()).unwrap_or(0);
    InlineFile {
        path,
        text,
        mode: mount.mode.unwrap_or(0o444),
        owner: number(&mount.uid),
        group: number(&mount.gid),
    }
}

fn secret_target(mount: &FileMount) -> String {
    target(mount, "/run/secrets/")
}

fn config_target(mount: &FileMount) -> String {
    target(mount, "/")
}

fn target(mount: &FileMount, base: &str) -> String {
    let target = mount
        .target
        .as_deref()
        .or(mount.source.as_deref())
        .unwrap_or_default();
    let windows = target.as_bytes().get(1) == Some(&b':');
    if target.starts_with('/') || windows {
        target.to_owned()
    } else {
        format!("{base}{target}")
    }
}
