//! A file of the folder and its text.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::migration::error::Error;

/// A file and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where it is.
    pub path: PathBuf,
    /// What it holds.
    pub text: Arc<str>,
}

/// The file of a way back. Most verbs never need its text, so that it is read by the first that
/// does, and kept from then on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Down {
    path: PathBuf,
    text: OnceLock<Arc<str>>,
}

impl Source {
    /// Reads the file at `path`, which must be UTF-8.
    pub fn read(path: PathBuf) -> Result<Self, Error> {
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(cause) => return Err(Error::Unreadable { path, cause }),
        };
        match str::from_utf8(&bytes) {
            Ok(text) => Ok(Self {
                path,
                text: text.into(),
            }),
            Err(error) => Err(Error::NotUtf8 {
                path,
                offset: error.valid_up_to(),
            }),
        }
    }

    /// The last part of its path.
    pub fn name(&self) -> String {
        name(&self.path)
    }

    /// Whether sqlx would run this outside a transaction: the marker must be its first bytes.
    pub fn opts_out_of_transaction(&self) -> bool {
        self.text.starts_with("-- no-transaction")
    }
}

impl Down {
    /// The file at `path`, not read yet.
    pub fn at(path: PathBuf) -> Self {
        Self {
            path,
            text: OnceLock::new(),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file with its text, read now if nobody did before.
    pub fn read(&self) -> Result<Source, Error> {
        if let Some(text) = self.text.get() {
            return Ok(Source {
                path: self.path.clone(),
                text: Arc::clone(text),
            });
        }
        let read = Source::read(self.path.clone())?;
        // If another thread was faster, what it read is what counts.
        let text = self.text.get_or_init(|| read.text);
        Ok(Source {
            path: read.path,
            text: Arc::clone(text),
        })
    }
}

impl From<Source> for Down {
    fn from(source: Source) -> Self {
        Self {
            path: source.path,
            text: source.text.into(),
        }
    }
}

fn name(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::Down;

    #[test]
    fn the_way_back_is_read_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("1_a.down.sql");
        let down = Down::at(path.clone());
        down.read().expect_err("it is not there");
        std::fs::write(&path, "drop table a;").expect("writes");
        assert_eq!(&*down.read().expect("reads").text, "drop table a;");
        std::fs::remove_file(&path).expect("removes");
        assert_eq!(&*down.read().expect("has read").text, "drop table a;");
    }
}
