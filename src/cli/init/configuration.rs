//! `townpass.toml`: what differs from the defaults, and why.

use std::fmt::Write as _;

use super::find::{Found, USUAL_FOLDER, whose};
use super::proposal::Change;
use super::reference;
use crate::config::{Environment, ProviderChoice, file};

/// One key of `townpass.toml`.
struct Key {
    /// What it means here.
    comment: String,
    /// Its name and value, as the file has it.
    line: String,
    /// Whether the default is another.
    differs: bool,
    /// Whether the file has it already.
    written: bool,
}

fn keys(found: &Found) -> Vec<Key> {
    let mut keys = Vec::new();
    let (configured, chosen) = (&found.configured, &found.chosen);
    let (service, file, by_itself) = match &found.project {
        Some(it) => (it.service.as_str(), it.file.as_str(), it.found_by_itself),
        None => ("db", reference::NAME, true),
    };
    keys.push(Key {
        comment: format!("The database: service `{service}` of `{file}`."),
        line: assignment("service", service),
        differs: !by_itself,
        written: configured.service.is_some(),
    });
    if let (None, Some(alembic)) = (&found.history, &found.alembic) {
        keys.push(Key {
            comment: format!(
                "The history is Alembic's, by `{alembic}`; this would be for SQL files."
            ),
            line: assignment("migrations", USUAL_FOLDER),
            differs: false,
            written: configured.migrations.is_some(),
        });
    } else {
        let folder = found.history.clone().unwrap_or_else(|| found.new_folder());
        let folder = folder.to_string_lossy().replace('\\', "/");
        let comment = match &found.theirs {
            None => "The history: SQL files in this folder.".to_owned(),
            Some(theirs) => format!(
                "The history: SQL files in this folder, once that is taken over which is {}.",
                whose(theirs)
            ),
        };
        keys.push(Key {
            comment,
            line: assignment("migrations", &folder),
            differs: folder != USUAL_FOLDER,
            written: configured.migrations.is_some(),
        });
    }
    let provider = chosen.provider.unwrap_or_default();
    keys.push(Key {
        comment: "What runs it: `docker`, `embedded`, or `auto` for whichever can be had."
            .to_owned(),
        line: assignment(
            "provider",
            match provider {
                ProviderChoice::Auto => "auto",
                ProviderChoice::Docker => "docker",
                ProviderChoice::Embedded => "embedded",
            },
        ),
        differs: provider != ProviderChoice::Auto,
        written: configured.provider.is_some(),
    });
    if let Some(environment) = chosen.environment {
        keys.push(Key {
            comment: "What the database is for: in production, what loses data must be approved."
                .to_owned(),
            line: assignment(
                "environment",
                match environment {
                    Environment::Development => "development",
                    Environment::Production => "production",
                },
            ),
            differs: true,
            written: configured.environment.is_some(),
        });
    }
    keys
}

/// A line of TOML.
fn assignment(key: &str, value: &str) -> String {
    format!("{key} = {}", toml_edit::Value::from(value))
}

/// `townpass.toml`: a new one explains itself; one that is there only gets what it lacks.
pub(super) fn configuration(found: &Found) -> Option<Change> {
    let path = found.directory.join(file::NAME);
    let keys = keys(found);
    let Some(before) = &found.configuration else {
        let mut after = HEAD.to_owned();
        for key in keys {
            let off = if key.differs { "" } else { "# " };
            // Writing to a string cannot fail.
            let _ = write!(after, "\n# {}\n{off}{}\n", key.comment, key.line);
        }
        return Some(Change {
            path,
            before: None,
            after,
        });
    };
    let lacking: Vec<Key> = keys
        .into_iter()
        .filter(|it| it.differs && !it.written)
        .collect();
    if lacking.is_empty() {
        return None;
    }
    // Before any table, which would claim them.
    let mut after = String::new();
    for key in lacking {
        let _ = writeln!(after, "# {}\n{}", key.comment, key.line);
    }
    after.push_str(before);
    Some(Change {
        path,
        before: Some(before.clone()),
        after,
    })
}

/// What stands at the head of a new `townpass.toml`.
const HEAD: &str = "\
# What townpass has to know of this project. A line that begins with `#` shows a default that
# holds. `townpass doctor` shows what is found, and what is wrong.
";
