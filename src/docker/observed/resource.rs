//! Networks, volumes and images.

use std::collections::BTreeMap;
use std::time::SystemTime;

use crate::docker::labels::Labels;

/// A network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
}

/// A volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Volume {
    /// Its name.
    pub name: String,
    /// Its labels.
    pub labels: Labels,
    /// When it was created.
    pub created: Option<SystemTime>,
}

/// An image that is present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Its id.
    pub id: String,
    /// Its environment.
    pub environment: BTreeMap<String, String>,
    /// When it was last pulled, built or tagged here, where the engine remembers.
    pub tagged: Option<SystemTime>,
}

/// Reads a timestamp. The engine writes the year 1 where it means never.
pub(in crate::docker) fn instant(raw: &str) -> Option<SystemTime> {
    let read: jiff::Timestamp = raw.parse().ok()?;
    (read.as_second() > 0).then(|| read.into())
}

#[cfg(test)]
mod tests {
    use super::instant;

    #[test]
    fn the_year_one_is_never() {
        assert!(instant("0001-01-01T00:00:00Z").is_none());
        assert!(instant("2026-01-02T03:04:05.123456789+08:00").is_some());
    }
}
