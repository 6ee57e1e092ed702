//! Merge keys (`<<: *defaults`), and the tags that take away what earlier files said.

use super::{
    document::Document,
    node::{Map, Node, Path, Tag, Value},
};
use crate::compose::error::{Error, Problem};

/// The key that merges mappings into the one it stands in.
pub(super) const KEY: &str = "<<";

/// Resolves merge keys and tags in a document.
pub(super) fn resolve(root: Node) -> Result<Document, Error> {
    let mut cleared = Vec::new();
    let mut root = merged(root)?;
    clear(&mut root, &mut Vec::new(), &mut cleared);
    Ok(Document { root, cleared })
}

/// The node with every merge key below it replaced by what it brings.
fn merged(node: Node) -> Result<Node, Error> {
    let value = match node.value {
        Value::List(list) => Value::List(list.into_iter().map(merged).collect::<Result<_, _>>()?),
        Value::Map(map) => Value::Map(merged_map(map)?),
        scalar @ (Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)) => scalar,
    };
    Ok(Node { value, ..node })
}

/// A mapping's own keys win; of several that are merged, the first wins.
fn merged_map(map: Map) -> Result<Map, Error> {
    let (merges, own): (Vec<_>, Vec<_>) = map.into_iter().partition(|entry| entry.key == KEY);
    let mut result = Map::default();
    for mut entry in own {
        entry.node = merged(entry.node)?;
        result.push(entry);
    }
    for merge in merges {
        let sources = if let Value::List(list) = merge.node.value {
            list
        } else {
            vec![merge.node]
        };
        for source in sources {
            let place = source.place.clone();
            let Value::Map(source) = merged(source)?.value else {
                return Err(Problem::MergeOfNoMapping.at(&place));
            };
            for entry in source {
                if result.get(&entry.key).is_none() {
                    result.push(entry);
                }
            }
        }
    }
    Ok(result)
}

/// Takes out what is tagged `!reset`, and notes its path and those tagged `!override`.
fn clear(node: &mut Node, path: &mut Path, cleared: &mut Vec<Path>) {
    match &mut node.value {
        Value::List(list) => {
            list.retain(|item| item.tag != Some(Tag::Reset));
            for item in list {
                path.push("[]".to_owned());
                clear(item, path, cleared);
                path.pop();
            }
        }
        Value::Map(map) => {
            for entry in map.iter_mut() {
                path.push(entry.key.clone());
                match entry.node.tag {
                    Some(Tag::Reset) => cleared.push(path.clone()),
                    Some(Tag::Override) => {
                        cleared.push(path.clone());
                        entry.node.tag = None;
                    }
                    None => clear(&mut entry.node, path, cleared),
                }
                path.pop();
            }
            map.retain(|entry| entry.node.tag != Some(Tag::Reset));
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {}
    }
}
