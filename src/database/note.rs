//! How our copies of a database are told apart from the databases of others.
//!
//! A copy carries a [`Note`] as its `COMMENT`, in JSON: what it is for, whose copy it is, when
//! it was made. What has no note that we can read is not ours and is never touched. The name of
//! the database only has to be free and short enough; a copy that is still being made bears the
//! name of [`unfinished`], and whoever holds the lock may drop those.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Error;
use crate::ident::DatabaseName;

/// What a copy is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// A person asked for it and gave it its name.
    Snapshot,
    /// It was the database until a reset or a restore took its place.
    Safety,
    /// An empty database after all migrations, to be copied at the next reset.
    Template,
}

/// What the comment of a copy says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What it is for. The field's name marks the comment as ours.
    #[serde(rename = "townpass")]
    pub purpose: Purpose,
    /// The database that was copied.
    pub of: DatabaseName,
    /// The snapshot's name, or the template's key.
    pub name: String,
    /// When.
    pub created: Timestamp,
}

impl Note {
    /// Reads a comment; `None` if it is not ours.
    pub fn read(comment: &str) -> Option<Self> {
        serde_json::from_str(comment).ok()
    }

    /// The comment.
    ///
    /// # Panics
    ///
    /// Never: a note holds nothing that JSON cannot.
    pub fn text(&self) -> String {
        serde_json::to_string(self).expect("a note holds nothing that JSON cannot")
    }

    /// The name of the database that carries this note: at most 63 bytes, whatever the
    /// original is called.
    pub fn database(&self) -> DatabaseName {
        let purpose = match self.purpose {
            Purpose::Snapshot | Purpose::Safety => "snapshot",
            Purpose::Template => "template",
        };
        DatabaseName::new(format!(
            "townpass_{purpose}_{}_{}",
            tag(&self.of),
            self.name
        ))
    }
}

/// The name of a copy of `database` that is not complete, or of one on its way out.
pub fn unfinished(database: &DatabaseName, random: u32) -> DatabaseName {
    DatabaseName::new(format!("{}{random:08x}", unfinished_prefix(database)))
}

/// How every name of [`unfinished`] begins.
pub fn unfinished_prefix(database: &DatabaseName) -> String {
    format!("{UNFINISHED}{}_", tag(database))
}

/// Whether a copy of any database bears this name while it is being made.
pub fn is_unfinished(name: &DatabaseName) -> bool {
    name.as_str().starts_with(UNFINISHED)
}

const UNFINISHED: &str = "townpass_unfinished_";

/// Eight letters that stand for a database in the names of its copies.
fn tag(database: &DatabaseName) -> String {
    let digest = Sha256::digest(database.as_str());
    let four = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    format!("{four:08x}")
}

/// The name of a snapshot: 1 to 36 of `a-z 0-9 . _ -`, beginning with a letter or a digit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct SnapshotName(String);

/// How the names begin that are ours to give.
const SAFETY: &str = "before-";

impl SnapshotName {
    /// The name of the copy that is kept before `what` (`reset`, `restore`) happens.
    pub fn safety(what: &str, now: Timestamp) -> Self {
        Self(format!(
            "{SAFETY}{what}-{}",
            now.strftime("%Y%m%d-%H%M%S%.3f")
        ))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a name was given by [`safety`](Self::safety).
    pub fn is_safety(name: &str) -> bool {
        name.starts_with(SAFETY)
    }

    /// A name as a person may give it to a new snapshot.
    pub fn chosen(text: &str) -> Result<Self, Error> {
        let name: Self = text.parse()?;
        if Self::is_safety(text) {
            return Err(Error::SnapshotName {
                name: text.to_owned(),
                why: "names that begin with `before-` are given by townpass itself",
            });
        }
        Ok(name)
    }
}

impl FromStr for SnapshotName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let why = if text.is_empty() || text.len() > 36 {
            "it must have 1 to 36 letters"
        } else if !text
            .bytes()
            .all(|byte| plain(byte) || b"._-".contains(&byte))
        {
            "only `a-z`, `0-9`, `.`, `_` and `-` may stand in it"
        } else if !text.bytes().next().is_some_and(plain) {
            "it must begin with a letter or a digit"
        } else {
            return Ok(Self(text.to_owned()));
        };
        Err(Error::SnapshotName {
            name: text.to_owned(),
            why,
        })
    }
}

impl fmt::Display for SnapshotName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{Note, Purpose, SnapshotName, unfinished, unfinished_prefix};
    use crate::ident::DatabaseName;

    #[test]
    fn a_note_survives_its_comment() {
        let note = Note {
            purpose: Purpose::Safety,
            of: DatabaseName::new("it's \"quoted\""),
            name: "before-reset-20261123-031522".into(),
            created: "2026-11-23T03:15:22Z".parse().expect("a timestamp"),
        };
        assert_eq!(Note::read(&note.text()), Some(note));
        for foreign in ["", "the main database", "{}", r#"{"townpass": "cake"}"#] {
            assert_eq!(Note::read(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn every_name_fits_into_63_bytes_and_databases_do_not_mix() {
        let long = DatabaseName::new("x".repeat(63));
        for purpose in [Purpose::Snapshot, Purpose::Safety, Purpose::Template] {
            let note = Note {
                purpose,
                of: long.clone(),
                name: "n".repeat(36),
                created: Timestamp::UNIX_EPOCH,
            };
            assert!(note.database().as_str().len() <= 63);
        }
        let other = DatabaseName::new("x".repeat(62));
        assert!(
            unfinished(&long, 7)
                .as_str()
                .starts_with(&unfinished_prefix(&long))
        );
        assert!(
            !unfinished(&long, 7)
                .as_str()
                .starts_with(&unfinished_prefix(&other))
        );
    }

    #[test]
    fn snapshot_names() {
        for good in ["a", "before-lunch", "2026.11", "with_orders-2"] {
            assert!(good.parse::<SnapshotName>().is_ok(), "{good}");
        }
        for bad in ["", "-a", "A", "a b", "é", "a/b", "..", &"a".repeat(37)] {
            assert!(bad.parse::<SnapshotName>().is_err(), "{bad}");
        }
        assert!(SnapshotName::chosen("before-lunch").is_err());
        assert!(SnapshotName::chosen("lunch").is_ok());
        let safety = SnapshotName::safety("restore", Timestamp::UNIX_EPOCH);
        assert_eq!(safety.as_str(), "before-restore-19700101-000000.000");
        assert!(safety.as_str().parse::<SnapshotName>().is_ok());
    }
}
