//! The files of another tool's folder, read once. Nothing is ever written there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::import::error::Error;
use crate::migration::Source;

/// How deep folders are looked into.
const DEEPEST: usize = 5;

/// Folders that hold other people's files.
const STRANGERS: [&str; 4] = ["node_modules", "target", "vendor", "__pycache__"];

/// The files whose texts are read.
const TEXTS: [&str; 3] = ["sql", "toml", "conf"];

/// A folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// Its files and those of the folders in it, by name.
    pub files: Vec<File>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path from the folder, with `/` on every system.
    pub name: String,
    /// Its text, where it is one that matters: with line ends as on Linux, without a byte order mark.
    pub source: Source,
    /// Its text as it is on the disk, of which tools keep checksums.
    pub original: Arc<str>,
}

impl Folder {
    /// Reads the folder at `path`.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let mut files = Vec::new();
        enter(path, "", DEEPEST, &mut files)?;
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self {
            path: path.to_owned(),
            files,
        })
    }

    /// The files that are in no folder of its own.
    pub fn flat(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| !file.name.contains('/'))
    }

    /// The file of that name.
    pub fn get(&self, name: &str) -> Option<&File> {
        self.files.iter().find(|file| file.name == name)
    }

    /// The folders in it that have a file called `name`, each with that file.
    pub fn with<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, &'a File)> {
        self.files.iter().filter_map(move |file| {
            let (folder, last) = file.name.split_once('/')?;
            (last == name).then_some((folder, file))
        })
    }
}

impl File {
    /// The last part of its name.
    pub fn base(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or(&self.name)
    }
}

fn enter(path: &Path, above: &str, depth: usize, files: &mut Vec<File>) -> Result<(), Error> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        |cause: io::Error| match cause.kind() {
            io::ErrorKind::NotFound => Error::NoFolder(path),
            _ => Error::Unreadable { path, cause },
        }
    };
    for entry in fs::read_dir(path).map_err(unreadable(path))? {
        let entry = entry.map_err(unreadable(path))?;
        let own = entry.file_name().to_string_lossy().into_owned();
        let name = if above.is_empty() {
            own.clone()
        } else {
            format!("{above}/{own}")
        };
        if entry.path().is_dir() {
            if depth > 0 && !own.starts_with('.') && !STRANGERS.contains(&own.as_str()) {
                enter(&entry.path(), &name, depth - 1, files)?;
            }
            continue;
        }
        let extension = own.rsplit('.').next().unwrap_or_default().to_lowercase();
        let original = if TEXTS.contains(&extension.as_str()) {
            Source::read(entry.path())?.text
        } else {
            Arc::default()
        };
        files.push(File {
            name,
            source: Source {
                path: entry.path(),
                text: as_on_linux(&original).into(),
            },
            original,
        });
    }
    Ok(())
}

fn as_on_linux(text: &str) -> String {
    let text = text.trim_start_matches('\u{feff}');
    text.replace("\r\n", "\n")
}

#[cfg(test)]
pub(in crate::import) mod tests {
    use super::{File, Folder};
    use crate::migration::Source;

    /// A folder with these files.
    pub(in crate::import) fn folder(files: &[(&str, &str)]) -> Folder {
        let mut files: Vec<File> = files
            .iter()
            .map(|&(name, text)| File {
                name: name.to_owned(),
                source: Source {
                    path: name.into(),
                    text: text.into(),
                },
                original: text.into(),
            })
            .collect();
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Folder {
            path: "source".into(),
            files,
        }
    }

    #[test]
    fn files_are_named_from_the_folder_and_read_as_on_linux() {
        let directory = tempfile::tempdir().expect("a folder");
        for (name, text) in [
            ("1_a.sql", "\u{feff}select 1;\r\n"),
            ("2_b/up.sql", "b"),
            ("x.go", "package x"),
            (".hidden/y.sql", "c"),
        ] {
            let path = directory.path().join(name);
            std::fs::create_dir_all(path.parent().expect("it has one")).expect("made");
            std::fs::write(path, text).expect("written");
        }
        let folder = Folder::read(directory.path()).expect("reads");
        let found: Vec<(&str, &str)> = folder
            .files
            .iter()
            .map(|it| (it.name.as_str(), &*it.source.text))
            .collect();
        assert_eq!(
            found,
            [
                ("1_a.sql", "select 1;\n"),
                ("2_b/up.sql", "b"),
                ("x.go", "")
            ]
        );
        assert_eq!(&*folder.files[0].original, "\u{feff}select 1;\r\n");
        assert_eq!(folder.with("up.sql").count(), 1);
        Folder::read(&directory.path().join("nowhere")).expect_err("it is not there");
    }
}
