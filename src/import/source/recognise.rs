//! Which tool a folder is of, by the names of its files and the marks in them.

use std::collections::BTreeSet;

use super::folder::Folder;
use super::name::number;
use super::{flyway, refinery};
use crate::import::tool::Tool;
use crate::migration::directory::other_tool::OtherTool;

/// The tools whose files these may be. Alembic's configuration is looked for elsewhere.
pub fn tools(folder: &Folder) -> BTreeSet<Tool> {
    let mut found = BTreeSet::new();
    if folder.with("migration.sql").next().is_some() {
        found.insert(Tool::Prisma);
    }
    if folder.with("up.sql").next().is_some() {
        found.insert(Tool::Diesel);
    }
    for file in &folder.files {
        if flyway::is_meant(file) {
            found.insert(Tool::Flyway);
        }
        if refinery::is_meant(file.base()) {
            found.insert(Tool::Refinery);
        }
    }
    for file in folder.flat() {
        let Some((_, rest)) = number(&file.name) else {
            continue;
        };
        let Some(rest) = rest.strip_suffix(".sql") else {
            continue;
        };
        let marked = OtherTool::marked(&file.source.text);
        if let Some((tool, _)) = marked {
            found.insert(Tool::from(tool));
        } else if [".up", ".down"].iter().any(|it| rest.ends_with(it)) {
            found.extend([Tool::GolangMigrate, Tool::Sqlx]);
        } else if rest.starts_with('_') {
            found.insert(Tool::Sqlx);
        }
    }
    // What only Flyway names so is no file of refinery's.
    let only_flyway = folder
        .files
        .iter()
        .any(|file| flyway::is_meant(file) && !refinery::is_meant(file.base()));
    if only_flyway {
        found.remove(&Tool::Refinery);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::tools;
    use crate::import::source::folder::tests::folder;
    use crate::import::tool::Tool;

    #[test]
    fn files_tell_whose_they_are() {
        for (files, expected) in [
            (&[("README.md", "")][..], &[][..]),
            (&[("1_a.sql", "-- migrate:up\n")], &[Tool::Dbmate]),
            (&[("1_a.sql", "-- +goose Up\n")], &[Tool::Goose]),
            (&[("1_a.sql", "select 1;")], &[Tool::Sqlx]),
            (
                &[("1_a.up.sql", ""), ("1_a.down.sql", "")],
                &[Tool::Sqlx, Tool::GolangMigrate],
            ),
            (&[("V1__a.sql", "")], &[Tool::Flyway, Tool::Refinery]),
            (&[("V1__a.sql", ""), ("R__v.sql", "")], &[Tool::Flyway]),
            (&[("V1.2__a.sql", "")], &[Tool::Flyway]),
            (&[("2026_a/up.sql", "")], &[Tool::Diesel]),
            (&[("2026_a/migration.sql", "")], &[Tool::Prisma]),
            (
                &[("1_a.sql", "-- migrate:up\n"), ("2026_a/migration.sql", "")],
                &[Tool::Dbmate, Tool::Prisma],
            ),
        ] {
            let found: Vec<Tool> = tools(&folder(files)).into_iter().collect();
            assert_eq!(found, expected, "{files:?}");
        }
    }
}
