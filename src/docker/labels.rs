//! The labels by which Compose recognises what belongs to a project.
//!
//! `docker compose ps|logs|exec|stop|down` find containers by `project`, by the mere presence of
//! `config-hash`, and by `oneoff=False`. A container without these is invisible to Compose, and
//! its next `up` then stumbles over the taken name. Networks need `network`, or older releases
//! refuse them. Networks and volumes never get a hash from us: where it is absent Compose leaves
//! them alone, where it differs Compose offers to recreate the volume, and the data is gone.

use std::collections::BTreeMap;

/// The project's name.
pub const PROJECT: &str = "com.docker.compose.project";
/// The service's key.
pub const SERVICE: &str = "com.docker.compose.service";
/// Which replica a container is, from 1.
pub const NUMBER: &str = "com.docker.compose.container-number";
/// `True` for what `run` made, `False` for what `up` made.
pub const ONEOFF: &str = "com.docker.compose.oneoff";
/// The random part of a one-off container's name, in full.
pub const SLUG: &str = "com.docker.compose.slug";
/// The hash of the service's configuration.
pub const CONFIG_HASH: &str = "com.docker.compose.config-hash";
/// The release that wrote the labels.
pub const VERSION: &str = "com.docker.compose.version";
/// The project's directory, absolute, in the platform's own spelling.
pub const WORKING_DIR: &str = "com.docker.compose.project.working_dir";
/// The Compose files, absolute, joined by commas.
pub const CONFIG_FILES: &str = "com.docker.compose.project.config_files";
/// The `--env-file`s, absolute, joined by commas; absent where none was given.
pub const ENVIRONMENT_FILE: &str = "com.docker.compose.project.environment_file";
/// What the service depends on: `service:condition:restart`, joined by commas.
pub const DEPENDS_ON: &str = "com.docker.compose.depends_on";
/// The id of the image the container was made from.
pub const IMAGE: &str = "com.docker.compose.image";
/// A network's key in the Compose file.
pub const NETWORK: &str = "com.docker.compose.network";
/// A volume's key in the Compose file.
pub const VOLUME: &str = "com.docker.compose.volume";

/// The name of a snapshot, on a volume that holds the copy of another.
pub const SNAPSHOT: &str = "io.townpass.snapshot";
/// The name of the volume that a snapshot was copied from.
pub const SNAPSHOT_OF: &str = "io.townpass.snapshot.of";
/// The image whose server wrote what a snapshot holds.
pub const SNAPSHOT_IMAGE: &str = "io.townpass.snapshot.image";
/// The project that a snapshot belongs to. Not Compose's own label, so that Compose leaves it alone.
pub const SNAPSHOT_PROJECT: &str = "io.townpass.snapshot.project";
/// Marks the containers that we run for a moment and remove, with the project's name.
pub const HELPER: &str = "io.townpass.helper";
/// The volume that such a container only looks into.
pub const LOOK: &str = "io.townpass.look";

/// The Compose release whose labels these are where none is installed.
pub const COMPOSE_RELEASE: &str = "5.5.0";

/// Labels, in order.
pub type Labels = BTreeMap<String, String>;

/// What the labels of a service's container say.
#[derive(Clone, Debug)]
pub struct OfContainer<'a> {
    /// The project's name.
    pub project: &'a str,
    /// The service's key.
    pub service: &'a str,
    /// The configuration's hash.
    pub config_hash: &'a str,
    /// The project's directory.
    pub working_dir: &'a str,
    /// The Compose files.
    pub config_files: &'a [String],
    /// The `--env-file`s that were given.
    pub environment_files: &'a [String],
    /// What it depends on, each as `service:condition:restart`.
    pub depends_on: &'a [String],
    /// The image's id.
    pub image: &'a str,
    /// The Compose release whose hash it is.
    pub release: &'a str,
}

impl OfContainer<'_> {
    /// The user's own labels, overridden by Compose's.
    pub fn over(&self, users: &Labels) -> Labels {
        let mut labels = users.clone();
        let mut put = |name: &str, value: String| labels.insert(name.to_owned(), value);
        put(PROJECT, self.project.to_owned());
        put(SERVICE, self.service.to_owned());
        put(NUMBER, "1".to_owned());
        put(ONEOFF, "False".to_owned());
        put(CONFIG_HASH, self.config_hash.to_owned());
        put(VERSION, self.release.to_owned());
        put(WORKING_DIR, self.working_dir.to_owned());
        put(CONFIG_FILES, self.config_files.join(","));
        put(DEPENDS_ON, self.depends_on.join(","));
        put(IMAGE, self.image.to_owned());
        if !self.environment_files.is_empty() {
            put(ENVIRONMENT_FILE, self.environment_files.join(","));
        }
        labels
    }
}

/// The labels of a network, over the user's own.
pub fn of_network(project: &str, key: &str, users: &Labels) -> Labels {
    of_resource(NETWORK, project, key, users)
}

/// The labels of a volume, over the user's own.
pub fn of_volume(project: &str, key: &str, users: &Labels) -> Labels {
    of_resource(VOLUME, project, key, users)
}

fn of_resource(kind: &str, project: &str, key: &str, users: &Labels) -> Labels {
    let mut labels = users.clone();
    labels.insert(kind.to_owned(), key.to_owned());
    labels.insert(PROJECT.to_owned(), project.to_owned());
    labels.insert(VERSION.to_owned(), COMPOSE_RELEASE.to_owned());
    labels
}

#[cfg(test)]
mod tests {
    use super::{CONFIG_HASH, Labels, OfContainer, PROJECT, of_network, of_volume};

    fn reference() -> OfContainer<'static> {
        OfContainer {
            project: "backend",
            service: "db",
            config_hash: "7aead17b",
            working_dir: "/home/u/backend",
            config_files: &[],
            environment_files: &[],
            depends_on: &[],
            image: "sha256:1",
            release: "5.5.0",
        }
    }

    #[test]
    fn a_container_carries_what_compose_looks_for() {
        let files = ["/b/a.yml".to_owned(), "/b/b.yml".to_owned()];
        let labels = OfContainer {
            config_files: &files,
            ..reference()
        }
        .over(&Labels::new());
        let told: Vec<_> = labels.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(
            told,
            [
                "com.docker.compose.config-hash=7aead17b",
                "com.docker.compose.container-number=1",
                "com.docker.compose.depends_on=",
                "com.docker.compose.image=sha256:1",
                "com.docker.compose.oneoff=False",
                "com.docker.compose.project=backend",
                "com.docker.compose.project.config_files=/b/a.yml,/b/b.yml",
                "com.docker.compose.project.working_dir=/home/u/backend",
                "com.docker.compose.service=db",
                "com.docker.compose.version=5.5.0",
            ]
        );
    }

    #[test]
    fn the_users_labels_stay_but_cannot_claim_another_project() {
        let users = Labels::from([
            ("team".to_owned(), "a".to_owned()),
            (PROJECT.to_owned(), "other".to_owned()),
        ]);
        let labels = reference().over(&users);
        assert_eq!(labels["team"], "a");
        assert_eq!(labels[PROJECT], "backend");
    }

    #[test]
    fn networks_and_volumes_have_no_hash() {
        for labels in [
            of_network("backend", "default", &Labels::new()),
            of_volume("backend", "pgdata", &Labels::new()),
        ] {
            assert_eq!(labels.len(), 3);
            assert!(!labels.contains_key(CONFIG_HASH));
        }
    }
}
