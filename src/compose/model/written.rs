//! Where in the files a service's keys were written, and what its extensions say.

use super::Service;
use crate::compose::source::Place;
use crate::compose::yaml::{Node, Value};

impl Service {
    /// Where in the files a key of it was written: `&["environment", "POSTGRES_PASSWORD"]`. The
    /// nearest part of it that was written, where the key itself was not.
    pub fn place_of(&self, keys: &[&str]) -> Option<&Place> {
        let mut node = self.written.as_ref()?;
        let mut place = &node.place;
        for key in keys {
            let found = match &node.value {
                Value::Map(map) => map.entry(key).map(|entry| &entry.node),
                Value::List(items) => items.iter().find(|item| begins_with(item, key)),
                Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {
                    None
                }
            };
            let Some(found) = found else {
                break;
            };
            (node, place) = (found, &found.place);
        }
        Some(place)
    }

    /// Where a key itself was written, rather than its value.
    pub fn place_of_key(&self, path: &[&str]) -> Option<&Place> {
        let (last, above) = path.split_last()?;
        let node = above
            .iter()
            .try_fold(self.written.as_ref()?, |node, key| node.get(key))?;
        node.as_map()?.entry(last).map(|entry| &entry.place)
    }

    /// Where an entry of a list was written, counted from 0.
    pub fn place_of_item(&self, key: &str, at: usize) -> Option<&Place> {
        let list = self.written.as_ref()?.get(key)?;
        list.as_list()?.get(at).map(|item| &item.place)
    }

    /// What an extension (`x-…`) of it says.
    pub fn extension(&self, key: &str) -> Option<&Node> {
        self.written.as_ref()?.get(key)
    }
}

/// Whether a list item is the entry of a key: `KEY=value`, `KEY`.
fn begins_with(item: &Node, key: &str) -> bool {
    let text = item.as_text().unwrap_or_default();
    text.split('=').next() == Some(key)
}
