//! How a later file changes what earlier files said.
//!
//! Mappings merge, scalars replace, lists append; some keys have rules of their own.

use super::{
    error::{Error, Problem},
    source::Place,
    yaml::{
        Entry, Map, Node, Path, Value,
        node::{Shown, matches},
    },
};

/// Merges `over` into `base`, both whole documents.
pub(in crate::compose) fn documents(base: Node, over: Node) -> Result<Node, Error> {
    merge(base, over, &mut Vec::new())
}

/// Merges a service into the one that it extends.
pub(in crate::compose) fn services(base: Node, over: Node) -> Result<Node, Error> {
    merge(base, over, &mut vec!["services".to_owned(), "x".to_owned()])
}

/// Takes out of `node` what stands at one of the `cleared` paths.
pub(in crate::compose) fn clear(node: &mut Node, cleared: &[Path], path: &mut Path) {
    let Some(map) = node.as_map_mut() else {
        return;
    };
    map.retain(|entry| {
        path.push(entry.key.clone());
        let keep = !cleared.contains(path);
        path.pop();
        keep
    });
    for entry in map.iter_mut() {
        path.push(entry.key.clone());
        clear(&mut entry.node, cleared, path);
        path.pop();
    }
}

/// Rules of single keys.
#[derive(Clone, Copy)]
enum Rule {
    Replace,
    Sequence,
    Hosts,
    Build,
    DependsOn,
    Networks,
    Logging,
    Ulimit,
    Pools,
}

const RULES: [(&str, Rule); 28] = [
    ("networks.*.ipam.config", Rule::Pools),
    ("networks.*.labels", Rule::Sequence),
    ("volumes.*.labels", Rule::Sequence),
    ("services.*.annotations", Rule::Sequence),
    ("services.*.build", Rule::Build),
    ("services.*.build.args", Rule::Sequence),
    ("services.*.build.additional_contexts", Rule::Sequence),
    ("services.*.build.extra_hosts", Rule::Hosts),
    ("services.*.build.labels", Rule::Sequence),
    ("services.*.command", Rule::Replace),
    ("services.*.depends_on", Rule::DependsOn),
    ("services.*.deploy.labels", Rule::Sequence),
    ("services.*.dns", Rule::Sequence),
    ("services.*.dns_opt", Rule::Sequence),
    ("services.*.dns_search", Rule::Sequence),
    ("services.*.entrypoint", Rule::Replace),
    ("services.*.env_file", Rule::Sequence),
    ("services.*.label_file", Rule::Sequence),
    ("services.*.environment", Rule::Sequence),
    ("services.*.extra_hosts", Rule::Hosts),
    ("services.*.healthcheck.test", Rule::Replace),
    ("services.*.labels", Rule::Sequence),
    ("services.*.logging", Rule::Logging),
    ("services.*.networks", Rule::Networks),
    ("services.*.sysctls", Rule::Sequence),
    ("services.*.tmpfs", Rule::Sequence),
    ("services.*.ulimits.*", Rule::Ulimit),
    ("services.*.build.ulimits.*", Rule::Ulimit),
];

fn merge(base: Node, over: Node, path: &mut Path) -> Result<Node, Error> {
    let rule = RULES.iter().find(|(pattern, _)| matches(path, pattern));
    if let Some((_, rule)) = rule {
        return by_rule(*rule, base, over, path);
    }
    if over.is_null() {
        return Ok(base);
    }
    let conflict = |base: &Node, over: &Node| {
        Problem::CannotMerge {
            key: Shown(path).to_string(),
            this: over.kind(),
            earlier: base.kind(),
        }
        .at(&over.place)
    };
    match (&base.value, &over.value) {
        (Value::Map(_), Value::Map(_)) => mappings(base, over, path),
        (Value::List(_), Value::List(_)) => Ok(appended(base, over)),
        (Value::Map(_) | Value::List(_), _) => Err(conflict(&base, &over)),
        _ => Ok(over),
    }
}

fn by_rule(rule: Rule, base: Node, over: Node, path: &mut Path) -> Result<Node, Error> {
    match rule {
        Rule::Replace | Rule::Ulimit => Ok(over),
        Rule::Sequence => Ok(appended(sequence(base), sequence(over))),
        Rule::Hosts => {
            let (base, mut over) = (sequence(base), sequence(over));
            if let (Some(known), Value::List(items)) = (base.as_list(), &mut over.value) {
                items.retain(|item| !known.iter().any(|one| one.same_as(item)));
            }
            Ok(appended(base, over))
        }
        Rule::Build => mappings(build(base), build(over), path),
        Rule::DependsOn => mappings(dependencies(base), dependencies(over), path),
        Rule::Networks => mappings(attachments(base), attachments(over), path),
        Rule::Logging => {
            let driver = |node: &Node| node.get("driver").and_then(Node::rendered);
            match (driver(&base), driver(&over)) {
                (Some(earlier), Some(this)) if earlier != this => Ok(over),
                _ => mappings(base, over, path),
            }
        }
        Rule::Pools => Ok(pools(base, over)),
    }
}

