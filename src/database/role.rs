//! A role as the cluster knows it, and what keeps it out.

use std::fmt;

use serde::Deserialize;

use super::verifier::Verifier;

/// A role as `pg_authid` knows it.
#[derive(Clone, Debug, Deserialize)]
pub struct Role {
    /// `rolcanlogin`.
    pub login: bool,
    /// `rolvaliduntil` has passed.
    pub expired: bool,
    /// `rolpassword`.
    pub verifier: Option<Verifier>,
}

/// What keeps an existing role out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locked {
    /// `NOLOGIN`.
    NoLogin,
    /// `VALID UNTIL` has passed.
    Expired,
}

impl fmt::Display for Locked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoLogin => "may not log in (`NOLOGIN`)",
            Self::Expired => "has expired (`VALID UNTIL`)",
        })
    }
}
