//! Which cluster it is that answers, and how one that is not ours is told.

use std::fmt;

use serde::Deserialize;

/// A cluster's own number, `system_identifier`, drawn at `initdb`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(transparent)]
pub struct Cluster(String);

impl Cluster {
    pub(in crate::database) fn new(identifier: String) -> Self {
        Self(identifier)
    }

    /// The number, as the server writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How a foreign server gave itself away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// It refuses what ours would take.
    Refused(String),
    /// It has another `system_identifier`.
    Clusters {
        /// Of the provider.
        ours: Cluster,
        /// Of the one that answered.
        theirs: Cluster,
    },
}

impl fmt::Display for Sighting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(words) => write!(f, "it refuses what ours would take ({words})"),
            Self::Clusters { ours, theirs } => write!(
                f,
                "its system identifier is {}, ours is {}",
                theirs.as_str(),
                ours.as_str()
            ),
        }
    }
}
