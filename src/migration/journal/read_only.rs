//! Why a database takes no changes, and what would let it.

use std::fmt;

use crate::sql::Ident;

/// Why a database takes no changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadOnly {
    /// Its server follows another.
    Standby,
    /// A setting says so, and this undoes it.
    Setting {
        /// A sentence with the command.
        remedy: String,
    },
}

impl ReadOnly {
    /// A setting that comes from `source`, in PostgreSQL's words, as seen by `role` in `database`.
    pub(in crate::migration) fn of(source: &str, database: &str, role: &str) -> Self {
        const SETTING: &str = "default_transaction_read_only";
        let (database, role) = (Ident(database), Ident(role));
        let remedy = match source {
            "database" => format!("let it: `ALTER DATABASE {database} RESET {SETTING}`"),
            "user" => format!("let its user: `ALTER ROLE {role} RESET {SETTING}`"),
            "database user" => {
                format!("let its user: `ALTER ROLE {role} IN DATABASE {database} RESET {SETTING}`")
            }
            "client" | "environment variable" | "session" => {
                format!("take `{SETTING}` out of the options in `DATABASE_URL`")
            }
            _ => format!(
                "let the server: set `{SETTING}` to off where its configuration sets it, or \
                 `ALTER SYSTEM RESET {SETTING}`, and `SELECT pg_reload_conf()`"
            ),
        };
        Self::Setting { remedy }
    }

    /// What to do about it.
    pub fn remedy(&self) -> &str {
        match self {
            Self::Standby => "name its primary in `DATABASE_URL`, and run the command again",
            Self::Setting { remedy } => remedy,
        }
    }
}

impl fmt::Display for ReadOnly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Standby => "its server is a standby, which only follows another",
            Self::Setting { .. } => "`default_transaction_read_only` is on",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::ReadOnly;

    #[test]
    fn the_remedy_is_where_the_setting_was_made() {
        for (source, remedy) in [
            ("database", "ALTER DATABASE \"d\" RESET "),
            ("user", "ALTER ROLE \"r\" RESET "),
            ("database user", "ALTER ROLE \"r\" IN DATABASE \"d\" RESET "),
            ("client", "`DATABASE_URL`"),
            ("configuration file", "ALTER SYSTEM RESET "),
            ("command line", "ALTER SYSTEM RESET "),
        ] {
            let why = ReadOnly::of(source, "d", "r");
            assert!(why.remedy().contains(remedy), "{source}: {why:?}");
        }
    }
}
