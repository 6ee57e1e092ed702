//! The files of a build, as the archive that the engine wants.
//!
//! The archive is written while it is sent, so a large directory costs no memory.

use std::{
    fs::{self, File, Metadata},
    io::{self, BufWriter, Write},
    path::{Component, Path, PathBuf},
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::docker::{Error, image::ignore_file::IgnoreFile};

/// What goes into the archive.
#[derive(Debug)]
pub(in crate::docker) struct BuildContext {
    directory: PathBuf,
    ignored: IgnoreFile,
    /// A Dockerfile that is not in the directory: the name it gets there, and its text.
    added: Option<(String, String)>,
    /// Sent even if they are ignored: the engine needs them.
    always: Vec<String>,
}

/// An archive on its way.
pub(in crate::docker) struct Archive {
    pub(in crate::docker) pieces: mpsc::Receiver<io::Result<Bytes>>,
    pub(in crate::docker) failed: Arc<OnceLock<io::Error>>,
}

/// A Dockerfile by its name in the archive, and its text.
pub(in crate::docker) struct Dockerfile {
    pub(in crate::docker) name: String,
    pub(in crate::docker) text: String,
}

impl BuildContext {
    /// Finds the Dockerfile and the ignored files of a directory.
    pub(in crate::docker) fn read(
        directory: &Path,
        dockerfile: Option<&str>,
        inline: Option<&str>,
    ) -> Result<(Self, Dockerfile), Error> {
        let named = dockerfile.unwrap_or("Dockerfile");
        let path = directory.join(named);
        let text = match inline {
            Some(text) => text.to_owned(),
            None => read_text(&path)?,
        };
        let inside = path.strip_prefix(directory).ok().filter(|relative| {
            inline.is_none()
                && relative
                    .components()
                    .all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
        });
        let (name, added) = if let Some(relative) = inside {
            (portable(relative), None)
        } else {
            // A name that nothing else has, and that stays the same for the cache.
            let name = ".dockerfile.townpass".to_owned();
            (name.clone(), Some((name, text.clone())))
        };
        let mut ignored = IgnoreFile::default();
        for file in [format!("{named}.dockerignore"), ".dockerignore".to_owned()] {
            let path = directory.join(file);
            if path.is_file() {
                ignored = IgnoreFile::parse(&read_text(&path)?);
                break;
            }
        }
        let context = Self {
            directory: directory.to_owned(),
            ignored,
            added,
            always: vec![name.clone(), ".dockerignore".to_owned()],
        };
        Ok((context, Dockerfile { name, text }))
    }

    /// Writes the archive from a thread of its own. A file that cannot be read ends it, and is
    /// told in `failed`: what the connection makes of it says nothing.
    pub(in crate::docker) fn archive(self) -> Archive {
        let (sender, pieces) = mpsc::channel(4);
        let failed = Arc::new(OnceLock::new());
        let told = Arc::clone(&failed);
        tokio::task::spawn_blocking(move || {
            let sink = BufWriter::with_capacity(64 * 1024, Chunks(sender.clone()));
            if let Err(error) = self.write(sink)
                && error.kind() != io::ErrorKind::BrokenPipe
            {
                let copy = io::Error::new(error.kind(), error.to_string());
                let _ = told.set(error);
                let _ = sender.blocking_send(Err(copy));
            }
        });
        Archive { pieces, failed }
    }

    fn write(&self, sink: impl Write) -> io::Result<()> {
        let mut archive = tar::Builder::new(sink);
        archive.follow_symlinks(false);
        self.add_directory(&mut archive, Path::new(""))?;
        if let Some((name, text)) = &self.added {
            let mut header = tar::Header::new_gnu();
            header.set_mode(0o644);
            header.set_size(text.len() as u64);
            archive.append_data(&mut header, name, text.as_bytes())?;
        }
        archive.into_inner()?.flush()
    }

    fn add_directory(
        &self,
        archive: &mut tar::Builder<impl Write>,
        relative: &Path,
    ) -> io::Result<()> {
        let directory = self.directory.join(relative);
        let named = |error: io::Error, path: &Path| {
            io::Error::new(error.kind(), format!("{}: {error}", path.display()))
        };
        let mut entries: Vec<_> = fs::read_dir(&directory)
            .and_then(Iterator::collect::<io::Result<Vec<_>>>)
            .map_err(|error| named(error, &directory))?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let relative = relative.join(entry.file_name());
            let path = portable(&relative);
            let left = self.ignored.leaves(&path) && !self.always.contains(&path);
            let source = entry.path();
            let metadata = fs::symlink_metadata(&source).map_err(|error| named(error, &source))?;
            if metadata.is_dir() {
                let wanted_below = self.ignored.brings_back()
                    || self
                        .always
                        .iter()
                        .any(|always| always.starts_with(&format!("{path}/")));
                if !left {
                    add(archive, &source, &path, &metadata)
                        .map_err(|error| named(error, &source))?;
                }
                if !left || wanted_below {
                    self.add_directory(archive, &relative)?;
                }
            } else if !left {
                add(archive, &source, &path, &metadata).map_err(|error| named(error, &source))?;
            }
        }
        Ok(())
    }
}

/// Adds one entry as Docker's client does: owned by root, and on Windows executable, since
/// nothing there says what is.
fn add(
    archive: &mut tar::Builder<impl Write>,
    source: &Path,
    path: &str,
    metadata: &Metadata,
) -> io::Result<()> {
    let kind = metadata.file_type();
    let mut header = tar::Header::new_gnu();
    header.set_metadata(metadata);
    header.set_uid(0);
    header.set_gid(0);
    if cfg!(windows) {
        header.set_mode(0o755);
    }
    if kind.is_symlink() {
        header.set_size(0);
        archive.append_link(&mut header, path, fs::read_link(source)?)
    } else if kind.is_dir() {
        header.set_size(0);
        archive.append_data(&mut header, format!("{path}/"), io::empty())
    } else if kind.is_file() {
        // A file that grows meanwhile must not break the archive.
        let file = io::Read::take(File::open(source)?, metadata.len());
        archive.append_data(&mut header, path, file)
    } else {
        // Sockets and devices are nothing to build from.
        Ok(())
    }
}

fn portable(path: &Path) -> String {
    let parts: Vec<_> = path
        .components()
        .filter(|part| !matches!(part, Component::CurDir))
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

fn read_text(path: &Path) -> Result<String, Error> {
    let bytes = fs::read(path).map_err(|source| Error::BuildContext {
        path: path.to_owned(),
        source,
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Hands what is written on, piece by piece.
struct Chunks(mpsc::Sender<io::Result<Bytes>>);

impl Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .blocking_send(Ok(Bytes::copy_from_slice(bytes)))
            .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
