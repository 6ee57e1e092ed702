//! The name of an image, taken apart.

use std::fmt;

use crate::docker::Error;

/// `[registry/]path[:tag][@digest]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// As it was written, without tag and digest.
    pub name: String,
    /// The registry's host, with its port.
    pub registry: String,
    /// The tag; `latest` where neither a tag nor a digest was written.
    pub tag: Option<String>,
    /// The digest, as `sha256:…`.
    pub digest: Option<String>,
}

/// The registry of names that name none.
pub const HUB: &str = "docker.io";

impl Reference {
    /// Takes a name apart.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let malformed = || Error::ImageName {
            image: text.to_owned(),
        };
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) if digest.contains(':') => (rest, Some(digest.to_owned())),
            Some(_) => return Err(malformed()),
            None => (text, None),
        };
        // A colon after the last slash begins the tag; one before it belongs to a port.
        let path_start = rest.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = match rest[path_start..].split_once(':') {
            Some((path, tag)) => (&rest[..path_start + path.len()], Some(tag.to_owned())),
            None => (rest, None),
        };
        let registry = match name.split_once('/') {
            Some((first, _)) if first.contains(['.', ':']) || first == "localhost" => {
                if first == "index.docker.io" {
                    HUB
                } else {
                    first
                }
            }
            _ => HUB,
        };
        let path = name
            .strip_prefix(registry)
            .map_or(name, |path| path.trim_start_matches('/'));
        let well_formed = !path.is_empty()
            && path.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_./".contains(&byte)
            })
            && tag.as_deref().is_none_or(is_tag);
        if !well_formed {
            return Err(malformed());
        }
        let tag = match (&digest, tag) {
            (None, None) => Some("latest".to_owned()),
            (_, tag) => tag,
        };
        Ok(Self {
            name: name.to_owned(),
            registry: registry.to_owned(),
            tag,
            digest,
        })
    }

    /// What selects one image among those of the name, as the engine's API wants it. Without,
    /// it would fetch them all.
    pub fn selector(&self) -> &str {
        self.digest
            .as_deref()
            .or(self.tag.as_deref())
            .unwrap_or("latest")
    }
}

fn is_tag(tag: &str) -> bool {
    !tag.is_empty()
        && tag.len() <= 128
        && !tag.starts_with(['.', '-'])
        && tag
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Reference;

    #[test]
    fn names_are_taken_apart() {
        let cases = [
            ("postgres", "docker.io", "postgres", "latest"),
            ("postgres:16", "docker.io", "postgres", "16"),
            (
                "docker.io/library/postgres:16-alpine",
                "docker.io",
                "docker.io/library/postgres",
                "16-alpine",
            ),
            ("localhost/app", "localhost", "localhost/app", "latest"),
            (
                "localhost:5000/app:dev",
                "localhost:5000",
                "localhost:5000/app",
                "dev",
            ),
            (
                "127.0.0.1:5000/a/b",
                "127.0.0.1:5000",
                "127.0.0.1:5000/a/b",
                "latest",
            ),
            (
                "ghcr.io/o/app@sha256:abc",
                "ghcr.io",
                "ghcr.io/o/app",
                "sha256:abc",
            ),
            (
                "ghcr.io/o/app:1@sha256:abc",
                "ghcr.io",
                "ghcr.io/o/app",
                "sha256:abc",
            ),
            (
                "index.docker.io/me/x:1",
                "docker.io",
                "index.docker.io/me/x",
                "1",
            ),
        ];
        for (text, registry, name, selector) in cases {
            let reference = Reference::parse(text).expect(text);
            assert_eq!(reference.registry, registry, "{text}");
            assert_eq!(reference.name, name, "{text}");
            assert_eq!(reference.selector(), selector, "{text}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in [
            "",
            ":16",
            "Postgres",
            "post gres",
            "postgres:",
            "postgres:a b",
            "postgres@16",
            "ghcr.io/",
            "a:-x",
        ] {
            assert!(Reference::parse(text).is_err(), "{text}");
        }
    }
}
