//! Single values of a mapping, cast as Compose casts them.
//!
//! The shape of the tree was checked before. What is left are texts that stand for numbers and
//! booleans, since variables are text. A zero value counts as absent where Go omits it.

use crate::compose::{
    error::{Error, Problem},
    model::{ByteSize, Cpus, Duration},
    yaml::{Map, Node, Value},
};

/// Text that is not empty.
pub(super) fn text(map: &Map, key: &str) -> Option<String> {
    map.get(key)
        .and_then(Node::rendered)
        .filter(|text| !text.is_empty())
}

/// A boolean.
pub(super) fn boolean(map: &Map, key: &str) -> Result<Option<bool>, Error> {
    let Some(node) = map.get(key).filter(|node| !node.is_null()) else {
        return Ok(None);
    };
    let yes = if let Value::Bool(yes) = node.value {
        Some(yes)
    } else {
        match node.rendered().unwrap_or_default().to_lowercase().as_str() {
            "true" | "y" | "yes" | "on" => Some(true),
            "false" | "n" | "no" | "off" => Some(false),
            _ => None,
        }
    };
    match yes {
        Some(yes) => Ok(Some(yes)),
        None => Err(unreadable(node, "true or false")),
    }
}

/// A boolean that is false where nothing is said.
pub(super) fn flag(map: &Map, key: &str) -> Result<bool, Error> {
    Ok(boolean(map, key)?.unwrap_or(false))
}

/// A whole number of any type.
pub(super) fn whole<T: TryFrom<i128>>(map: &Map, key: &str) -> Result<Option<T>, Error> {
    match map.get(key).filter(|node| !node.is_null()) {
        Some(node) => whole_of(node).map(Some),
        None => Ok(None),
    }
}

/// A node as a whole number.
pub(super) fn whole_of<T: TryFrom<i128>>(node: &Node) -> Result<T, Error> {
    let number = match &node.value {
        Value::Int(number) => Some(*number),
        #[expect(
            clippy::cast_possible_truncation,
            reason = "it was checked to be whole"
        )]
        Value::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            Some(*number as i128)
        }
        Value::Text(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => None,
    };
    number
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| unreadable(node, "a whole number that fits here"))
}

/// A whole number for which 0 means nothing was said.
pub(super) fn whole_not_zero(map: &Map, key: &str) -> Result<Option<i64>, Error> {
    Ok(whole(map, key)?.filter(|number| *number != 0))
}

/// A number of processors for which 0 means nothing was said.
pub(super) fn cpus(map: &Map, key: &str) -> Result<Option<Cpus>, Error> {
    let Some(node) = map.get(key).filter(|node| !node.is_null()) else {
        return Ok(None);
    };
    let number: Option<f32> = node.rendered().and_then(|text| text.parse().ok());
    match number {
        Some(0.0) => Ok(None),
        Some(number) => Ok(Some(Cpus(number))),
        None => Err(unreadable(node, "a number")),
    }
}

/// A number of bytes for which 0 means nothing was said.
pub(super) fn size(map: &Map, key: &str) -> Result<Option<ByteSize>, Error> {
    let Some(node) = map.get(key).filter(|node| !node.is_null()) else {
        return Ok(None);
    };
    let size = match node.value {
        Value::Int(number) => i64::try_from(number).ok().map(ByteSize),
        Value::Float(_) => None,
        Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => {
            node.rendered().as_deref().and_then(ByteSize::parse)
        }
    };
    match size {
        Some(size) => Ok(Some(size).filter(|size| size.0 != 0)),
        None => Err(unreadable(node, "a number of bytes such as `512m`")),
    }
}

/// A duration.
pub(super) fn duration(map: &Map, key: &str) -> Result<Option<Duration>, Error> {
    let Some(node) = map.get(key).filter(|node| !node.is_null()) else {
        return Ok(None);
    };
    match node.rendered().as_deref().and_then(Duration::parse) {
        Some(duration) => Ok(Some(duration)),
        None => Err(unreadable(node, "a duration such as `30s` or `1m30s`")),
    }
}

/// A mode such as `0440`, which YAML reads as an octal number and quotes make a decimal one.
pub(super) fn mode(map: &Map, key: &str) -> Result<Option<u32>, Error> {
    whole(map, key)
}

/// A mapping below a key.
pub(super) fn section<'a>(map: &'a Map, key: &str) -> Option<&'a Map> {
    map.get(key).and_then(Node::as_map)
}

/// A value that cannot be read.
pub(super) fn unreadable(node: &Node, expected: &'static str) -> Error {
    Problem::Unreadable {
        value: node.rendered().unwrap_or_else(|| node.kind().to_owned()),
        expected,
    }
    .at(&node.place)
}
