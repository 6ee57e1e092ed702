//! Short forms become long forms, in the tree itself, so that files merge in one form.

use super::{
    error::{Error, Problem},
    merge, short,
    yaml::{Map, Node, Path, Value, node::matches},
};

/// Brings a whole document into the long form.
pub(in crate::compose) fn canonical(node: &mut Node) -> Result<(), Error> {
    walk(node, &mut Vec::new(), &long_form)
}

/// Fills in what the specification says of keys that are missing.
pub(in crate::compose) fn defaults(node: &mut Node) -> Result<(), Error> {
    walk(node, &mut Vec::new(), &|node, path| {
        default_of(node, path);
        Ok(())
    })
}

/// Changes every node for which `change` has a rule, from the outside in.
fn walk(
    node: &mut Node,
    path: &mut Path,
    change: &dyn Fn(&mut Node, &Path) -> Result<(), Error>,
) -> Result<(), Error> {
    change(node, path)?;
    match &mut node.value {
        Value::Map(map) => {
            for entry in map.iter_mut() {
                path.push(entry.key.clone());
                walk(&mut entry.node, path, change)?;
                path.pop();
            }
        }
        Value::List(items) => {
            path.push("[]".to_owned());
            for item in items {
                walk(item, path, change)?;
            }
            path.pop();
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {}
    }
    Ok(())
}

fn long_form(node: &mut Node, path: &Path) -> Result<(), Error> {
    let at = |pattern: &str| matches(path, pattern);
    if at("services.*.build") {
        key_for_text(node, "context");
    } else if at("services.*.extends") {
        key_for_text(node, "service");
    } else if at("services.*.secrets.[]")
        || at("services.*.configs.[]")
        || at("services.*.build.secrets.[]")
    {
        key_for_text(node, "source");
    } else if at("services.*.dns") || at("services.*.label_file") {
        if node.as_text().is_some() {
            *node = merge::sequence(node.clone());
        }
    } else if at("services.*.depends_on") {
        depends_on(node);
    } else if at("services.*.networks") {
        *node = merge::attachments(node.clone());
    } else if at("services.*.env_file") {
        env_files(node);
    } else if at("services.*.ports") {
        return ports(node);
    } else if at("services.*.volumes.[]") {
        return mount(node);
    } else if at("services.*.devices.[]") {
        device(node);
    } else if at("services.*.gpus") {
        gpus(node);
    } else if at("services.*.build.additional_contexts") || at("services.*.build.ssh") {
        key_values(node);
    } else if at("volumes.*") || at("networks.*") || at("secrets.*") || at("configs.*") {
        return external(node, path);
    }
    Ok(())
}

fn default_of(node: &mut Node, path: &Path) {
    let at = |pattern: &str| matches(path, pattern);
    let place = node.place.clone();
    let Some(map) = node.as_map_mut() else {
        return;
    };
    let mut set =
        |key: &str, value: &str| map.set_default(key, &place, Value::Text(value.to_owned()));
    if at("services.*.build") {
        set("context", ".");
    } else if at("services.*.ports.[]") {
        set("protocol", "tcp");
        set("mode", "ingress");
    } else if at("services.*.secrets.[]") {
        let source = map
            .get("source")
            .and_then(Node::rendered)
            .unwrap_or_default();
        let target = format!("/run/secrets/{source}");
        map.set_default("target", &place, Value::Text(target));
    } else if (at("services.*.gpus.[]")
        || at("services.*.deploy.resources.reservations.devices.[]"))
        && map.get("device_ids").is_none()
    {
        map.set_default("count", &place, Value::Text("all".to_owned()));
    }
}

/// A text alone becomes a mapping that has it under `key`.
fn key_for_text(node: &mut Node, key: &str) {
    if node.as_text().is_some() {
        let mut map = Map::default();
        map.set(key, node.clone());
        *node = Node::new(node.place.clone(), Value::Map(map));
    }
}

fn depends_on(node: &mut Node) {
    *node = merge::dependencies(node.clone());
    for entry in node.as_map_mut().into_iter().flat_map(Map::iter_mut) {
        let place = entry.place.clone();
        if let Some(map) = entry.node.as_map_mut() {
            map.set_default(
                "condition",
                &place,
                Value::Text("service_started".to_owned()),
            );
            map.set_default("required", &place, Value::Bool(true));
        }
    }
}

fn env_files(node: &mut Node) {
    *node = if node.as_map().is_some() {
        Node::new(node.place.clone(), Value::List(vec![node.clone()]))
    } else {
        merge::sequence(node.clone())
    };
    if let Value::List(items) = &mut node.value {
        for item in items {
            key_for_text(item, "path");
            let place = item.place.clone();
            if let Some(map) = item.as_map_mut() {
                map.set_default("required", &place, Value::Bool(true));
            }
        }
    }
}

fn ports(node: &mut Node) -> Result<(), Error> {
    let Value::List(items) = &mut node.value else {
        return Ok(());
    };
    let mut result = Vec::with_capacity(items.len());
    for item in std::mem::take(items) {
        if item.as_map().is_some() {
            result.push(item);
            continue;
        }
        for port in short::ports(&item.rendered().unwrap_or_default(), &item.place)? {
            let mut map = Map::default();
            let fields = [
                ("mode", port.mode),
                ("host_ip", port.host_ip),
                ("target", Some(port.target.to_string())),
                ("published", port.published),
                ("protocol", port.protocol),
            ];
            for (key, value) in fields {
                if let Some(value) = value {
                    map.set(key, Node::text(item.place.clone(), value));
                }
            }
            result.push(Node::new(item.place.clone(), Value::Map(map)));
        }
    }
    *items = result;
    Ok(())
}

fn mount(node: &mut Node) -> Result<(), Error> {
    let Some(spec) = node.as_text() else {
        return Ok(());
    };
    let place = node.place.clone();
    let mount = short::mount(spec, &place)?;
    let text = |text: String| Node::text(place.clone(), text);
    let yes = || Node::new(place.clone(), Value::Bool(true));
    let mut map = Map::default();
    let kind = if mount
        .bind
        .as_ref()
        .is_some_and(|bind| bind.create_host_path == Some(true))
    {
        "bind"
    } else {
        "volume"
    };
    map.set("type", text(kind.to_owned()));
    if let Some(source) = mount.source {
        map.set("source", text(source));
    }
    if let Some(target) = mount.target {
        map.set("target", text(super::paths::clean_slashes(&target)));
    }
    if mount.read_only {
        map.set("read_only", yes());
    }
    if let Some(bind) = mount.bind {
        let mut options = Map::default();
        for (key, value) in [("selinux", bind.selinux), ("propagation", bind.propagation)] {
            if let Some(value) = value {
                options.set(key, text(value));
            }
        }
        if bind.create_host_path == Some(true) {
            options.set("create_host_path", yes());
        }
        map.set("bind", Node::new(place.clone(), Value::Map(options)));
    }
    if let Some(volume) = mount.volume {
        let mut options = Map::default();
        if volume.nocopy {
            options.set("nocopy", yes());
        }
        map.set("volume", Node::new(place.clone(), Value::Map(options)));
    }
    *node = Node::new(place, Value::Map(map));
    Ok(())
}

/// `/dev/a`, `/dev/a:/dev/b`, `/dev/a:/dev/b:rw`.
fn device(node: &mut Node) {
    let Some(spec) = node.as_text() else {
        return;
    };
    let place = node.place.clone();
    let mut parts = spec.splitn(3, ':');
    let source = parts.next().unwrap_or("");
    let target = parts
        .next()
        .filter(|target| !target.is_empty())
        .unwrap_or(source);
    let permissions = parts.next().unwrap_or("rwm");
    let mut map = Map::default();
    for (key, value) in [
        ("source", source),
        ("target", target),
        ("permissions", permissions),
    ] {
        map.set(key, Node::text(place.clone(), value));
    }
    *node = Node::new(place, Value::Map(map));
}

/// `all` is one request for all.
fn gpus(node: &mut Node) {
    if node.as_text().is_some() {
        let place = node.place.clone();
        let mut request = Map::default();
        request.set("count", Node::text(place.clone(), "all"));
        let request = Node::new(place.clone(), Value::Map(request));
        *node = Node::new(place, Value::List(vec![request]));
    }
}

/// `- KEY=value` as `KEY: value`.
fn key_values(node: &mut Node) {
    let Value::List(items) = &node.value else {
        return;
    };
    let mut map = Map::default();
    for item in items {
        let text = item.as_text().unwrap_or("");
        let value = match text.split_once('=') {
            Some((_, value)) => Value::Text(value.to_owned()),
            None => Value::Null,
        };
        let key = text.split('=').next().unwrap_or("");
        map.set(key, Node::new(item.place.clone(), value));
    }
    *node = Node::new(node.place.clone(), Value::Map(map));
}

/// `external: { name: x }` is an old form of `external: true` and `name: x`.
fn external(node: &mut Node, path: &Path) -> Result<(), Error> {
    let Some(map) = node.as_map_mut() else {
        return Ok(());
    };
    let Some(external) = map
        .get("external")
        .filter(|node| node.as_map().is_some())
        .cloned()
    else {
        return Ok(());
    };
    let place = external.place.clone();
    if let Some(name) = external.get("name") {
        if map.get("name").is_some_and(|own| !own.same_as(name)) {
            let key = super::yaml::node::Shown(path).to_string();
            return Err(Problem::Exclusive {
                first: format!("{key}.name"),
                second: format!("{key}.external.name"),
            }
            .at(&name.place));
        }
        map.set("name", name.clone());
    }
    map.set("external", Node::new(place, Value::Bool(true)));
    Ok(())
}
