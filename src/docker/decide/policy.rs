//! What the person at the keyboard decides.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use crate::compose::PullPolicy;

/// What the person at the keyboard decides.
#[derive(Clone, Debug)]
pub struct Policy {
    /// When images are fetched.
    pub pull: Pull,
    /// The time by which `pull_policy: daily` and its kin are judged.
    pub now: SystemTime,
    /// How long one dependency may take.
    pub patience: Duration,
    /// Proxy variables that Docker's own client is configured to hand to every container.
    pub proxies: BTreeMap<String, String>,
}

/// When images are fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pull {
    /// As the Compose file says of each service.
    AsWritten,
    /// As `--pull` says, of all.
    Forced(PullPolicy),
}
