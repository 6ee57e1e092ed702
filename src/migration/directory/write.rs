//! The one place that writes into the folder.
//!
//! A file is written aside and then given its name, so that it is never half there. A new file
//! never takes the place of another, and where one of several cannot be written, none stays.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::migration::directory::unwritten::Unwritten;
use crate::migration::error::Error;

/// A file to be, and what it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// Where.
    pub path: PathBuf,
    /// What.
    pub text: String,
}

/// Writes all of `files`, or none. One that is there already is never overwritten.
pub fn create(files: &[NewFile]) -> Result<(), Error> {
    let mut written: Vec<&Path> = Vec::new();
    for file in files {
        if let Err(error) = create_one(file) {
            for path in written {
                // What went wrong first is what is told.
                let _ = fs::remove_file(path);
            }
            return Err(error);
        }
        written.push(&file.path);
    }
    Ok(())
}

/// Writes `text` to `path`, whatever was there.
pub fn replace(path: &Path, text: &str) -> Result<(), Error> {
    let unwritable = unwritable(path);
    aside(path, text)
        .and_then(|file| file.persist(path).map_err(io::Error::from))
        .map(drop)
        .map_err(unwritable)
}

/// Writes all of `new` and takes all of `old` away; where that fails, all is as before.
pub fn exchange(new: &[NewFile], old: &[PathBuf]) -> Result<(), Error> {
    let mut kept = Vec::new();
    for path in old {
        let text = fs::read(path).map_err(|cause| Error::Unreadable {
            path: path.clone(),
            cause,
        })?;
        kept.push((path, text));
    }
    create(new)?;
    for (index, path) in old.iter().enumerate() {
        if let Err(cause) = fs::remove_file(path) {
            for (path, text) in &kept[..index] {
                let _ = fs::write(path, text);
            }
            for file in new {
                let _ = fs::remove_file(&file.path);
            }
            return Err(unwritable(path)(cause));
        }
    }
    Ok(())
}

fn create_one(file: &NewFile) -> Result<(), Error> {
    let path = &file.path;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(unwritable(folder))?;
    }
    let aside = aside(path, &file.text).map_err(unwritable(path))?;
    match aside.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(Unwritten::Exists(path.clone()).into())
        }
        Err(error) => Err(unwritable(path)(error.error)),
    }
}

/// A file beside `path` that holds `text`, with the permissions of any other new file.
fn aside(path: &Path, text: &str) -> io::Result<NamedTempFile> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".townpass-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn unwritable(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |cause| Unwritten::Unwritable { path, cause }.into()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{NewFile, create, exchange, replace};
    use crate::migration::{Error, Unwritten};

    #[test]
    fn nothing_is_overwritten_and_nothing_stays_half() {
        let folder = tempfile::tempdir().expect("a directory");
        let file = |name: &str| NewFile {
            path: folder.path().join("deep").join(name),
            text: name.to_owned(),
        };
        create(&[file("a"), file("b")]).expect("written");
        let error = create(&[file("c"), file("b")]).expect_err("b is there");
        assert!(
            matches!(error, Error::Unwritten(Unwritten::Exists(_))),
            "{error}"
        );
        assert!(!file("c").path.exists(), "all or none");
        replace(&file("a").path, "other").expect("replaced");
        let text = fs::read_to_string(file("a").path).expect("read");
        assert_eq!(text, "other");
        let error = exchange(&[file("d"), file("b")], &[file("a").path]).expect_err("b is there");
        assert!(
            matches!(error, Error::Unwritten(Unwritten::Exists(_))),
            "{error}"
        );
        assert!(file("a").path.exists() && !file("d").path.exists());
        exchange(&[file("d")], &[file("a").path]).expect("exchanged");
        assert!(!file("a").path.exists() && file("d").path.exists());
        let left = fs::read_dir(folder.path().join("deep")).expect("listed");
        assert_eq!(left.count(), 2, "nothing is left aside");
    }
}
