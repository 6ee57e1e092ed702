//! `ulimits`: limits of a container's processes.

use serde::{Serialize, Serializer, ser::SerializeMap};

/// One limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ulimit {
    /// Soft and hard alike.
    Single(i64),
    /// Soft and hard apart.
    Range {
        /// What a process starts with.
        soft: i64,
        /// What it may raise it to.
        hard: i64,
    },
}

impl Serialize for Ulimit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Single(limit) if limit != 0 => serializer.serialize_i64(limit),
            Self::Single(_) => serializer.serialize_map(Some(0))?.end(),
            Self::Range { soft, hard } => {
                let mut map = serializer.serialize_map(None)?;
                for (key, limit) in [("soft", soft), ("hard", hard)] {
                    if limit != 0 {
                        map.serialize_entry(key, &limit)?;
                    }
                }
                map.end()
            }
        }
    }
}
