//! Where the SQL migrations are, if they are not where they usually are.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::migration::directory::file::{self, Reading};

/// How deep below the project they are looked for.
const DEPTH: usize = 3;

/// Folders of others' files.
const STRANGE: [&str; 6] = ["build", "dist", "node_modules", "target", "venv", "vendor"];

/// The folder from `directory`: the `usual` one where it is there or was `named`, else the only
/// one that holds migrations.
pub(super) fn of(directory: &Path, usual: &Path, named: bool) -> Result<Option<PathBuf>, Error> {
    if holds_migrations(&directory.join(usual)) {
        return Ok(Some(usual.to_owned()));
    }
    if named {
        return Ok(None);
    }
    let mut found = Vec::new();
    search(directory, Path::new(""), DEPTH, &mut found);
    found.sort();
    match found.len() {
        0 => Ok(None),
        1 => Ok(found.pop()),
        _ => Err(Error::SeveralHistories {
            folders: found.iter().map(|it| it.display().to_string()).collect(),
        }),
    }
}

fn search(directory: &Path, below: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(directory.join(below)) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_folder = entry.file_type().is_ok_and(|it| it.is_dir());
        if !is_folder || name.starts_with('.') || STRANGE.contains(&name.as_str()) {
            continue;
        }
        let folder = below.join(&name);
        if holds_migrations(&directory.join(&folder)) {
            found.push(folder);
        } else if depth > 1 {
            search(directory, &folder, depth - 1, found);
        }
    }
}

fn holds_migrations(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.any(|name| matches!(file::read(&name), Reading::Migration(_)))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::of;
    use crate::error::Error;

    #[test]
    fn the_usual_folder_wins_and_another_is_looked_for() {
        let root = tempfile::tempdir().expect("a directory");
        let write = |path: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            fs::write(path, "select 1;").expect("written");
        };
        let find = |named| of(root.path(), Path::new("migrations"), named);
        assert_eq!(find(false).expect("none"), None);
        write("node_modules/x/1_a.sql");
        write("queries/find_users.txt");
        assert_eq!(find(false).expect("none"), None);
        write("db/migrations/20260101000000_a.up.sql");
        let found = find(false).expect("one");
        assert_eq!(found.as_deref(), Some(Path::new("db/migrations")));
        assert_eq!(find(true).expect("not where it was named"), None);
        write("sql/1_a.sql");
        assert!(matches!(find(false), Err(Error::SeveralHistories { .. })));
        write("migrations/1_a.sql");
        let found = find(false).expect("the usual");
        assert_eq!(found.as_deref(), Some(Path::new("migrations")));
    }
}
