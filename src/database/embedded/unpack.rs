//! Unpacks an archive into a directory of its own, and never writes outside of it.

use std::{
    fs::{self, File},
    io::{self, BufReader},
    path::{Component, Path, PathBuf},
};

use flate2::read::GzDecoder;
use tar::Archive;

use super::{Error, pins::Pin};

/// Unpacks the archive at `file` into `into`, which must be new. The one directory that the
/// archive begins with is left out.
pub(in crate::database::embedded) fn unpack(
    file: &Path,
    pin: &Pin,
    into: &Path,
) -> Result<(), Error> {
    let unreadable = |source| Error::Unpack {
        archive: pin.archive(),
        source,
    };
    let escape = |entry: &Path| Error::Escape {
        archive: pin.archive(),
        entry: entry.display().to_string(),
    };
    let opened = File::open(file).map_err(Error::file("read", file))?;
    let mut archive = Archive::new(GzDecoder::new(BufReader::new(opened)));
    archive.set_preserve_ownerships(false);
    archive.set_preserve_mtime(false);
    archive.set_overwrite(false);
    fs::create_dir_all(into).map_err(Error::file("make", into))?;
    for entry in archive.entries().map_err(unreadable)? {
        let mut entry = entry.map_err(unreadable)?;
        let name = entry.path().map_err(unreadable)?.into_owned();
        let Some(inner) = below(&name, &pin.stem()) else {
            return Err(escape(&name));
        };
        if leads_through_a_link(into, &inner) {
            return Err(escape(&name));
        }
        let place = into.join(&inner);
        let kind = entry.header().entry_type();
        if kind.is_dir() {
            fs::create_dir_all(&place).map_err(Error::file("make", &place))?;
        } else if kind.is_file() || kind.is_symlink() {
            if kind.is_symlink() {
                let target = entry.link_name().map_err(unreadable)?;
                let inside = target
                    .as_deref()
                    .is_some_and(|target| stays_inside(&inner, target));
                if !inside {
                    return Err(escape(&name));
                }
            }
            if let Some(parent) = place.parent() {
                fs::create_dir_all(parent).map_err(Error::file("make", parent))?;
            }
            entry.unpack(&place).map_err(unreadable)?;
        } else {
            return Err(escape(&name));
        }
        open_to_everyone(&place)?;
    }
    Ok(())
}

/// The path below the archive's own directory; `None` where it leads elsewhere.
fn below(name: &Path, stem: &str) -> Option<PathBuf> {
    let mut inner = PathBuf::new();
    let mut components = name
        .components()
        .filter(|it| !matches!(it, Component::CurDir));
    match components.next() {
        Some(Component::Normal(first)) if first == stem => {}
        _ => return None,
    }
    for component in components {
        match component {
            Component::Normal(part) => inner.push(part),
            Component::Prefix(_)
            | Component::RootDir
            | Component::CurDir
            | Component::ParentDir => {
                return None;
            }
        }
    }
    Some(inner)
}

/// Whether a link at `inner` to `target` stays in the archive's directory.
fn stays_inside(inner: &Path, target: &Path) -> bool {
    let mut depth = inner.components().count().saturating_sub(1);
    for component in target.components() {
        match component {
            Component::Normal(_) => depth += 1,
            Component::CurDir => {}
            Component::ParentDir if depth > 0 => depth -= 1,
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return false,
        }
    }
    true
}

/// Whether something above `inner` is a link: nothing is written through one.
fn leads_through_a_link(into: &Path, inner: &Path) -> bool {
    inner
        .ancestors()
        .skip(1)
        .filter(|above| *above != Path::new(""))
        .any(|above| fs::symlink_metadata(into.join(above)).is_ok_and(|it| it.is_symlink()))
}

/// Lets the user that the server runs as read it, whatever the mask of ours is.
#[cfg(unix)]
fn open_to_everyone(place: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt as _;
    let meta = fs::symlink_metadata(place).map_err(Error::file("read", place))?;
    if meta.is_symlink() {
        return Ok(());
    }
    let mode = meta.permissions().mode();
    let wanted = if meta.is_dir() || mode & 0o100 != 0 {
        0o755
    } else {
        0o644
    };
    fs::set_permissions(place, fs::Permissions::from_mode(wanted))
        .map_err(Error::file("open", place))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "on Unix it can fail")]
fn open_to_everyone(_place: &Path) -> Result<(), Error> {
    Ok(())
}

/// Removes a directory, where there is one.
pub(in crate::database::embedded) fn remove(directory: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Error::file("remove", directory)(error))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use flate2::{Compression, write::GzEncoder};
    use tar::{Builder, EntryType, Header};

    use super::*;
    use crate::database::embedded::version::Version;

    fn pin() -> Pin {
        Pin {
            release: "16.15.0".to_owned(),
            version: Version {
                major: 16,
                minor: 15,
            },
            target: "here".to_owned(),
            sha256: String::new(),
        }
    }

    /// Unpacks an archive of one entry; the name is written as it is, unchecked.
    fn unpacked(
        kind: EntryType,
        name: &str,
        target: &str,
    ) -> (tempfile::TempDir, Result<(), Error>) {
        let root = tempfile::tempdir().expect("a directory");
        let file = root.path().join("archive");
        let encoder = GzEncoder::new(File::create(&file).expect("made"), Compression::fast());
        let mut builder = Builder::new(encoder);
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(0o600);
        let content: &[u8] = if kind == EntryType::Regular {
            b"text"
        } else {
            b""
        };
        header.set_size(content.len() as u64);
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.as_old_mut().linkname[..target.len()].copy_from_slice(target.as_bytes());
        header.set_cksum();
        builder.append(&header, content).expect("appended");
        builder
            .into_inner()
            .and_then(GzEncoder::finish)
            .expect("finished");
        let result = unpack(&file, &pin(), &root.path().join("out"));
        (root, result)
    }

    #[test]
    fn what_belongs_inside_is_unpacked() {
        let (root, result) = unpacked(
            EntryType::Regular,
            "postgresql-16.15.0-here/bin/postgres",
            "",
        );
        result.expect("unpacked");
        let text = fs::read(root.path().join("out/bin/postgres")).expect("there");
        assert_eq!(text, b"text");
        let (_root, result) = unpacked(
            EntryType::Symlink,
            "postgresql-16.15.0-here/lib/a",
            "../lib/b.so",
        );
        result.expect("a link inside");
    }

    #[test]
    fn nothing_is_written_outside() {
        let cases = [
            (EntryType::Regular, "../evil", ""),
            (EntryType::Regular, "/tmp/evil", ""),
            (EntryType::Regular, "postgresql-16.15.0-here/../../evil", ""),
            (EntryType::Regular, "another/evil", ""),
            (
                EntryType::Symlink,
                "postgresql-16.15.0-here/a",
                "/etc/passwd",
            ),
            (EntryType::Symlink, "postgresql-16.15.0-here/a", "../b"),
            (EntryType::Link, "postgresql-16.15.0-here/a", "/etc/passwd"),
            (EntryType::Char, "postgresql-16.15.0-here/a", ""),
        ];
        for (kind, name, target) in cases {
            let (root, result) = unpacked(kind, name, target);
            assert!(
                matches!(result, Err(Error::Escape { .. })),
                "{name} -> {target}: {result:?}"
            );
            assert!(!root.path().join("evil").exists());
        }
    }
}
