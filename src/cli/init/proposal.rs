//! What to write, as values. Nothing is taken out of a file that is there.

use std::path::{Path, PathBuf};

use super::attributes::attributes;
use super::configuration::configuration;
use super::find::Found;
use super::reference;
use crate::error::Error;
use crate::migration::directory::draft::{Draft, Wish};
use crate::migration::{Directory, Graph, Version};
use crate::report::view::init;

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// Where.
    pub(super) path: PathBuf,
    /// What it holds; nothing where it is new.
    pub(super) before: Option<String>,
    /// What it will hold.
    pub(super) after: String,
}

impl Change {
    /// To be shown.
    pub(super) fn view(&self) -> init::Change {
        init::Change::of(&self.path, self.before.as_deref(), &self.after)
    }
}

/// All that is to be written, in the order in which it is shown.
pub(super) fn changes(found: &Found, now: Version) -> Result<Vec<Change>, Error> {
    let mut changes = Vec::new();
    if found.project.is_none() {
        let database = reference::database(&found.directory);
        changes.push(Change {
            path: found.directory.join(reference::NAME),
            before: None,
            after: reference::compose(&database, found.port),
        });
    }
    let none = found.history.is_none() && found.alembic.is_none() && found.theirs.is_none();
    let fresh = found.project.is_none() && none;
    let folder = match (&found.history, &found.alembic) {
        (Some(folder), _) => Some(folder.clone()),
        (None, Some(_)) => None,
        (None, None) => Some(found.new_folder()),
    };
    if let Some(folder) = folder.as_ref().filter(|_| fresh) {
        changes.extend(first_migration(&found.directory.join(folder), now)?);
    }
    changes.extend(configuration(found));
    changes.extend(folder.and_then(|folder| attributes(found, &folder)));
    Ok(changes)
}

fn first_migration(folder: &Path, now: Version) -> Result<[Change; 2], Error> {
    let directory = Directory::empty(folder);
    let wish = Wish {
        message: Some(reference::MESSAGE.to_owned()),
        ..Wish::default()
    };
    let draft = Draft::plan(&directory, &Graph::of(&directory)?, &wish, now)?;
    let [up, down] = draft.files;
    Ok([
        Change {
            path: up.path,
            before: None,
            after: up.text.trim_end().to_owned() + "\n\n" + reference::UP,
        },
        Change {
            path: down.path,
            before: None,
            // What a draft says of a way back that is still to be written is not true here.
            after: format!(
                "-- Takes back: {}\n\n{}",
                reference::MESSAGE,
                reference::DOWN
            ),
        },
    ])
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Change, changes};
    use crate::cli::init::find::{Chosen, Database, Found};
    use crate::config::ProviderChoice;
    use crate::config::file::File;
    use crate::migration::Version;

    const NOW: Version = Version::new(20_260_105_083_000);

    fn found() -> Found {
        Found {
            directory: PathBuf::from("shop"),
            project: Some(Database {
                file: "compose.yaml".to_owned(),
                service: "db".to_owned(),
                found_by_itself: true,
            }),
            history: Some(PathBuf::from("migrations")),
            alembic: None,
            theirs: None,
            url: None,
            configuration: None,
            configured: File::default(),
            chosen: Chosen::default(),
            attributes: None,
            attributes_above: Vec::new(),
            port: 5433,
        }
    }

    fn proposed(found: &Found) -> Vec<Change> {
        changes(found, NOW).expect("it can be proposed")
    }

    /// The names of the files that are written.
    fn names(found: &Found) -> Vec<String> {
        let path = |it: &Change| it.path.to_string_lossy().replace('\\', "/");
        proposed(found).iter().map(path).collect()
    }

    fn text(found: &Found, name: &str) -> String {
        let proposed = proposed(found);
        let change = proposed.iter().find(|it| it.path.ends_with(name));
        change.map_or_else(String::new, |it| it.after.clone())
    }

    #[test]
    fn an_empty_folder_gets_a_database_and_a_first_migration() {
        let found = Found {
            project: None,
            history: None,
            ..found()
        };
        assert_eq!(
            names(&found),
            [
                "shop/docker-compose.yml",
                "shop/migrations/20260105083000_create_users.up.sql",
                "shop/migrations/20260105083000_create_users.down.sql",
                "shop/townpass.toml",
                "shop/.gitattributes",
            ]
        );
        let compose = text(&found, "docker-compose.yml");
        assert!(compose.contains("POSTGRES_DB: shop_db"), "{compose}");
        assert!(compose.contains("\"5433:5432\""), "{compose}");
        let alembic = Found {
            alembic: Some("alembic.ini".to_owned()),
            ..found
        };
        assert_eq!(
            names(&alembic),
            ["shop/docker-compose.yml", "shop/townpass.toml"]
        );
    }

    #[test]
    fn only_what_differs_is_set() {
        let usual = text(&found(), "townpass.toml");
        let set = |text: &str| -> Vec<String> {
            let lines = text
                .lines()
                .filter(|it| !it.starts_with('#') && !it.is_empty());
            lines.map(str::to_owned).collect()
        };
        assert_eq!(set(&usual), [""; 0], "{usual}");
        let unusual = Found {
            project: Some(Database {
                file: "compose.yaml".to_owned(),
                service: "main \"db\"".to_owned(),
                found_by_itself: false,
            }),
            history: Some(PathBuf::from("db/migrations")),
            chosen: Chosen {
                provider: Some(ProviderChoice::Docker),
                ..Chosen::default()
            },
            ..found()
        };
        let text = text(&unusual, "townpass.toml");
        assert_eq!(
            set(&text),
            [
                "service = 'main \"db\"'",
                "migrations = \"db/migrations\"",
                "provider = \"docker\"",
            ]
        );
    }

    #[test]
    fn what_is_there_is_only_added_to() {
        let mut found = Found {
            configuration: Some("timeout = 5\n[embedded]\noffline = true\n".to_owned()),
            attributes: Some("*.png binary".to_owned()),
            history: Some(PathBuf::from("db/migrations")),
            ..found()
        };
        for change in proposed(&found) {
            let before = change.before.expect("it is there");
            assert!(change.after.contains(&before), "{}", change.after);
        }
        let toml = text(&found, "townpass.toml");
        assert!(toml.starts_with("# The history"), "{toml}");
        assert!(
            toml.contains("\nmigrations = \"db/migrations\"\ntimeout = 5\n"),
            "{toml}"
        );
        found.configured.migrations = Some(PathBuf::from("db/migrations"));
        found.attributes = Some("db/migrations/*.sql text eol=lf\n".to_owned());
        assert_eq!(names(&found), [""; 0], "a second run has nothing to do");
    }

    #[test]
    fn attributes_of_the_repository_count() {
        let above = Found {
            attributes_above: vec!["*.sql text eol=lf\n".to_owned()],
            ..found()
        };
        assert_eq!(names(&above), ["shop/townpass.toml"]);
    }
}
