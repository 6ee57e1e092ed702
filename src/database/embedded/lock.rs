//! One command at a time: a lock that ends with its process.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::Path,
    time::Duration,
};

use tokio::time::Instant;

use super::Error;

/// Held while a command changes what the lock file stands beside.
#[derive(Debug)]
pub(in crate::database::embedded) struct Lock {
    _file: File,
}

/// Takes the lock at `path`; whoever holds it is waited for, but not longer than `patience`.
/// `waiting` is called once if there is a wait.
pub(in crate::database::embedded) async fn acquire(
    path: &Path,
    patience: Duration,
    mut waiting: impl FnMut(),
) -> Result<Lock, Error> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(Error::file("open", path))?;
    let deadline = Instant::now() + patience;
    let mut said = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock { _file: file }),
            Err(TryLockError::Error(source)) => return Err(Error::file("lock", path)(source)),
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => {
                return Err(Error::Busy {
                    lock: path.to_owned(),
                });
            }
            Err(TryLockError::WouldBlock) => {
                if !said {
                    waiting();
                    said = true;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}