/// Key by key. What is no mapping counts as an empty one.
fn mappings(base: Node, over: Node, path: &mut Path) -> Result<Node, Error> {
    let place = if over.is_null() {
        base.place.clone()
    } else {
        over.place.clone()
    };
    let mut result = into_map(base);
    for entry in into_map(over) {
        let merged = match result.get_mut(&entry.key) {
            Some(known) if !entry.key.starts_with("x-") => {
                let base = std::mem::replace(known, Node::new(place.clone(), Value::Null));
                path.push(entry.key.clone());
                let merged = merge(base, entry.node, path)?;
                path.pop();
                merged
            }
            _ => entry.node,
        };
        result.insert(Entry {
            node: merged,
            ..entry
        });
    }
    Ok(Node::new(place, Value::Map(result)))
}

fn into_map(node: Node) -> Map {
    if let Value::Map(map) = node.value {
        map
    } else {
        Map::default()
    }
}

fn appended(base: Node, over: Node) -> Node {
    let place = over.place.clone();
    let mut items = into_list(base);
    items.extend(into_list(over));
    Node::new(place, Value::List(items))
}

fn into_list(node: Node) -> Vec<Node> {
    if let Value::List(list) = node.value {
        list
    } else {
        Vec::new()
    }
}

/// `KEY: value` as `KEY=value`, sorted; a single text as a list of one.
pub(in crate::compose) fn sequence(node: Node) -> Node {
    let place = node.place.clone();
    let items = match node.value {
        Value::Map(map) => {
            let mut items: Vec<Node> = map.into_iter().flat_map(assignments).collect();
            items.sort_by(|a, b| a.as_text().cmp(&b.as_text()));
            items
        }
        Value::List(items) => items,
        Value::Text(_) => vec![node],
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => Vec::new(),
    };
    Node::new(place, Value::List(items))
}

fn assignments(entry: Entry) -> Vec<Node> {
    let Entry { key, place, node } = entry;
    match node.value {
        Value::Null => vec![Node::text(place, key)],
        Value::List(values) => values
            .iter()
            .filter_map(|value| {
                Some(Node::text(
                    value.place.clone(),
                    format!("{key}={}", value.rendered()?),
                ))
            })
            .collect(),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::Map(_) => node
            .rendered()
            .map(|value| Node::text(node.place.clone(), format!("{key}={value}")))
            .into_iter()
            .collect(),
    }
}

/// A context alone as a mapping.
fn build(node: Node) -> Node {
    if node.as_text().is_none() {
        return node;
    }
    let mut map = Node::map(node.place.clone());
    if let Some(entries) = map.as_map_mut() {
        entries.set("context", node);
    }
    map
}

/// A list of services as a mapping with the conditions that it means.
pub(in crate::compose) fn dependencies(node: Node) -> Node {
    keyed(node, |place| {
        let mut dependency = Node::map(place.clone());
        if let Some(map) = dependency.as_map_mut() {
            map.set("condition", Node::text(place.clone(), "service_started"));
            map.set("required", Node::new(place.clone(), Value::Bool(true)));
        }
        dependency
    })
}

/// A list of networks as a mapping.
pub(in crate::compose) fn attachments(node: Node) -> Node {
    keyed(node, |place| Node::new(place.clone(), Value::Null))
}

fn keyed(node: Node, value: impl Fn(&Place) -> Node) -> Node {
    let Value::List(items) = node.value else {
        return node;
    };
    let mut map = Map::default();
    for item in items {
        if let Some(key) = item.as_text() {
            map.insert(Entry {
                key: key.to_owned(),
                place: item.place.clone(),
                node: value(&item.place),
            });
        }
    }
    Node::new(node.place, Value::Map(map))
}

/// Pools with the same subnet merge, others are added.
fn pools(base: Node, over: Node) -> Node {
    let place = over.place.clone();
    let mut result = into_list(base);
    for pool in into_list(over) {
        let subnet = pool.get("subnet").and_then(Node::rendered);
        let same = result
            .iter_mut()
            .find(|known| known.get("subnet").and_then(Node::rendered) == subnet);
        match (same, pool) {
            (Some(known), pool) => {
                if let Some(map) = known.as_map_mut() {
                    into_map(pool)
                        .into_iter()
                        .for_each(|entry| map.insert(entry));
                }
            }
            (None, pool) => result.push(pool),
        }
    }
    Node::new(place, Value::List(result))
}
