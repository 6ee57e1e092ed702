//! From text to trees.

use std::{collections::HashMap, sync::Arc};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag as YamlTag};

use super::{
    document::Document,
    merge_key,
    node::{Entry, Map, Node, Tag, Value},
    scalar,
};
use crate::compose::{
    error::{Error, Problem},
    source::{Place, Source},
};

/// More nodes than any Compose file has; what a nest of aliases can reach.
const MOST_NODES: usize = 500_000;

/// Reads the documents of a file.
pub fn parse(source: &Arc<Source>, text: &str) -> Result<Vec<Document>, Error> {
    let mut builder = Builder {
        places: Places::new(source, text),
        anchors: HashMap::new(),
        nodes: 0,
        open: Vec::new(),
        roots: Vec::new(),
    };
    let skipped = if text.starts_with('\u{feff}') { 3 } else { 0 };
    for event in Parser::new_from_str(&text[skipped..]) {
        let (event, span) = event.map_err(|broken| {
            let place = builder.places.at(*broken.marker(), *broken.marker());
            Problem::Yaml(broken.info().to_owned()).at(&place)
        })?;
        builder.take(event, span)?;
    }
    builder.roots.into_iter().map(merge_key::resolve).collect()
}

/// Builds trees out of events.
struct Builder<'a> {
    places: Places<'a>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    open: Vec<Open>,
    roots: Vec<Node>,
}

/// A list or mapping that has begun.
struct Open {
    node: Node,
    anchor: usize,
    key: Option<(String, Place)>,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Error> {
        let place = self.places.at(span.start, span.end);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let node = scalar_node(place, &text, style, tag.as_deref());
                self.close(node, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.begin(place, Value::List(Vec::new()), anchor, tag.as_deref());
                Ok(())
            }
            Event::MappingStart(anchor, tag) => {
                self.begin(place, Value::Map(Map::default()), anchor, tag.as_deref());
                Ok(())
            }
            Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                Some(Open { node, anchor, .. }) => self.close(node, anchor),
                None => Ok(()),
            },
            Event::Alias(anchor) => match self.anchors.get(&anchor) {
                Some(node) => {
                    self.nodes += count(node);
                    let node = node.clone();
                    self.close(node, 0)
                }
                None => Err(Problem::AnchorInItself.at(&place)),
            },
            Event::DocumentStart(_) => {
                self.anchors.clear();
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn begin(&mut self, place: Place, value: Value, anchor: usize, tag: Option<&YamlTag>) {
        let mut node = Node::new(place, value);
        node.tag = tag.and_then(own_tag);
        self.open.push(Open {
            node,
            anchor,
            key: None,
        });
    }

    /// Puts a finished node where it belongs.
    fn close(&mut self, node: Node, anchor: usize) -> Result<(), Error> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err(Problem::TooLarge.at(&node.place));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(parent) = self.open.last_mut() else {
            self.roots.push(node);
            return Ok(());
        };
        match &mut parent.node.value {
            Value::List(list) => list.push(node),
            Value::Map(map) => match parent.key.take() {
                None => parent.key = Some(key_of(node)?),
                Some((key, place)) => {
                    if key != merge_key::KEY
                        && let Some(first) = map.entry(&key)
                    {
                        let first = first.place.line();
                        return Err(Problem::RepeatedKey { key, first }.at(&place));
                    }
                    map.push(Entry { key, place, node });
                }
            },
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {}
        }
        Ok(())
    }
}

fn key_of(node: Node) -> Result<(String, Place), Error> {
    match node.value {
        Value::Text(text) => Ok((text, node.place)),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
            let key = node.typed.unwrap_or_default();
            Err(Problem::KeyIsNoText { key }.at(&node.place))
        }
        Value::List(_) | Value::Map(_) => Err(Problem::KeyIsNoText {
            key: "[…]".to_owned(),
        }
        .at(&node.place)),
    }
}

fn scalar_node(place: Place, text: &str, style: ScalarStyle, tag: Option<&YamlTag>) -> Node {
    let core = tag.filter(|tag| tag.is_yaml_core_schema());
    let value = match core {
        Some(tag) => scalar::tagged(text, &tag.suffix),
        None if style == ScalarStyle::Plain => scalar::resolve(text),
        None => Value::Text(text.to_owned()),
    };
    let typed = (style == ScalarStyle::Plain && value != Value::Text(text.to_owned()))
        .then(|| text.to_owned());
    Node {
        place,
        value,
        typed,
        tag: tag.and_then(own_tag),
    }
}

fn own_tag(tag: &YamlTag) -> Option<Tag> {
    match (tag.handle.as_str(), tag.suffix.as_str()) {
        ("!", "reset") => Some(Tag::Reset),
        ("!", "override") => Some(Tag::Override),
        _ => None,
    }
}

fn count(node: &Node) -> usize {
    1 + match &node.value {
        Value::List(list) => list.iter().map(count).sum(),
        Value::Map(map) => map.iter().map(|entry| count(&entry.node)).sum(),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => 0,
    }
}

/// Turns the parser's character counts into byte offsets.
struct Places<'a> {
    source: &'a Arc<Source>,
    /// Byte offset of each character, where that is not the same.
    bytes: Option<Vec<usize>>,
    end: usize,
}

impl<'a> Places<'a> {
    fn new(source: &'a Arc<Source>, text: &str) -> Self {
        let rest = text.strip_prefix('\u{feff}').unwrap_or(text);
        let skipped = text.len() - rest.len();
        let bytes =
            (!text.is_ascii()).then(|| rest.char_indices().map(|(at, _)| at + skipped).collect());
        Self {
            source,
            bytes,
            end: text.len(),
        }
    }

    fn at(&self, start: Marker, end: Marker) -> Place {
        let from = self.offset(start.index());
        let to = self.offset(end.index()).max(from);
        Place::new(
            Arc::clone(self.source),
            from,
            to - from,
            start.line(),
            start.col() + 1,
        )
    }

    fn offset(&self, index: usize) -> usize {
        match &self.bytes {
            Some(bytes) => bytes.get(index).copied().unwrap_or(self.end),
            None => index.min(self.end),
        }
    }
}
