//! What is mounted in a container.

use bollard::models::MountPoint;

/// Something mounted in a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// Where, inside.
    pub target: String,
    /// What.
    pub source: MountSource,
}

/// What is mounted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MountSource {
    /// A volume, by its name; an unnamed volume has 64 hexadecimal digits.
    Volume(String),
    /// A file or directory of the engine's host.
    Bind(String),
    /// Memory.
    Tmpfs,
    /// Another kind.
    Other(String),
}

impl Mount {
    pub(super) fn read(raw: MountPoint) -> Self {
        let source = match raw.typ.as_deref() {
            Some("volume") => MountSource::Volume(raw.name.unwrap_or_default()),
            Some("bind") => MountSource::Bind(raw.source.unwrap_or_default()),
            Some("tmpfs") => MountSource::Tmpfs,
            other => MountSource::Other(other.unwrap_or_default().to_owned()),
        };
        Self {
            target: raw.destination.unwrap_or_default(),
            source,
        }
    }
}

/// Whether `path` is `parent` or beneath it.
pub(in crate::docker) fn is_within(path: &str, parent: &str) -> bool {
    let parent = parent.trim_end_matches('/');
    let path = path.trim_end_matches('/');
    path == parent
        || path
            .strip_prefix(parent)
            .is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::is_within;

    #[test]
    fn within_counts_whole_components() {
        for (path, parent, expected) in [
            ("/a/b", "/a", true),
            ("/a/b", "/a/b/", true),
            ("/a/bc", "/a/b", false),
            ("/a", "/a/b", false),
            ("/a", "/", true),
        ] {
            assert_eq!(is_within(path, parent), expected, "{path} in {parent}");
        }
    }
}
