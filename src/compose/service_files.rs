//! The files of single services: `env_file` and `label_file`.

use std::{collections::BTreeMap, path::Path};

use super::{
    assemble::shown,
    dotenv,
    environment::{self, Variables},
    error::{Error, Problem},
    files,
    lacking::Lacking,
    model::Service,
    source::Place,
    yaml::Node,
};

/// Reads the files of a service into its environment and labels, which win over them. An env file
/// that is not there is noted: it harms nobody until the service is started.
pub(super) fn read(
    service: &mut Service,
    project: &Variables,
    shown_from: &Path,
) -> Result<(), Error> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for (at, file) in service.env_files.iter().enumerate() {
        if !files::exists(&file.path) {
            if file.required && service.lacking.is_none() {
                let place = place_of(service, "env_file", at);
                service.lacking = Some(Lacking::new(&file.path, shown_from, place));
            }
            continue;
        }
        let text = text_of(&file.path, shown_from, service, "env_file", at)?;
        let lookup = |name: &str| found.get(name).or_else(|| project.get(name)).cloned();
        let parsed = match file.format.as_deref() {
            None => dotenv::parse(&text, &lookup),
            Some("raw") => dotenv::parse_raw(&text, &lookup),
            Some(other) => {
                let place = place_of(service, "env_file", at);
                return Err(Problem::WrongWord {
                    key: "env_file.format".to_owned(),
                    value: other.to_owned(),
                    words: vec!["raw".to_owned()],
                }
                .at(&place));
            }
        };
        let parsed = parsed
            .map_err(|bad| environment::of_line(&shown(shown_from, &file.path), &text, bad))?;
        found.extend(parsed);
    }
    for (name, value) in found {
        service.environment.entry(name).or_insert(Some(value));
    }
    labels(service, shown_from)
}

fn labels(service: &mut Service, shown_from: &Path) -> Result<(), Error> {
    let paths: Vec<String> = label_files(service);
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for (at, path) in paths.iter().map(Path::new).enumerate() {
        if !files::exists(path) {
            return Err(missing(path, shown_from, service, "label_file", at));
        }
        let text = text_of(path, shown_from, service, "label_file", at)?;
        let lookup = |name: &str| found.get(name).cloned();
        let parsed = dotenv::parse(&text, &lookup)
            .map_err(|bad| environment::of_line(&shown(shown_from, path), &text, bad))?;
        found.extend(parsed);
    }
    for (name, value) in found {
        service.labels.entry(name).or_insert(value);
    }
    Ok(())
}

fn label_files(service: &Service) -> Vec<String> {
    let node = service
        .written
        .as_ref()
        .and_then(|node| node.get("label_file"));
    let list = node.and_then(Node::as_list).unwrap_or_default();
    list.iter().filter_map(Node::rendered).collect()
}

fn text_of(
    path: &Path,
    shown_from: &Path,
    service: &Service,
    key: &str,
    at: usize,
) -> Result<String, Error> {
    files::read(path).map_err(|error| {
        Problem::File {
            path: shown(shown_from, path).into(),
            reason: error.to_string(),
        }
        .at(&place_of(service, key, at))
    })
}

fn missing(path: &Path, shown_from: &Path, service: &Service, key: &str, at: usize) -> Error {
    Problem::File {
        path: shown(shown_from, path).into(),
        reason: "it does not exist".to_owned(),
    }
    .at(&place_of(service, key, at))
}

/// Where the entry of a file was written.
fn place_of(service: &Service, key: &str, at: usize) -> Place {
    let node = service.written.as_ref().and_then(|node| node.get(key));
    let item = node.and_then(Node::as_list).and_then(|list| list.get(at));
    let path = item.and_then(|item| item.get("path")).or(item).or(node);
    path.map_or_else(Place::nowhere, |node| node.place.clone())
}
