//! What the name of a file in the folder says: sqlx's grammar, to the letter.

use crate::migration::Version;

/// The name of a migration's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileName {
    /// What stands before the first `_`.
    pub version: Version,
    /// What stands behind it, underscores and all.
    pub slug: String,
    /// Which way it leads.
    pub kind: Kind,
}

/// Which way a file leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `.sql`: up, and no way back.
    Simple,
    /// `.up.sql`
    Up,
    /// `.down.sql`
    Down,
}

/// What a name turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A migration's.
    Migration(FileName),
    /// None of ours: sqlx passes it over, and so do we.
    Other,
    /// It looks like a migration's, but has no number in front; sqlx stops here, and so do we.
    NoVersion,
}

impl Kind {
    /// How names of this kind end.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Simple => ".sql",
            Self::Up => ".up.sql",
            Self::Down => ".down.sql",
        }
    }
}

impl FileName {
    /// The slug as words: the description that the journal holds.
    pub fn description(&self) -> String {
        self.slug.replace('_', " ")
    }
}

/// Reads a file's name.
pub fn read(name: &str) -> Reading {
    let Some((number, rest)) = name.split_once('_') else {
        return Reading::Other;
    };
    let kind = [Kind::Up, Kind::Down, Kind::Simple]
        .into_iter()
        .find(|kind| rest.ends_with(kind.suffix()));
    match (kind, number.parse()) {
        (None, _) => Reading::Other,
        (Some(_), Err(_)) => Reading::NoVersion,
        (Some(kind), Ok(version)) => Reading::Migration(FileName {
            version,
            slug: rest.trim_end_matches(kind.suffix()).to_owned(),
            kind,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::{FileName, Kind, Reading, read};
    use crate::migration::Version;

    #[test]
    fn names_read_as_sqlx_reads_them() {
        let migration = |version, slug: &str, kind| {
            Reading::Migration(FileName {
                version: Version::new(version),
                slug: slug.to_owned(),
                kind,
            })
        };
        for (name, reading) in [
            (
                "20260105083000_create_users.up.sql",
                migration(20_260_105_083_000, "create_users", Kind::Up),
            ),
            (
                "20260105083000_create_users.down.sql",
                migration(20_260_105_083_000, "create_users", Kind::Down),
            ),
            ("0001_users.sql", migration(1, "users", Kind::Simple)),
            ("-5_a.sql", migration(-5, "a", Kind::Simple)),
            ("+7_a.sql", migration(7, "a", Kind::Simple)),
            ("1_.sql", migration(1, "", Kind::Simple)),
            ("README.md", Reading::Other),
            ("schema.sql", Reading::Other),
            ("1_notes.md", Reading::Other),
            ("1_a.SQL", Reading::Other),
            ("townpass.sum", Reading::Other),
            ("foo_bar.sql", Reading::NoVersion),
            ("99999999999999999999_a.sql", Reading::NoVersion),
        ] {
            assert_eq!(read(name), reading, "{name}");
        }
    }
}
