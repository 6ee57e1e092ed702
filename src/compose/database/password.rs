//! The password that a service gives its server, as a value or as a file.

use std::path::{Path, PathBuf};

use crate::compose::{
    error::{Error, Problem, Wanted},
    files,
    model::{FileMount, MountKind, Project, Service},
    source::Place,
};
use crate::secret::Secret;

/// The value of a variable, or the content of the file that `<variable>_FILE` names.
pub(super) fn value_or_file(
    project: &Project,
    service: &Service,
    name: &str,
) -> Result<Option<Secret>, Error> {
    let file_name = format!("{name}_FILE");
    let value = service.variable(name).filter(|value| !value.is_empty());
    let file = service
        .variable(&file_name)
        .filter(|value| !value.is_empty());
    let place = || place(service, &file_name);
    match (value, file) {
        (Some(_), Some(_)) => Err(Problem::Exclusive {
            first: name.to_owned(),
            second: file_name.clone(),
        }
        .at(&place())),
        (Some(value), None) => Ok(Some(Secret::new(value))),
        (None, Some(path)) => content(project, service, path, &place()).map(Some),
        (None, None) => Ok(None),
    }
}

/// The content of a file in the container, where it comes from something that can be read here.
fn content(
    project: &Project,
    service: &Service,
    path: &str,
    place: &Place,
) -> Result<Secret, Error> {
    if let Some(mount) = mounted_as(&service.secrets, path) {
        let secret = mount
            .source
            .as_deref()
            .and_then(|source| project.secrets.get(source));
        if let Some(content) = secret.and_then(|secret| secret.content.as_ref()) {
            return Ok(trimmed(content.reveal()));
        }
        if let Some(file) = secret.and_then(|secret| secret.file.as_deref()) {
            return read(file);
        }
    }
    if let Some(mount) = mounted_as(&service.configs, path) {
        let config = mount
            .source
            .as_deref()
            .and_then(|source| project.configs.get(source));
        if let Some(content) = config.and_then(|config| config.content.as_deref()) {
            return Ok(trimmed(content));
        }
        if let Some(file) = config.and_then(|config| config.file.as_deref()) {
            return read(file);
        }
    }
    if let Some(file) = behind_bind_mount(service, path) {
        return read(&file);
    }
    Err(Problem::Unsupported {
        key: path.to_owned(),
        reason: "the file is not a secret, config or bind mount of this service, so it cannot be read from here; \
                 declare it under `secrets:`"
            .to_owned(),
    }
    .at(place))
}

fn mounted_as<'a>(mounts: &'a [FileMount], path: &str) -> Option<&'a FileMount> {
    mounts.iter().find(|mount| {
        let target = match (&mount.target, &mount.source) {
            (Some(target), _) if target.starts_with('/') => target.clone(),
            (Some(target), _) => format!("/run/secrets/{target}"),
            (None, Some(source)) => format!("/{source}"),
            (None, None) => return false,
        };
        target == path
    })
}

/// The file of the host that a path in the container is.
fn behind_bind_mount(service: &Service, path: &str) -> Option<PathBuf> {
    let under = |target: &str| -> Option<String> {
        let rest = path.strip_prefix(target.trim_end_matches('/'))?;
        (rest.is_empty() || rest.starts_with('/')).then(|| rest.trim_start_matches('/').to_owned())
    };
    service
        .volumes
        .iter()
        .filter(|mount| mount.kind == MountKind::Bind)
        .filter_map(|mount| Some((mount.source.as_deref()?, under(mount.target.as_deref()?)?)))
        .min_by_key(|(_, rest)| rest.len())
        .map(|(source, rest)| {
            let source = Path::new(source);
            if rest.is_empty() {
                source.to_owned()
            } else {
                source.join(rest)
            }
        })
}

fn read(path: &Path) -> Result<Secret, Error> {
    files::read(path)
        .map(|text| trimmed(&text))
        .map_err(|source| Error::Read {
            path: path.to_owned(),
            wanted: Wanted::SecretFile,
            source,
        })
}

/// The entry point reads the file through a shell, which drops the newlines at its end.
fn trimmed(text: &str) -> Secret {
    Secret::new(text.trim_end_matches('\n'))
}

/// Where a variable of a service was written.
pub(super) fn place(service: &Service, variable: &str) -> Place {
    service
        .place_of(&["environment", variable])
        .cloned()
        .unwrap_or_else(Place::nowhere)
}
