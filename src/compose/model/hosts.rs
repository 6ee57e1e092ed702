//! `extra_hosts`: lines for `/etc/hosts`.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

/// Host names and their addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts(pub BTreeMap<String, Vec<String>>);

impl Hosts {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `host<separator>address` for each, sorted. The Engine wants `:`, the hash `=`.
    pub fn lines(&self, separator: &str) -> Vec<String> {
        let mut lines: Vec<String> = self
            .0
            .iter()
            .flat_map(|(host, addresses)| {
                addresses
                    .iter()
                    .map(move |address| format!("{host}{separator}{address}"))
            })
            .collect();
        lines.sort();
        lines
    }
}

impl Serialize for Hosts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.lines("="))
    }
}
