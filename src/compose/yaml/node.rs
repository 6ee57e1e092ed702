//! The tree that a YAML document becomes.

use std::fmt;

use super::number;
use crate::compose::source::Place;

/// The keys that lead to a node. List items have the key `[]`.
pub type Path = Vec<String>;

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Where.
    pub place: Place,
    /// What.
    pub value: Value,
    /// The literal text of a plain scalar that YAML took for something else than text.
    pub typed: Option<String>,
    /// What a tag asks for.
    pub tag: Option<Tag>,
}

/// A tag of Compose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// `!reset`: take away what earlier files said.
    Reset,
    /// `!override`: replace what earlier files said, without merging.
    Override,
}

/// A YAML value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// Any other number.
    Float(f64),
    /// Text.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping.
    Map(Map),
}

/// A mapping, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    entries: Vec<Entry>,
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key was written.
    pub place: Place,
    /// The value.
    pub node: Node,
}

impl Node {
    /// A value at a place.
    pub fn new(place: Place, value: Value) -> Self {
        Self {
            place,
            value,
            typed: None,
            tag: None,
        }
    }

    /// Text at a place.
    pub fn text(place: Place, text: impl Into<String>) -> Self {
        Self::new(place, Value::Text(text.into()))
    }

    /// An empty mapping at a place.
    pub fn map(place: Place) -> Self {
        Self::new(place, Value::Map(Map::default()))
    }

    /// The mapping, if it is one.
    pub fn as_map(&self) -> Option<&Map> {
        if let Value::Map(map) = &self.value {
            Some(map)
        } else {
            None
        }
    }

    /// The mapping, if it is one.
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        if let Value::Map(map) = &mut self.value {
            Some(map)
        } else {
            None
        }
    }

    /// The sequence, if it is one.
    pub fn as_list(&self) -> Option<&[Node]> {
        if let Value::List(list) = &self.value {
            Some(list)
        } else {
            None
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = &self.value {
            Some(text)
        } else {
            None
        }
    }

    /// Whether there is nothing.
    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    /// The value under a key, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.get(key)
    }

    /// A scalar as Go prints it; nothing is the empty text. Lists and mappings have none.
    pub fn rendered(&self) -> Option<String> {
        Some(match &self.value {
            Value::Null => String::new(),
            Value::Bool(yes) => yes.to_string(),
            Value::Int(number) => number.to_string(),
            Value::Float(number) => number::render(*number),
            Value::Text(text) => text.clone(),
            Value::List(_) | Value::Map(_) => return None,
        })
    }

    /// What it is, in the words of an error.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Int(_) | Value::Float(_) => "a number",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// Whether both say the same, wherever they say it.
    pub fn same_as(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Value::List(a), Value::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same_as(b))
            }
            (Value::Map(a), Value::Map(b)) => {
                a.len() == b.len()
                    && a.iter().all(|entry| {
                        b.get(&entry.key)
                            .is_some_and(|other| entry.node.same_as(other))
                    })
            }
            (a, b) => a == b,
        }
    }
}

impl Map {
    /// The entries in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.entries.iter()
    }

    /// The entries in order, to change.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, Entry> {
        self.entries.iter_mut()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The value under a key, to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        self.entries
            .iter_mut()
            .find(|entry| entry.key == key)
            .map(|entry| &mut entry.node)
    }

    /// The entry of a key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// Puts a value under a key, in place of what was there.
    pub fn insert(&mut self, entry: Entry) {
        match self.entries.iter_mut().find(|known| known.key == entry.key) {
            Some(known) => *known = entry,
            None => self.entries.push(entry),
        }
    }

    /// Adds an entry whose key is known to be new.
    pub fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Puts a value under a key that has no place of its own.
    pub fn set(&mut self, key: &str, node: Node) {
        let place = node.place.clone();
        self.insert(Entry {
            key: key.to_owned(),
            place,
            node,
        });
    }

    /// Puts a value under a key unless one is there.
    pub fn set_default(&mut self, key: &str, place: &Place, value: Value) {
        if self.get(key).is_none() {
            self.set(key, Node::new(place.clone(), value));
        }
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &str) -> Option<Node> {
        let at = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(at).node)
    }

    /// Keeps the entries for which `keep` says so.
    pub fn retain(&mut self, keep: impl FnMut(&Entry) -> bool) {
        self.entries.retain(keep);
    }
}

impl IntoIterator for Map {
    type Item = Entry;
    type IntoIter = std::vec::IntoIter<Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = &'a Entry;
    type IntoIter = std::slice::Iter<'a, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a mut Map {
    type Item = &'a mut Entry;
    type IntoIter = std::slice::IterMut<'a, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl FromIterator<Entry> for Map {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        Self {
            entries: entries.into_iter().collect(),
        }
    }
}

/// Whether `path` is what `pattern` (`services.*.ports.[]`) means; `*` stands for any one key.
pub fn matches(path: &[String], pattern: &str) -> bool {
    let mut parts = pattern.split('.');
    path.iter()
        .all(|key| parts.next().is_some_and(|part| part == "*" || part == key))
        && parts.next().is_none()
}

/// A path as errors show it: `services.db.ports`.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a>(pub &'a [String]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, key) in self.0.iter().enumerate() {
            let dot = if at == 0 || key == "[]" { "" } else { "." };
            write!(f, "{dot}{key}")?;
        }
        Ok(())
    }
}
