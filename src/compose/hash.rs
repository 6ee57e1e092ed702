//! The hash by which Compose knows whether a container is still what its file says.
//!
//! It is taken over Go's JSON of the service: keys in the order of Go's struct, which is the order
//! of [`Service`]'s fields, and `<`, `>`, `&` escaped. A container with another hash is recreated
//! by the next `docker compose up`, so this must be right to the byte.

use std::fmt::Write as _;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::model::Service;

/// Which releases of Compose agree on what is hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Generation {
    /// Up to 2.29.2: dependencies and profiles are hashed.
    WithDependencies,
    /// 2.29.3 to 2.30.1: profiles are hashed.
    WithProfiles,
    /// 2.30.2 to 2.40: neither.
    WithHostPaths,
    /// From 5.0: as before, but a host path that is created when it is missing is not mentioned.
    Current,
}

impl Generation {
    /// The generation of a release such as `2.26.1-4` or `v5.1.0`; the newest where it cannot be read.
    pub fn of(version: &str) -> Self {
        let mut numbers = version
            .trim_start_matches('v')
            .split(|c: char| !c.is_ascii_digit())
            .map_while(|number| number.parse::<u32>().ok());
        let (Some(major), Some(minor)) = (numbers.next(), numbers.next()) else {
            return Self::Current;
        };
        let patch = numbers.next().unwrap_or(0);
        match (major, minor, patch) {
            version if version < (2, 29, 3) => Self::WithDependencies,
            version if version < (2, 30, 2) => Self::WithProfiles,
            version if version < (5, 0, 0) => Self::WithHostPaths,
            _ => Self::Current,
        }
    }
}

impl Service {
    /// The hash that the newest Compose stores on a container of this service.
    pub fn config_hash(&self) -> String {
        self.config_hash_for(Generation::Current)
    }

    /// The hash that a Compose of this generation stores.
    pub fn config_hash_for(&self, generation: Generation) -> String {
        let digest = Sha256::digest(self.hashed_text(generation));
        digest
            .iter()
            .fold(String::with_capacity(64), |mut hash, byte| {
                let _ = write!(hash, "{byte:02x}");
                hash
            })
    }

    /// The text that is hashed.
    pub fn hashed_text(&self, generation: Generation) -> String {
        let Ok(Value::Object(fields)) = serde_json::to_value(self) else {
            return String::new();
        };
        let mut text = Map::new();
        if generation < Generation::WithHostPaths && !self.profiles.is_empty() {
            text.insert("profiles".to_owned(), self.profiles.clone().into());
        }
        for (key, mut value) in fields {
            if comes_after_dependencies(&key)
                && generation == Generation::WithDependencies
                && !self.depends_on.is_empty()
                && !text.contains_key("depends_on")
            {
                text.insert("depends_on".to_owned(), dependencies(self));
            }
            if key == "volumes" {
                host_paths(&mut value, generation);
            }
            text.insert(key, value);
        }
        as_go_escapes(&Value::Object(text).to_string())
    }
}

fn dependencies(service: &Service) -> Value {
    let all = service.depends_on.iter().filter_map(|(name, dependency)| {
        Some((name.to_string(), serde_json::to_value(dependency).ok()?))
    });
    Value::Object(all.collect())
}

/// The keys that stand behind `depends_on`; `entrypoint` is always there.
fn comes_after_dependencies(key: &str) -> bool {
    [
        "deploy",
        "device_cgroup_rules",
        "devices",
        "dns",
        "dns_opt",
        "dns_search",
        "domainname",
        "entrypoint",
    ]
    .contains(&key)
}

/// Whether a host path is created is said when it is the exception, which changed with 5.0.
fn host_paths(mounts: &mut Value, generation: Generation) {
    for mount in mounts.as_array_mut().into_iter().flatten() {
        let Some(bind) = mount.get_mut("bind").and_then(Value::as_object_mut) else {
            continue;
        };
        let said = generation != Generation::Current;
        if bind.get("create_host_path").and_then(Value::as_bool) != Some(said) {
            bind.shift_remove("create_host_path");
        }
    }
}

