//! Holds a document against the tables.

use super::{Object, Shape, top};
use crate::compose::{
    error::{Error, Problem},
    model::Duration,
    nearest::nearest,
    yaml::{
        Node, Path, Value,
        node::{Entry, Shown},
    },
};

/// Whether a document is what the specification allows.
pub(in crate::compose) fn check(root: &Node) -> Result<(), Error> {
    fits(root, &top::FILE, &mut Vec::new())
}

fn fits(node: &Node, shape: &Shape, path: &mut Path) -> Result<(), Error> {
    match (shape, &node.value) {
        (Shape::Any, _)
        | (Shape::Text, Value::Text(_))
        | (Shape::Boolean, Value::Bool(_) | Value::Text(_))
        | (Shape::Number | Shape::TextOrNumber, Value::Int(_) | Value::Float(_) | Value::Text(_))
        | (
            Shape::Scalar,
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_),
        )
        | (Shape::Null, Value::Null) => Ok(()),
        (Shape::Duration, Value::Text(text)) => match Duration::parse(text) {
            Some(_) => Ok(()),
            None => Err(Problem::Unreadable {
                value: text.clone(),
                expected: "a duration such as `30s` or `1m30s`",
            }
            .at(&node.place)),
        },
        (Shape::Word(words), Value::Text(text)) => {
            if words.contains(&text.as_str()) {
                return Ok(());
            }
            Err(Problem::WrongWord {
                key: Shown(path).to_string(),
                value: text.clone(),
                words: words.iter().map(ToString::to_string).collect(),
            }
            .at(&node.place))
        }
        (Shape::List(item), Value::List(items)) => {
            path.push("[]".to_owned());
            items.iter().try_for_each(|node| fits(node, item, path))?;
            path.pop();
            Ok(())
        }
        (Shape::Map(value), Value::Map(map)) => {
            map.iter().try_for_each(|entry| below(entry, value, path))
        }
        (Shape::Object(object), Value::Map(_)) => object_fits(node, object, path),
        (Shape::Either(shapes), _) => match shapes.iter().find(|shape| same_kind(node, shape)) {
            Some(shape) => fits(node, shape, path),
            None => Err(wrong_kind(node, shape, path)),
        },
        _ => Err(wrong_kind(node, shape, path)),
    }
}

fn below(entry: &Entry, shape: &Shape, path: &mut Path) -> Result<(), Error> {
    path.push(entry.key.clone());
    fits(&entry.node, shape, path)?;
    path.pop();
    Ok(())
}

fn object_fits(node: &Node, object: &Object, path: &mut Path) -> Result<(), Error> {
    let Some(map) = node.as_map() else {
        return Ok(());
    };
    for entry in map {
        if entry.key.starts_with("x-") {
            continue;
        }
        let Some((_, shape)) = object.keys.iter().find(|(key, _)| *key == entry.key) else {
            return Err(Problem::UnknownKey {
                key: entry.key.clone(),
                parent: parent(path),
                nearest: nearest(&entry.key, object.keys.iter().map(|(key, _)| *key)),
            }
            .at(&entry.place));
        };
        below(entry, shape, path)?;
    }
    for key in object.required {
        if map.get(key).is_none() {
            return Err(Problem::MissingKey {
                parent: parent(path),
                key,
            }
            .at(&node.place));
        }
    }
    Ok(())
}

fn parent(path: &Path) -> String {
    if path.is_empty() {
        "a Compose file".to_owned()
    } else {
        format!("`{}`", Shown(path))
    }
}

/// Whether a shape is meant, by the kind of the value alone.
fn same_kind(node: &Node, shape: &Shape) -> bool {
    match shape {
        Shape::Any => true,
        Shape::Null => node.is_null(),
        Shape::Text | Shape::Duration | Shape::Word(_) => matches!(node.value, Value::Text(_)),
        Shape::Boolean => matches!(node.value, Value::Bool(_) | Value::Text(_)),
        Shape::Number | Shape::TextOrNumber => {
            matches!(node.value, Value::Int(_) | Value::Float(_) | Value::Text(_))
        }
        Shape::Scalar => !matches!(node.value, Value::List(_) | Value::Map(_)),
        Shape::List(_) => matches!(node.value, Value::List(_)),
        Shape::Map(_) | Shape::Object(_) => matches!(node.value, Value::Map(_)),
        Shape::Either(shapes) => shapes.iter().any(|shape| same_kind(node, shape)),
    }
}

fn wrong_kind(node: &Node, shape: &Shape, path: &Path) -> Error {
    Problem::WrongKind {
        key: Shown(path).to_string(),
        expected: expected(shape),
        found: node.kind().to_owned(),
    }
    .at(&node.place)
}

fn expected(shape: &Shape) -> String {
    match shape {
        Shape::Any => "anything".to_owned(),
        Shape::Null => "nothing".to_owned(),
        Shape::Text | Shape::Word(_) => "text".to_owned(),
        Shape::Duration => "a duration such as `30s`".to_owned(),
        Shape::Boolean => "true or false".to_owned(),
        Shape::Number => "a number".to_owned(),
        Shape::TextOrNumber => "text or a number".to_owned(),
        Shape::Scalar => "a single value".to_owned(),
        Shape::List(_) => "a list".to_owned(),
        Shape::Map(_) | Shape::Object(_) => "a mapping".to_owned(),
        Shape::Either(shapes) => {
            let all: Vec<String> = shapes.iter().map(|shape| expected(shape)).collect();
            all.join(" or ")
        }
    }
}
