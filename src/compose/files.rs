//! The only place of this module that looks at the file system.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The text of a file.
pub(in crate::compose) fn read(path: &Path) -> io::Result<String> {
    fs::read_to_string(path)
}

/// Whether there is something under that path that is not a directory.
pub(in crate::compose) fn is_file(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_dir())
}

/// Whether there is anything under that path.
pub(in crate::compose) fn exists(path: &Path) -> bool {
    fs::metadata(path).is_ok()
}

/// The path with its symbolic links followed, if it exists.
pub(in crate::compose) fn real(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}
