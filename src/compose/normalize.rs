//! What the specification implies: the default network, dependencies by reference, real names.

use super::{
    assemble::entries_mut,
    paths,
    source::Place,
    template::Lookup,
    yaml::{Map, Node, Value},
};
use crate::ident::ProjectName;

/// Makes explicit what a whole model implies.
pub(in crate::compose) fn normalize(model: &mut Node, project: &ProjectName, lookup: Lookup<'_>) {
    default_network(model);
    for service in entries_mut(model, "services") {
        build(service, lookup);
        if let Some(environment) = service.get_mut("environment") {
            inherit(environment, lookup, Unset::Keep);
        }
        implied_dependencies(service);
        if let Some(Value::List(mounts)) = service.get_mut("volumes").map(|node| &mut node.value) {
            for target in mounts
                .iter_mut()
                .filter_map(|mount| mount.as_map_mut()?.get_mut("target"))
            {
                if let Value::Text(path) = &mut target.value {
                    *path = paths::clean_slashes(path);
                }
            }
        }
    }
    real_names(model, project);
}

/// Services that name no network are on `default`, which exists only for them.
fn default_network(model: &mut Node) {
    let place = model.place.clone();
    let null = || Node::new(place.clone(), Value::Null);
    let mut used = false;
    for service in entries_mut(model, "services") {
        if service.get("network_mode").is_some() {
            continue;
        }
        let named = service.get("networks").and_then(Node::as_map);
        match named {
            Some(networks) if !networks.is_empty() => used |= networks.get("default").is_some(),
            _ => {
                let mut networks = Map::default();
                networks.set("default", null());
                service.set("networks", Node::new(place.clone(), Value::Map(networks)));
                used = true;
            }
        }
    }
    if !used {
        return;
    }
    let Some(map) = model.as_map_mut() else {
        return;
    };
    if map.get("networks").is_none_or(Node::is_null) {
        map.set("networks", Node::map(place.clone()));
    }
    if let Some(networks) = map.get_mut("networks").and_then(Node::as_map_mut) {
        networks.set_default("default", &place, Value::Null);
    }
}

fn build(service: &mut Map, lookup: Lookup<'_>) {
    let Some(build) = service.get_mut("build") else {
        return;
    };
    let place = build.place.clone();
    let Some(build) = build.as_map_mut() else {
        return;
    };
    if build.get("dockerfile_inline").is_none() {
        build.set_default("dockerfile", &place, Value::Text("Dockerfile".to_owned()));
    }
    if let Some(args) = build.get_mut("args") {
        inherit(args, lookup, Unset::Drop);
    }
}

/// What becomes of a name without a value that is not set outside either.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unset {
    Keep,
    Drop,
}

/// Gives names without a value the value that they have outside.
fn inherit(node: &mut Node, lookup: Lookup<'_>, unset: Unset) {
    match &mut node.value {
        Value::Map(map) => {
            for entry in map.iter_mut().filter(|entry| entry.node.is_null()) {
                if let Some(value) = lookup(&entry.key) {
                    entry.node.value = Value::Text(value);
                }
            }
            if unset == Unset::Drop {
                map.retain(|entry| !entry.node.is_null());
            }
        }
        Value::List(items) => {
            for item in items.iter_mut() {
                if let Value::Text(name) = &mut item.value
                    && !name.contains('=')
                    && let Some(value) = lookup(name)
                {
                    *name = format!("{name}={value}");
                }
            }
            if unset == Unset::Drop {
                items.retain(|item| item.as_text().is_some_and(|text| text.contains('=')));
            }
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {}
    }
}

/// Links, shared namespaces and shared volumes need the service that they name.
fn implied_dependencies(service: &mut Map) {
    let mut implied: Vec<(String, bool, Place)> = Vec::new();
    let texts = |key: &str| -> Vec<(String, Place)> {
        let list = service.get(key).and_then(Node::as_list).unwrap_or_default();
        list.iter()
            .filter_map(|node| Some((node.as_text()?.to_owned(), node.place.clone())))
            .collect()
    };
    for (link, place) in texts("links") {
        let name = link.split(':').next().unwrap_or("").to_owned();
        implied.push((name, true, place));
    }
    for namespace in ["network_mode", "ipc", "pid", "uts", "cgroup"] {
        let node = service.get(namespace);
        let shared = node
            .and_then(Node::as_text)
            .and_then(|text| text.strip_prefix("service:"));
        if let (Some(node), Some(shared)) = (node, shared) {
            implied.push((shared.to_owned(), true, node.place.clone()));
        }
    }
    for (from, place) in texts("volumes_from") {
        if !from.starts_with("container:") {
            let name = from.split(':').next().unwrap_or("").to_owned();
            implied.push((name, false, place));
        }
    }
    for (name, restart, place) in implied {
        let mut dependency = Map::default();
        dependency.set("condition", Node::text(place.clone(), "service_started"));
        dependency.set("restart", Node::new(place.clone(), Value::Bool(restart)));
        dependency.set("required", Node::new(place.clone(), Value::Bool(true)));
        service.set_default("depends_on", &place, Value::Map(Map::default()));
        if let Some(known) = service.get_mut("depends_on").and_then(Node::as_map_mut) {
            known.set_default(&name, &place, Value::Map(dependency));
        }
    }
}

/// `<project>_<key>`, unless there is a name; an external thing is called by its key.
fn real_names(model: &mut Node, project: &ProjectName) {
    for kind in ["networks", "volumes", "configs", "secrets"] {
        let Some(map) = model
            .as_map_mut()
            .and_then(|map| map.get_mut(kind))
            .and_then(Node::as_map_mut)
        else {
            continue;
        };
        for entry in map.iter_mut() {
            let place = entry.place.clone();
            if entry.node.is_null() {
                entry.node = Node::map(place.clone());
            }
            let external = entry.node.get("external").is_some_and(is_true);
            let name = if external {
                entry.key.clone()
            } else {
                format!("{project}_{}", entry.key)
            };
            if let Some(resource) = entry.node.as_map_mut() {
                resource.set_default("name", &place, Value::Text(name));
            }
        }
    }
}

fn is_true(node: &Node) -> bool {
    node.rendered()
        .and_then(|text| super::environment::truth(&text))
        .unwrap_or(false)
}
