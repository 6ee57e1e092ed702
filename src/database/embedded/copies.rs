//! Copies of the whole data directory, and putting one in place of the data.
//!
//! [`settle`] finishes, or undoes, what a killed process has left half done. Everybody who
//! changes anything calls it first, under the lock.

use std::{
    fs, io,
    path::Path,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};

use super::{
    Error,
    layout::{CopyName, Layout},
    server::Place,
    unpack::remove,
};
use crate::database::provider::Saved;

/// What is known of a copy, in a file beside its data.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct About {
    created_ms: u64,
    size: u64,
}

/// Brings the directory to a state that a name can be trusted in.
pub(in crate::database::embedded) fn settle(layout: &Layout) -> Result<(), Error> {
    let data = layout.data();
    // A restore was killed between its two renames: finish it.
    if !data.exists() {
        for half in [layout.restored(), layout.replaced()] {
            if half.exists() {
                rename(&half, &data)?;
                break;
            }
        }
    }
    for rest in [
        layout.restoring(),
        layout.restored(),
        layout.replaced(),
        layout.doomed(),
    ] {
        remove(&rest)?;
    }
    let Ok(entries) = fs::read_dir(layout.copies()) else {
        return Ok(());
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with('.') {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// Copies the stopped server's data under `name`.
pub(in crate::database::embedded) async fn save(
    place: &Place,
    name: &CopyName,
) -> Result<(), Error> {
    let copy = place.layout.copy(name);
    if copy.exists() {
        return Err(Error::CopyExists(name.as_str().to_owned()));
    }
    let unfinished = place.layout.unfinished_copy(name);
    let (place, data) = (place.clone(), place.layout.data());
    blocking(move || {
        remove(&unfinished)?;
        fs::create_dir_all(&unfinished).map_err(Error::file("make", &unfinished))?;
        let size = copy_tree(&place, &data, &unfinished.join("data"))?;
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let about = About {
            created_ms: u64::try_from(now.unwrap_or_default().as_millis()).unwrap_or(0),
            size,
        };
        let file = unfinished.join("about.json");
        let text =
            serde_json::to_string(&about).map_err(|it| Error::file("write", &file)(it.into()))?;
        fs::write(&file, text).map_err(Error::file("write", &file))?;
        rename(&unfinished, &copy)
    })
    .await
}

/// Puts the copy `name` in place of the stopped server's data.
pub(in crate::database::embedded) async fn restore(
    place: &Place,
    name: &CopyName,
) -> Result<(), Error> {
    let copy = place.layout.copy(name);
    if !copy.exists() {
        return Err(Error::NoSuchCopy(name.as_str().to_owned()));
    }
    let place = place.clone();
    blocking(move || {
        let layout = &place.layout;
        copy_tree(&place, &copy.join("data"), &layout.restoring())?;
        rename(&layout.restoring(), &layout.restored())?;
        if layout.data().exists() {
            rename(&layout.data(), &layout.replaced())?;
        }
        rename(&layout.restored(), &layout.data())?;
        remove(&layout.replaced())
    })
    .await
}

/// Removes the stopped server's data.
pub(in crate::database::embedded) async fn destroy(layout: &Layout) -> Result<(), Error> {
    let layout = layout.clone();
    blocking(move || {
        if layout.data().exists() {
            rename(&layout.data(), &layout.doomed())?;
        }
        remove(&layout.doomed())
    })
    .await
}

/// The complete copies, oldest first.
pub(in crate::database::embedded) fn saved(layout: &Layout) -> Result<Vec<Saved>, Error> {
    let directory = layout.copies();
    let entries = match fs::read_dir(&directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::file("read", &directory)(error)),
    };
    let mut saved = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(copy) = CopyName::new(&name).map(|it| layout.copy(&it)) else {
            continue;
        };
        let about = fs::read(copy.join("about.json")).ok();
        let about: Option<About> = about.and_then(|it| serde_json::from_slice(&it).ok());
        let Some(about) = about else { continue };
        saved.push(Saved {
            name,
            created: SystemTime::UNIX_EPOCH + Duration::from_millis(about.created_ms),
            size: Some(about.size),
        });
    }
    saved.sort_by(|one, other| (one.created, &one.name).cmp(&(other.created, &other.name)));
    Ok(saved)
}

/// Deletes the copy `name`.
pub(in crate::database::embedded) async fn forget(
    layout: &Layout,
    name: &CopyName,
) -> Result<(), Error> {
    let (copy, unfinished) = (layout.copy(name), layout.unfinished_copy(name));
    if !copy.exists() {
        return Err(Error::NoSuchCopy(name.as_str().to_owned()));
    }
    blocking(move || {
        remove(&unfinished)?;
        rename(&copy, &unfinished)?;
        remove(&unfinished)
    })
    .await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Error::Task)?
}

