//! What is remembered of a project between two commands: which provider holds its data.
//!
//! One small file a project, below [`Places::data`]. Losing it loses no data.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Error, places::Places};
use crate::database::Kind;
use crate::ident::ProjectName;

/// The memory of one project.
#[derive(Clone, Debug)]
pub struct State {
    directory: PathBuf,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Remembered {
    provider: Option<String>,
}

impl State {
    /// The memory of the project `name` in `directory`.
    pub fn of(places: &Places, name: &ProjectName, directory: &Path) -> Self {
        let digest = Sha256::digest(directory.to_string_lossy().as_bytes());
        let key: String = digest[..4]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            directory: places.data.join("projects").join(format!("{name}-{key}")),
        }
    }

    /// The directory that is this project's own.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The provider that last ran the project's database.
    pub fn provider(&self) -> Option<Kind> {
        let text = fs::read(self.directory.join("state.json")).ok()?;
        let remembered: Remembered = serde_json::from_slice(&text).ok()?;
        match remembered.provider?.as_str() {
            "docker" => Some(Kind::Docker),
            "embedded" => Some(Kind::Embedded),
            _ => None,
        }
    }

    /// Remembers the provider. Written aside and renamed, so that it is never half there.
    pub fn remember(&self, provider: Kind) -> Result<(), Error> {
        if self.provider() == Some(provider) {
            return Ok(());
        }
        let path = self.directory.join("state.json");
        let text = serde_json::json!({ "provider": provider }).to_string();
        self.create()?;
        tempfile::NamedTempFile::new_in(&self.directory)
            .and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.persist(&path).map_err(io::Error::from)
            })
            .map_err(|source| Error::Write { path, source })?;
        Ok(())
    }

    /// Forgets the provider.
    pub fn forget(&self) -> Result<(), Error> {
        let path = self.directory.join("state.json");
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(Error::Write { path, source })
            }
            _ => Ok(()),
        }
    }

    /// Waits until no other command changes this project's database, calling `waiting` once if
    /// it has to. The lock ends with the value, or with the process.
    pub async fn lock(&self, mut waiting: impl FnMut()) -> Result<Lock, Error> {
        self.create()?;
        let path = self.directory.join("lock");
        let wrong = |source| Error::Write {
            path: path.clone(),
            source,
        };
        // Whoever holds it may not let it be cut off, so it is opened as it is.
        let file = File::options()
            .create(true)
            .write(true)
            .truncate(false)
            .open(&path)
            .map_err(wrong)?;
        let mut said = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock { _file: file }),
                Err(TryLockError::WouldBlock) => {
                    if !said {
                        waiting();
                        said = true;
                    }
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
                Err(TryLockError::Error(source)) => return Err(wrong(source)),
            }
        }
    }

    fn create(&self) -> Result<(), Error> {
        fs::create_dir_all(&self.directory).map_err(|source| Error::Write {
            path: self.directory.clone(),
            source,
        })
    }
}

/// Held while a command changes a project's database.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(root: &Path) -> State {
        let places = Places {
            data: root.to_owned(),
            cache: root.to_owned(),
        };
        State::of(
            &places,
            &ProjectName::new("backend"),
            Path::new("/srv/backend"),
        )
    }

    #[test]
    fn what_was_remembered_is_read_back() {
        let root = tempfile::tempdir().expect("a directory");
        let state = state(root.path());
        assert_eq!(state.provider(), None);
        state.remember(Kind::Embedded).expect("written");
        assert_eq!(state.provider(), Some(Kind::Embedded));
        state.remember(Kind::Docker).expect("written");
        assert_eq!(state.provider(), Some(Kind::Docker));
        state.forget().expect("removed");
        state.forget().expect("nothing to remove");
        assert_eq!(state.provider(), None);
    }

    #[tokio::test]
    async fn a_second_lock_waits_for_the_first() {
        let root = tempfile::tempdir().expect("a directory");
        let state = state(root.path());
        let first = state
            .lock(|| panic!("nobody holds it"))
            .await
            .expect("locked");
        let mut waited = false;
        let second = state.lock(|| waited = true);
        assert!(
            tokio::time::timeout(Duration::from_millis(250), second)
                .await
                .is_err()
        );
        assert!(waited);
        drop(first);
        state
            .lock(|| panic!("it was released"))
            .await
            .expect("locked");
    }
}
