//! Lists in which a later entry replaces an earlier one with the same key.

use std::collections::HashMap;

use super::{
    error::Error,
    short,
    yaml::{Node, Path, Value, node::matches},
};

/// What makes entries of a list the same.
#[derive(Clone, Copy)]
enum Key {
    /// What stands before `=`, or all of it.
    BeforeEquals,
    /// The path in the container.
    MountTarget,
    /// The path of a device in the container.
    DeviceTarget,
    /// The target, or the source below a directory.
    FileTarget(&'static str),
    /// Host address, published port, target and protocol.
    Port,
    /// The path of the file.
    EnvFile,
    /// The port.
    Expose,
}

const KEYS: [(&str, Key); 29] = [
    ("networks.*.labels", Key::BeforeEquals),
    ("networks.*.ipam.options", Key::BeforeEquals),
    ("services.*.annotations", Key::BeforeEquals),
    ("services.*.build.args", Key::BeforeEquals),
    ("services.*.build.additional_contexts", Key::BeforeEquals),
    ("services.*.build.platform", Key::BeforeEquals),
    ("services.*.build.tags", Key::BeforeEquals),
    ("services.*.build.labels", Key::BeforeEquals),
    ("services.*.cap_add", Key::BeforeEquals),
    ("services.*.cap_drop", Key::BeforeEquals),
    ("services.*.configs", Key::FileTarget("")),
    ("services.*.deploy.labels", Key::BeforeEquals),
    ("services.*.devices", Key::DeviceTarget),
    ("services.*.dns", Key::BeforeEquals),
    ("services.*.dns_opt", Key::BeforeEquals),
    ("services.*.dns_search", Key::BeforeEquals),
    ("services.*.environment", Key::BeforeEquals),
    ("services.*.env_file", Key::EnvFile),
    ("services.*.expose", Key::Expose),
    ("services.*.labels", Key::BeforeEquals),
    ("services.*.links", Key::BeforeEquals),
    ("services.*.networks.*.aliases", Key::BeforeEquals),
    ("services.*.networks.*.link_local_ips", Key::BeforeEquals),
    ("services.*.ports", Key::Port),
    ("services.*.profiles", Key::BeforeEquals),
    ("services.*.secrets", Key::FileTarget("/run/secrets")),
    ("services.*.sysctls", Key::BeforeEquals),
    ("services.*.tmpfs", Key::BeforeEquals),
    ("services.*.volumes", Key::MountTarget),
];

/// Lets later entries replace earlier ones everywhere in a document.
pub(in crate::compose) fn enforce(node: &mut Node, path: &mut Path) -> Result<(), Error> {
    match &mut node.value {
        Value::Map(map) => {
            for entry in map.iter_mut() {
                path.push(entry.key.clone());
                enforce(&mut entry.node, path)?;
                path.pop();
            }
        }
        Value::List(items) => {
            if let Some((_, key)) = KEYS.iter().find(|(pattern, _)| matches(path, pattern)) {
                *items = without_repetition(std::mem::take(items), *key)?;
            }
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {}
    }
    Ok(())
}

fn without_repetition(items: Vec<Node>, key: Key) -> Result<Vec<Node>, Error> {
    let mut result: Vec<Node> = Vec::with_capacity(items.len());
    let mut seen: HashMap<String, usize> = HashMap::new();
    for item in items {
        let key = key_of(&item, key)?;
        if let Some(at) = seen.get(&key) {
            result[*at] = item;
        } else {
            seen.insert(key, result.len());
            result.push(item);
        }
    }
    Ok(result)
}

fn key_of(item: &Node, key: Key) -> Result<String, Error> {
    let field = |name: &str| item.get(name).and_then(Node::rendered);
    let text = || item.rendered().unwrap_or_default();
    if item.as_map().is_none() {
        return Ok(match key {
            Key::BeforeEquals => text().split('=').next().unwrap_or("").to_owned(),
            Key::MountTarget => match item.as_text() {
                Some(spec) => short::mount(spec, &item.place)?.target.unwrap_or_default(),
                None => String::new(),
            },
            Key::DeviceTarget => {
                let text = text();
                let mut parts = text.split(':');
                let source = parts.next().unwrap_or("").to_owned();
                parts.next().map_or(source, str::to_owned)
            }
            Key::FileTarget(directory) => format!("{directory}/{}", text()),
            Key::Port | Key::EnvFile | Key::Expose => text(),
        });
    }
    Ok(match key {
        Key::MountTarget | Key::DeviceTarget => field("target").unwrap_or_default(),
        Key::FileTarget(directory) => field("target")
            .unwrap_or_else(|| format!("{directory}/{}", field("source").unwrap_or_default())),
        Key::Port => format!(
            "{}:{}:{}/{}",
            field("host_ip").unwrap_or_else(|| "0.0.0.0".to_owned()),
            field("published").unwrap_or_else(|| "-".to_owned()),
            field("target").unwrap_or_default(),
            field("protocol").unwrap_or_else(|| "tcp".to_owned()),
        ),
        Key::EnvFile => field("path").unwrap_or_default(),
        Key::BeforeEquals | Key::Expose => String::new(),
    })
}
