//! Where else than in its own directory a project may have Alembic's configuration: around the
//! place where the command runs, or in a folder of the project.

use std::fs;
use std::path::{Path, PathBuf};

use crate::alembic::project::{INI, PYPROJECT};

/// How far below a project's directory it is looked for: `services/api/alembic.ini`.
const DEPTH: usize = 2;

/// Folders with the code of others.
const FOREIGN: &[&str] = &["node_modules", "site-packages", "target", "vendor", "venv"];

/// The directories from `from` up to `top`, without that, that may hold a configuration; none where
/// `from` is not below `top`.
pub fn around(from: &Path, top: &Path) -> Vec<PathBuf> {
    if !from.starts_with(top) {
        return Vec::new();
    }
    let above = from.ancestors().take_while(|it| *it != top);
    above
        .filter(|it| may_hold(it))
        .map(Path::to_owned)
        .collect()
}

/// The folders below `top` that may hold a configuration, by name.
pub fn below(top: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut level = folders(top);
    for _ in 0..DEPTH {
        found.extend(level.iter().filter(|it| may_hold(it)).cloned());
        level = level.iter().flat_map(|it| folders(it)).collect();
    }
    found.sort();
    found
}

/// Whether Alembic is spoken of there.
pub fn may_hold(directory: &Path) -> bool {
    directory.join(INI).is_file()
        || fs::read_to_string(directory.join(PYPROJECT))
            .is_ok_and(|text| text.contains("[tool.alembic"))
}

fn folders(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let ours = |name: &str| !name.starts_with('.') && !FOREIGN.contains(&name);
    entries
        .filter(|entry| ours(&entry.file_name().to_string_lossy()))
        // Links are not followed: they may lead anywhere.
        .filter(|entry| entry.file_type().is_ok_and(|it| it.is_dir()))
        .map(|entry| entry.path())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{around, below};

    fn told(top: &Path, found: &[std::path::PathBuf]) -> Vec<String> {
        let near = found.iter().map(|it| it.strip_prefix(top).expect("below"));
        near.map(|it| it.display().to_string().replace('\\', "/"))
            .collect()
    }

    #[test]
    fn configurations_are_found_around_and_below() {
        let place = tempfile::tempdir().expect("a directory");
        let top = place.path();
        for (path, text) in [
            ("backend/alembic.ini", "[alembic]"),
            ("services/api/pyproject.toml", "[tool.alembic]\n"),
            ("services/web/pyproject.toml", "[tool.black]\n"),
            (".venv/lib/alembic.ini", "[alembic]"),
            ("node_modules/some/alembic.ini", "[alembic]"),
            ("a/b/c/alembic.ini", "[alembic]"),
        ] {
            let path = top.join(path);
            fs::create_dir_all(path.parent().expect("in a folder")).expect("ours");
            fs::write(path, text).expect("ours");
        }
        assert_eq!(told(top, &below(top)), ["backend", "services/api"]);
        let within = top.join("backend/app/models");
        assert_eq!(told(top, &around(&within, top)), ["backend"]);
        assert!(around(&within, &top.join("services")).is_empty());
    }
}
