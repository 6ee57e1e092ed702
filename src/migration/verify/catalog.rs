//! What a database is made of, as lines that can be compared.

use std::collections::BTreeSet;
use std::fmt;

use sqlx::Row as _;
use sqlx::postgres::PgConnection;

use crate::migration::error::Error;
use crate::migration::journal::database;
use crate::migration::journal::session::rows;

/// The question.
const SQL: &str = include_str!("catalog.sql");

/// All objects of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalog(BTreeSet<Object>);

/// One object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Object {
    /// `table`, `column`, `index` and so on.
    kind: String,
    /// What it is called.
    name: String,
    /// How it is defined.
    definition: String,
}

/// How one catalog is unlike another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `table users`
    pub object: String,
    /// How.
    pub change: Change,
}

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It is there and should not be.
    Left,
    /// It should be there.
    Missing,
    /// It is defined in another way.
    Different,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let object = &self.object;
        match self.change {
            Change::Left => write!(f, "{object} is left"),
            Change::Missing => write!(f, "{object} is missing"),
            Change::Different => write!(f, "{object} is not as it was"),
        }
    }
}

impl Catalog {
    /// Reads the catalog of a database. Names are qualified only where they must be.
    pub(in crate::migration) async fn read(connection: &mut PgConnection) -> Result<Self, Error> {
        let found = rows(connection, SQL)
            .await
            .map_err(|error| database("read its catalog", &error))?;
        let read: Result<BTreeSet<Object>, sqlx::Error> = found
            .iter()
            .map(|row| {
                let definition: Option<String> = row.try_get("definition")?;
                Ok(Object {
                    kind: row.try_get("kind")?,
                    name: row.try_get("name")?,
                    definition: definition.unwrap_or_default(),
                })
            })
            .collect();
        read.map(Self)
            .map_err(|error| database("read its catalog", &error))
    }

    /// What must change in `self` to make it `wanted`, each object once.
    pub fn unlike(&self, wanted: &Self) -> Vec<Difference> {
        let keys = |catalog: &Self| -> BTreeSet<(String, String)> {
            let objects = catalog.0.iter();
            objects
                .map(|it| (it.kind.clone(), it.name.clone()))
                .collect()
        };
        let (ours, theirs) = (keys(self), keys(wanted));
        let changed: BTreeSet<(String, String)> = self
            .0
            .symmetric_difference(&wanted.0)
            .map(|it| (it.kind.clone(), it.name.clone()))
            .collect();
        changed
            .into_iter()
            .map(|key| Difference {
                change: match (ours.contains(&key), theirs.contains(&key)) {
                    (true, true) => Change::Different,
                    (true, false) => Change::Left,
                    (false, _) => Change::Missing,
                },
                object: format!("{} {}", key.0, key.1),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Catalog, Object};

    #[test]
    fn each_object_is_named_once() {
        let catalog = |objects: &[(&str, &str)]| {
            Catalog(
                objects
                    .iter()
                    .map(|&(name, definition)| Object {
                        kind: "table".to_owned(),
                        name: name.to_owned(),
                        definition: definition.to_owned(),
                    })
                    .collect(),
            )
        };
        let now = catalog(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let wanted = catalog(&[("a", "1"), ("b", "2"), ("d", "1")]);
        let told: Vec<String> = now
            .unlike(&wanted)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            told,
            [
                "table b is not as it was",
                "table c is left",
                "table d is missing"
            ]
        );
        assert!(now.unlike(&now).is_empty());
    }
}
