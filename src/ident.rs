//! Names that several domains share.
//!
//! A name is checked once, where it enters; after that its type says that it was.

use std::{borrow::Borrow, fmt};

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes a name as it is.
            pub fn new(name: impl Into<String>) -> Self {
                Self(name.into())
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

name! {
    /// A Compose project's name, already normal: `[a-z0-9][a-z0-9_-]*`.
    ProjectName
}
name! {
    /// The key of a service under `services:`.
    ServiceName
}
name! {
    /// A database in a PostgreSQL cluster, as `pg_database.datname` spells it.
    DatabaseName
}
name! {
    /// A role in a PostgreSQL cluster, as `pg_roles.rolname` spells it.
    RoleName
}
