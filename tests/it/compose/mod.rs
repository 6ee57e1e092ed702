//! What our loader makes of Compose files, against what the real Compose plugin makes of them.

mod bad_input;
mod loading;
#[path = "../../../src/compose/shapes.rs"]
mod shapes;

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use serde_json::Value;
use shapes::{SHAPES, Shape};
use townpass::compose::{self, Generation, Project, Request};

use crate::support::docker;

#[test]
fn every_shape_has_the_hash_that_the_plugin_gives_it() {
    if !docker::compose_demanded() {
        return;
    }
    let version = plugin(Path::new("."), &[], &["version", "--short"]);
    let generation = Generation::of(&version);
    let mut wrong = Vec::new();
    let mut seen = 0;
    for shape in SHAPES {
        let directory = written(shape);
        let hashes = plugin(
            directory.path(),
            shape.environment,
            &["config", "--hash", "*"],
        );
        let project = loaded(shape, directory.path());
        for line in hashes.lines() {
            let (service, hash) = line.split_once(' ').expect("a service and its hash");
            seen += 1;
            let ours = &project.services[service];
            if version.starts_with("2.26.1") {
                let recorded = shape.hashes.iter().find(|(name, _)| *name == service);
                assert_eq!(
                    recorded.map(|(_, hash)| *hash),
                    Some(hash),
                    "{}: {service}",
                    shape.name
                );
            }
            if ours.config_hash_for(generation) != hash {
                wrong.push(format!(
                    "{}: {service}\nours:   {}\ntheirs: {}",
                    shape.name,
                    ours.hashed_text(generation),
                    of_service(&configuration(shape, directory.path()), service),
                ));
            }
        }
        assert_eq!(
            hashes.lines().count(),
            project.services.len(),
            "{}",
            shape.name
        );
    }
    assert!(
        wrong.is_empty(),
        "{} of {seen} differ:\n\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
    assert!(seen >= 30, "only {seen} services were compared");
}

#[test]
fn names_and_dependencies_are_those_of_the_plugin() {
    if !docker::compose_demanded() {
        return;
    }
    for shape in SHAPES {
        let directory = written(shape);
        let theirs = configuration(shape, directory.path());
        let ours = loaded(shape, directory.path());
        assert_eq!(theirs["name"], ours.name.as_str(), "{}", shape.name);
        let names = |kind: &str| -> BTreeMap<String, String> {
            let resources = theirs[kind].as_object().cloned().unwrap_or_default();
            resources
                .iter()
                .map(|(key, resource)| {
                    (
                        key.clone(),
                        resource["name"].as_str().unwrap_or("").to_owned(),
                    )
                })
                .collect()
        };
        // The plugin leaves out what no service uses.
        for (key, name) in names("networks") {
            assert_eq!(
                ours.networks[&key].name, name,
                "{}: network {key}",
                shape.name
            );
        }
        for (key, name) in names("volumes") {
            assert_eq!(
                ours.volumes[&key].name, name,
                "{}: volume {key}",
                shape.name
            );
        }
        for (name, service) in &ours.services {
            let theirs = &theirs["services"][name.as_str()]["depends_on"];
            let ours = serde_json::to_value(&service.depends_on).expect("it serialises");
            let nothing = Value::Object(serde_json::Map::new());
            let theirs = if theirs.is_null() { &nothing } else { theirs };
            assert_eq!(&ours, theirs, "{}: {name} depends on", shape.name);
        }
    }
}

/// The directory's name is part of the project, so it is always the same.
fn written(shape: &Shape) -> tempfile::TempDir {
    let directory = tempfile::Builder::new()
        .prefix("shape")
        .tempdir()
        .expect("a directory");
    for (path, text) in shape.files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().expect("it has a parent")).expect("a directory");
        fs::write(path, text).expect("a file");
    }
    directory
}

fn loaded(shape: &Shape, directory: &Path) -> Project {
    let environment = shape
        .environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    compose::load(&Request::in_directory(directory, environment))
        .unwrap_or_else(|error| panic!("{}: {error:?}", shape.name))
}

fn configuration(shape: &Shape, directory: &Path) -> Value {
    let text = plugin(
        directory,
        shape.environment,
        &["config", "--format", "json"],
    );
    serde_json::from_str(&text).expect("the plugin prints JSON")
}

fn of_service(configuration: &Value, service: &str) -> String {
    configuration["services"][service].to_string()
}

fn plugin(directory: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> String {
    let output = Command::new("docker")
        .arg("compose")
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .envs(
            ["PATH", "HOME", "DOCKER_HOST", "DOCKER_CONFIG"]
                .iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?))),
        )
        .envs(environment.iter().copied())
        .output()
        .expect("docker runs");
    assert!(
        output.status.success(),
        "docker compose {arguments:?} in {}: {}",
        directory.display(),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .expect("text")
        .trim()
        .to_owned()
}
