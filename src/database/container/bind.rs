//! Data in a directory of the host: set aside by a new name, never emptied.
//!
//! The server's user owns such a directory, and ours may not even read it. But who may write to
//! its parent may rename it, at once and whatever its size; so the directory itself becomes the
//! snapshot, and the engine makes an empty one in its place.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::database::Error;
use crate::database::provider::Saved;

/// Gives the directory the name of a snapshot.
pub(super) fn set_aside(directory: &Path, name: &str) -> Result<(), Error> {
    if !directory.exists() {
        return Err(Error::NoData);
    }
    rename(directory, &aside(directory, name))
}

/// Gives a snapshot the directory's name. What has that name now must have been set aside.
pub(super) fn put_back(directory: &Path, name: &str) -> Result<(), Error> {
    rename(&aside(directory, name), directory)
}

/// The snapshots beside a directory, oldest first.
pub(super) fn saved(directory: &Path) -> Vec<Saved> {
    let prefix = file_name(&aside(directory, ""));
    let entries = directory.parent().and_then(|it| fs::read_dir(it).ok());
    let mut saved: Vec<_> = entries
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let changed = entry.metadata().and_then(|it| it.modified());
            Some(Saved {
                name: name.strip_prefix(&prefix)?.to_owned(),
                created: changed.unwrap_or(SystemTime::UNIX_EPOCH),
                size: None,
            })
        })
        .collect();
    saved.sort_by_key(|it| it.created);
    saved
}

/// Deletes a snapshot, where its owner lets us.
pub(super) fn forget(directory: &Path, name: &str) -> Result<(), Error> {
    let gone = aside(directory, name);
    fs::remove_dir_all(&gone).map_err(|source| Error::Aside {
        from: gone.display().to_string(),
        to: "nothing".to_owned(),
        source,
    })
}

fn aside(directory: &Path, name: &str) -> PathBuf {
    directory.with_file_name(format!("{}.snapshot-{name}", file_name(directory)))
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    fs::rename(from, to).map_err(|source| Error::Aside {
        from: from.display().to_string(),
        to: to.display().to_string(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{forget, put_back, saved, set_aside};
    use crate::database::Error;

    #[test]
    fn a_directory_is_set_aside_and_put_back() {
        let parent = tempfile::tempdir().expect("a temporary directory");
        let data = parent.path().join("pgdata");
        assert!(matches!(set_aside(&data, "one"), Err(Error::NoData)));
        fs::create_dir(&data).expect("it is ours");
        fs::write(data.join("PG_VERSION"), "16").expect("it is ours");
        set_aside(&data, "one").expect("it is renamed");
        fs::create_dir(&data).expect("it is ours");
        set_aside(&data, "two").expect("it is renamed");
        assert!(!data.exists());
        let mut names: Vec<_> = saved(&data).into_iter().map(|it| it.name).collect();
        names.sort();
        assert_eq!(names, ["one", "two"]);
        put_back(&data, "one").expect("it is renamed");
        assert!(data.join("PG_VERSION").exists());
        forget(&data, "two").expect("it is deleted");
        assert!(saved(&data).is_empty());
    }
}
