//! Whether the project's metadata has a naming convention, which only Python can apply.

use std::fs;
use std::path::{Path, PathBuf};

use crate::alembic::project::Project;
use crate::alembic::translate::Naming;

/// What a convention is given to the metadata by.
const WORD: &str = "naming_convention";

/// As many files of a project are looked at; who has more is taken to have one.
const MOST_FILES: usize = 20_000;

/// Looks for a convention in what Python may import: the files around the configuration.
pub fn find(project: &Project) -> Naming {
    let mut count = 0;
    let beside = project.configuration.parent().unwrap_or(Path::new("."));
    let beside = if beside.as_os_str().is_empty() {
        Path::new(".")
    } else {
        beside
    };
    let mut folders: Vec<PathBuf> = vec![beside.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() {
                if !is_elsewhere(&name, &path) && !project.locations.contains(&path) {
                    folders.push(path);
                }
                continue;
            }
            if path.extension().is_none_or(|it| it != "py") {
                continue;
            }
            count += 1;
            let text = fs::read_to_string(&path).unwrap_or_default();
            if count > MOST_FILES || text.contains(WORD) {
                return Naming::Convention;
            }
        }
    }
    Naming::Plain
}

/// Whether a folder is none of the project's own.
fn is_elsewhere(name: &str, path: &Path) -> bool {
    const NAMES: [&str; 4] = ["node_modules", "__pycache__", "site-packages", "venv"];
    name.starts_with('.') || NAMES.contains(&name) || path.join("pyvenv.cfg").exists()
}