/// Go's JSON escapes what could end a script in HTML.
fn as_go_escapes(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Generation;
    use crate::compose::{Request, load, shapes::SHAPES};

    #[test]
    fn every_service_has_the_hash_that_compose_was_seen_to_give_it() {
        for shape in SHAPES {
            // It watches `/srv/w`, which Windows reads as a path of the current drive.
            if cfg!(windows) && shape.name == "the rest of a service" {
                continue;
            }
            let directory = tempfile::tempdir().expect("a directory");
            for (path, text) in shape.files {
                let path = directory.path().join(path);
                fs::create_dir_all(path.parent().expect("it has a parent")).expect("a directory");
                fs::write(path, text).expect("a file");
            }
            let environment = shape
                .environment
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            let project =
                load(&Request::in_directory(directory.path(), environment)).expect("it loads");
            assert_eq!(project.services.len(), shape.hashes.len(), "{}", shape.name);
            for (service, hash) in shape.hashes {
                let service = &project.services[*service];
                assert_eq!(
                    service.config_hash_for(Generation::WithDependencies),
                    *hash,
                    "{}: {}",
                    shape.name,
                    service.hashed_text(Generation::WithDependencies)
                );
            }
        }
    }

    /// `up` hashes the variables of an `env_file` and leaves the key out, which `config --hash` of
    /// 2.26 does not show: this was seen on a container that it created.
    #[test]
    fn files_of_variables_and_labels_are_hashed_as_what_they_say() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = "services:\n  db:\n    image: postgres:16\n    env_file: [a.env, {path: none.env, required: false}]\n    label_file: l.env\n    environment: [A=1, OUT]\n    volumes: [\"/tmp/cmpenv/data:/data\", \"pg:/var/lib/postgresql/data\"]\nvolumes: {pg: }\n";
        for (name, text) in [
            ("compose.yaml", file),
            ("a.env", "B=2\nC=${B}x\n"),
            ("l.env", "lab=el\n"),
        ] {
            fs::write(directory.path().join(name), text).expect("a file");
        }
        let request = Request::in_directory(directory.path(), std::collections::BTreeMap::new());
        let project = load(&request).expect("it loads");
        assert_eq!(
            project.services["db"].config_hash_for(Generation::WithDependencies),
            "a72e4e3c2f93267c10025d7365a7cadb6410687e6c3ce157a0d03812443b8e03"
        );
    }

    #[test]
    fn what_later_releases_leave_out_changes_the_text_alone_there() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = "services:\n  a: { image: x, depends_on: [b], volumes: [\"/h:/h\"] }\n  b: { image: x }\n";
        fs::write(directory.path().join("compose.yaml"), file).expect("a file");
        let request = Request::in_directory(directory.path(), std::collections::BTreeMap::new());
        let project = load(&request).expect("it loads");
        let text = |generation| project.services["a"].hashed_text(generation);
        assert!(text(Generation::WithDependencies).contains(
            r#""depends_on":{"b":{"condition":"service_started","required":true}},"entrypoint""#
        ));
        assert!(!text(Generation::WithProfiles).contains("depends_on"));
        assert!(text(Generation::WithHostPaths).contains(r#""bind":{"create_host_path":true}"#));
        assert!(text(Generation::Current).contains(r#""bind":{}"#));
    }

    #[test]
    fn releases_belong_to_generations() {
        for (version, generation) in [
            ("2.26.1-4", Generation::WithDependencies),
            ("v2.29.2", Generation::WithDependencies),
            ("2.29.3", Generation::WithProfiles),
            ("2.30.1", Generation::WithProfiles),
            ("2.30.2", Generation::WithHostPaths),
            ("2.40.3-desktop.1", Generation::WithHostPaths),
            ("5.0.0", Generation::Current),
            ("v5.5.0", Generation::Current),
            ("dev", Generation::Current),
        ] {
            assert_eq!(Generation::of(version), generation, "{version}");
        }
    }
}
