//! Lists and mappings of single values.

use std::collections::BTreeMap;

use crate::compose::{
    error::{Error, Problem},
    model::{Hosts, Ulimit},
    yaml::{Map, Node, Value},
};

use super::field;

/// A list of texts, or a text alone.
pub(super) fn texts(map: &Map, key: &str) -> Vec<String> {
    match map.get(key) {
        Some(Node {
            value: Value::List(items),
            ..
        }) => items.iter().filter_map(Node::rendered).collect(),
        Some(node) if !node.is_null() => node.rendered().into_iter().collect(),
        _ => Vec::new(),
    }
}

/// `KEY: value` or `- KEY=value`; a name alone has no value.
pub(super) fn with_gaps(map: &Map, key: &str) -> BTreeMap<String, Option<String>> {
    let Some(node) = map.get(key) else {
        return BTreeMap::new();
    };
    match &node.value {
        Value::Map(map) => map
            .iter()
            .map(|entry| {
                let value = if entry.node.is_null() {
                    None
                } else {
                    entry.node.rendered()
                };
                (entry.key.clone(), value)
            })
            .collect(),
        Value::List(items) => items
            .iter()
            .filter_map(Node::rendered)
            .map(|item| match item.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (item, None),
            })
            .collect(),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {
            BTreeMap::new()
        }
    }
}

/// The same; a name alone has the empty text.
pub(super) fn mapping(map: &Map, key: &str) -> BTreeMap<String, String> {
    with_gaps(map, key)
        .into_iter()
        .map(|(name, value)| (name, value.unwrap_or_default()))
        .collect()
}

/// Host names and addresses: `host=address`, `host:address`, `host: address`, `host: [a, b]`.
pub(super) fn hosts(map: &Map, key: &str) -> Result<Hosts, Error> {
    let mut hosts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut add = |host: &str, addresses: Vec<String>, node: &Node| {
        if host.is_empty() || host.contains([':', '=']) {
            return Err(field::unreadable(node, "a host name and its address"));
        }
        let addresses = addresses
            .into_iter()
            .map(|address| without_brackets(&address));
        hosts.entry(host.to_owned()).or_default().extend(addresses);
        Ok(())
    };
    match map.get(key).map(|node| &node.value) {
        Some(Value::Map(map)) => {
            for entry in map {
                let addresses = match entry.node.as_list() {
                    Some(list) => list.iter().filter_map(Node::rendered).collect(),
                    None => entry.node.rendered().into_iter().collect(),
                };
                add(&entry.key, addresses, &entry.node)?;
            }
        }
        Some(Value::List(items)) => {
            for item in items {
                let text = item.rendered().unwrap_or_default();
                let Some((host, addresses)) = text.split_once('=').or_else(|| text.split_once(':'))
                else {
                    return Err(field::unreadable(item, "a host name and its address"));
                };
                add(
                    host,
                    addresses.split(',').map(str::to_owned).collect(),
                    item,
                )?;
            }
        }
        _ => {}
    }
    Ok(Hosts(hosts))
}

fn without_brackets(address: &str) -> String {
    address
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .filter(|inner| !inner.is_empty())
        .unwrap_or(address)
        .to_owned()
}

/// Limits of processes.
pub(super) fn ulimits(map: &Map, key: &str) -> Result<BTreeMap<String, Ulimit>, Error> {
    let Some(limits) = field::section(map, key) else {
        return Ok(BTreeMap::new());
    };
    limits
        .iter()
        .map(|entry| {
            let limit = match entry.node.as_map() {
                Some(range) => Ulimit::Range {
                    soft: field::whole(range, "soft")?.unwrap_or(0),
                    hard: field::whole(range, "hard")?.unwrap_or(0),
                },
                None => Ulimit::Single(field::whole_of(&entry.node)?),
            };
            Ok((entry.key.clone(), limit))
        })
        .collect()
}

/// A command: a list as it is, a text split as a shell would. `None` where nothing is said.
pub(super) fn command(map: &Map, key: &str) -> Result<Option<Vec<String>>, Error> {
    let Some(node) = map.get(key) else {
        return Ok(None);
    };
    match &node.value {
        Value::List(items) => Ok(Some(items.iter().filter_map(Node::rendered).collect())),
        Value::Text(text) => match crate::compose::words::split(text) {
            Some(words) => Ok(Some(words)),
            None => Err(Problem::Quotes.at(&node.place)),
        },
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Map(_) => Ok(None),
    }
}