fn rename(from: &Path, to: &Path) -> Result<(), Error> {
    fs::rename(from, to).map_err(Error::file("move", from))
}

/// Copies a cluster for the server's user and returns its size. Where the file system can share
/// blocks, [`fs::copy`] lets it.
fn copy_tree(place: &Place, from: &Path, to: &Path) -> Result<u64, Error> {
    let tablespaces = from.join("pg_tblspc");
    let elsewhere = fs::read_dir(&tablespaces).is_ok_and(|mut it| it.next().is_some());
    if elsewhere {
        return Err(Error::Tablespaces {
            data: from.to_owned(),
        });
    }
    copy_directory(place, from, to)
}

fn copy_directory(place: &Place, from: &Path, to: &Path) -> Result<u64, Error> {
    place.make_private(to)?;
    let mut size = 0;
    for entry in fs::read_dir(from).map_err(Error::file("read", from))? {
        let entry = entry.map_err(Error::file("read", from))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().map_err(Error::file("read", &source))?;
        if kind.is_dir() {
            size += copy_directory(place, &source, &target)?;
        } else if kind.is_file() && entry.file_name() != "postmaster.pid" {
            size += fs::copy(&source, &target).map_err(Error::file("copy", &source))?;
            place.user.give(&target)?;
        }
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(parts: &[&str]) -> (tempfile::TempDir, Layout) {
        let root = tempfile::tempdir().expect("a directory");
        for part in parts {
            fs::create_dir_all(root.path().join(part)).expect("made");
            fs::write(root.path().join(part).join("who"), part).expect("written");
        }
        let layout = Layout::new(root.path().to_owned());
        (root, layout)
    }

    /// What a killed restore or destroy may leave, and which cluster is there afterwards.
    #[test]
    fn what_was_half_done_is_settled() {
        let cases: &[(&[&str], Option<&str>)] = &[
            (&["data"], Some("data")),
            (&["data", "data.restoring"], Some("data")),
            (&["data", "data.restored"], Some("data")),
            (&["data.replaced", "data.restored"], Some("data.restored")),
            (&["data", "data.replaced"], Some("data")),
            (&["data.replaced"], Some("data.replaced")),
            (&["data.doomed"], None),
            (&["data.initialising-0000002a"], None),
            (&[], None),
        ];
        for (parts, who) in cases {
            let (_root, layout) = made(parts);
            settle(&layout).expect("settled");
            let found = fs::read_to_string(layout.data().join("who")).ok();
            assert_eq!(found.as_deref(), *who, "{parts:?}");
            for rest in [
                "data.restoring",
                "data.restored",
                "data.replaced",
                "data.doomed",
            ] {
                assert!(!layout.root().join(rest).exists(), "{parts:?} left {rest}");
            }
        }
    }

    #[test]
    fn an_unfinished_copy_is_none() {
        let (_root, layout) = made(&["copies/.new", "copies/no-about"]);
        assert_eq!(saved(&layout).expect("read"), []);
        settle(&layout).expect("settled");
        assert!(!layout.copies().join(".new").exists());
    }
}
