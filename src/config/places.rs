//! Where our own files live: data that must stay, and caches that may go.

use std::path::PathBuf;

use etcetera::BaseStrategy;

use super::{Env, Error};

/// The two roots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// Data directories of the embedded provider, and what is remembered of each project.
    pub data: PathBuf,
    /// Downloaded archives.
    pub cache: PathBuf,
}

impl Places {
    /// The roots for this user: `TOWNPASS_DATA_DIR` and `TOWNPASS_CACHE_DIR`, else the
    /// platform's custom. Root keeps both below `/var`, since a server that dropped its
    /// privileges could not pass `/root`.
    pub fn of(env: &Env) -> Result<Self, Error> {
        let given = |name| env.get(name).map(PathBuf::from);
        let (data, cache) = if env.user_id == Some(0) {
            (
                PathBuf::from("/var/lib/townpass"),
                PathBuf::from("/var/cache/townpass"),
            )
        } else {
            match etcetera::choose_base_strategy() {
                // What Windows calls a user's data follows him from machine to machine, which a
                // server's must not.
                Ok(base) if cfg!(windows) => {
                    let local = base.cache_dir().join("townpass");
                    (local.join("data"), local.join("cache"))
                }
                Ok(base) => (
                    base.data_dir().join("townpass"),
                    base.cache_dir().join("townpass"),
                ),
                Err(_) => (
                    given("TOWNPASS_DATA_DIR").ok_or(Error::NoHome)?,
                    given("TOWNPASS_CACHE_DIR").ok_or(Error::NoHome)?,
                ),
            }
        };
        Ok(Self {
            data: given("TOWNPASS_DATA_DIR").unwrap_or(data),
            cache: given("TOWNPASS_CACHE_DIR").unwrap_or(cache),
        })
    }
}
