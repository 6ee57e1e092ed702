//! The only place of this module that looks at the file system.

use std::{fs, io, path::Path};

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
