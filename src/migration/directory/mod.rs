//! The folder of migrations, read once.
//!
//! What sqlx passes over is passed over; what it stumbles upon later is refused now. Nothing is
//! ever written here.

pub mod checksum;
pub mod draft;
pub mod file;
pub mod git;
pub mod header;
pub mod located;
pub mod other_tool;
pub mod source;
pub mod sum;
pub mod unwritten;
pub mod version;
pub mod write;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::migration::directory::checksum::Checksum;
use crate::migration::directory::file::{FileName, Kind, Reading};
use crate::migration::directory::header::{Header, Revises};
use crate::migration::directory::source::{Down, Source};
use crate::migration::directory::version::Version;
use crate::migration::error::Error;
use crate::migration::journal::Journal;
use crate::migration::journal::ledger::Kept;
use crate::migration::parallel::each;

/// The file that holds the fingerprints of all others.
pub const SUM: &str = "townpass.sum";

/// The migrations of a project, by version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    path: PathBuf,
    revisions: BTreeMap<Version, Revision>,
    sum: Option<Source>,
}

/// One step of the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Its number.
    pub version: Version,
    /// Its slug as words.
    pub description: String,
    /// What its header says.
    pub header: Header,
    /// The way there.
    pub up: Source,
    /// The way back, if there is one.
    pub down: Option<Down>,
}

/// What a file turned out to be.
enum Found {
    Up(FileName, Source),
    Down(FileName, Down),
}

/// A file of the folder that is a migration's by its name.
struct Listed {
    name: FileName,
    path: PathBuf,
}

impl Directory {
    /// Reads the folder at `path`. The ways back are read by whoever needs them.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let (directory, faults) = Self::survey(path)?;
        sound(directory, faults)
    }

    /// Reads the folder at `path` as far as it can be read, and says what cannot.
    pub fn survey(path: &Path) -> Result<(Self, Vec<Error>), Error> {
        let unreadable = |cause| Error::Unreadable {
            path: path.to_owned(),
            cause,
        };
        let entries = match fs::read_dir(path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                return Err(Error::NoDirectory(path.to_owned()));
            }
            entries => entries.map_err(unreadable)?,
        };
        let mut listed = Vec::new();
        let mut passed_over = Vec::new();
        let mut faults = Vec::new();
        let mut sum = None;
        for entry in entries {
            let entry = entry.map_err(unreadable)?;
            match list(&entry, path) {
                Ok(Some(file)) => listed.push(file),
                Ok(None) if entry.file_name() == SUM => sum = Some(read_sum(&entry.path())?),
                Ok(None) => passed_over.push(entry.path()),
                Err(fault) => faults.push(fault),
            }
        }
        if listed.is_empty() {
            passed_over.sort();
            faults.extend(other_tool::in_folders(&passed_over, path));
        }
        let mut files = Vec::with_capacity(listed.len());
        for file in each(listed, Listed::read) {
            match file {
                Ok(file) => files.push(file),
                Err(fault) => faults.push(fault),
            }
        }
        let (mut directory, others) = Self::gather(path, files);
        directory.sum = sum;
        faults.sort_by_key(ToString::to_string);
        faults.extend(others);
        Ok((directory, faults))
    }

    /// Reads every way back that nobody read before, which is faster than one by one.
    pub fn read_all(&self) -> Result<(), Error> {
        let downs = self.revisions().filter_map(|it| it.down.as_ref()).collect();
        each(downs, |down: &Down| down.read().map(drop))
            .into_iter()
            .collect()
    }

    /// Whether there is a folder at `path` with a file whose name is a migration's.
    pub fn is_begun(path: &Path) -> bool {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        let mut names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.any(|name| matches!(file::read(&name), Reading::Migration(_)))
    }

    /// A folder with nothing in it.
    pub fn empty(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            revisions: BTreeMap::new(),
            sum: None,
        }
    }

    /// Revisions that come from elsewhere than from files of ours, of a history at `path`.
    pub fn of(path: &Path, revisions: impl IntoIterator<Item = Revision>) -> Self {
        let revisions = revisions.into_iter().map(|it| (it.version, it));
        Self {
            path: path.to_owned(),
            revisions: revisions.collect(),
            sum: None,
        }
    }

    /// Joins files, in any order, into revisions.
    pub fn assemble(path: &Path, files: Vec<(FileName, Source)>) -> Result<Self, Error> {
        let found = |(name, source): (FileName, Source)| match name.kind {
            Kind::Down => Found::Down(name, source.into()),
            Kind::Up | Kind::Simple => Found::Up(name, source),
        };
        let (directory, faults) = Self::gather(path, files.into_iter().map(found).collect());
        sound(directory, faults)
    }

    /// Joins files, in any order, into revisions, and says which belong to none.
    fn gather(path: &Path, mut files: Vec<Found>) -> (Self, Vec<Error>) {
        // All are in one folder: nothing is gained by looking at parts of their paths.
        files.sort_by(|a, b| a.path().as_os_str().cmp(b.path().as_os_str()));
        let mut faults = Vec::new();
        let mut revisions: BTreeMap<Version, Revision> = BTreeMap::new();
        let mut downs: BTreeMap<Version, Down> = BTreeMap::new();
        for file in files {
            let version = file.version();
            let first = match &file {
                Found::Down(..) => downs.get(&version).map(Down::path),
                Found::Up(..) => revisions.get(&version).map(|it| &*it.up.path),
            };
            if let Some(first) = first {
                faults.push(Error::Duplicate {
                    version,
                    first: first.to_owned(),
                    second: file.path().to_owned(),
                });
                continue;
            }
            match file {
                Found::Down(_, down) => drop(downs.insert(version, down)),
                Found::Up(name, source) => {
                    faults.extend(other_tool::ensure_ours(&source, path).err());
                    let (revision, fault) = revision(&name, source);
                    faults.extend(fault);
                    revisions.insert(version, revision);
                }
            }
        }
        for (version, down) in downs {
            match revisions.get_mut(&version) {
                Some(revision) => revision.down = Some(down),
                None => faults.push(Error::DownAlone(down.path().to_owned())),
            }
        }
        let directory = Self {
            path: path.to_owned(),
            revisions,
            sum: None,
        };
        (directory, faults)
    }

    /// What `townpass.sum` holds, where there is one.
    pub fn sum(&self) -> Option<&Source> {
        self.sum.as_ref()
    }

    /// The same, with the revisions that a database has and whose files are gone, as its ledger
    /// keeps them.
    pub fn with_kept(&self, journal: &Journal, kept: &[Kept]) -> Result<Self, Error> {
        let mut whole = self.clone();
        for it in kept {
            let description = journal
                .get(it.version)
                .map_or_else(String::new, |row| row.description.clone());
            let slug = description.replace(' ', "_");
            let source = |kind: Kind, text: &Arc<str>| Source {
                path: PathBuf::from(format!("{}_{slug}{}", it.version, kind.suffix())),
                text: Arc::clone(text),
            };
            let up = source(Kind::Up, &it.up);
            let mut header = header::read(&up.text).map_err(|bad| Error::bad_header(&up, bad))?;
            header.revises = if it.parents.is_empty() {
                Revises::Base
            } else {
                Revises::Parents(it.parents.clone())
            };
            whole.revisions.entry(it.version).or_insert(Revision {
                version: it.version,
                description,
                header,
                up,
                down: it.down.as_ref().map(|down| source(Kind::Down, down).into()),
            });
        }
        Ok(whole)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All revisions, oldest first.
    pub fn revisions(&self) -> impl DoubleEndedIterator<Item = &Revision> {
        self.revisions.values()
    }

    /// The revision of that number.
    pub fn get(&self, version: Version) -> Option<&Revision> {
        self.revisions.get(&version)
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.revisions.is_empty()
    }
}

impl Revision {
    /// The fingerprint that the journal holds once this is applied.
    pub fn checksum(&self) -> Checksum {
        Checksum::of(&self.up.text)
    }
}

impl Listed {
    fn read(self) -> Result<Found, Error> {
        let Self { name, path } = self;
        Ok(match name.kind {
            Kind::Up | Kind::Simple => Found::Up(name, Source::read(path)?),
            Kind::Down => Found::Down(name, Down::at(path)),
        })
    }
}

impl Found {
    fn version(&self) -> Version {
        match self {
            Self::Up(name, _) | Self::Down(name, _) => name.version,
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Up(_, source) => &source.path,
            Self::Down(_, down) => down.path(),
        }
    }
}

/// The file of an entry of `folder`, if sqlx would read it.
fn list(entry: &fs::DirEntry, folder: &Path) -> Result<Option<Listed>, Error> {
    let reading = file::read(&entry.file_name().to_string_lossy());
    if reading == Reading::Other {
        return Ok(None);
    }
    let path = entry.path();
    match is_file(entry, &path) {
        Ok(true) => {}
        Ok(false) => return Ok(None),
        Err(cause) => return Err(Error::Unreadable { path, cause }),
    }
    match reading {
        Reading::Other => Ok(None),
        Reading::NoVersion => Err(other_tool::unversioned(path, folder)),
        Reading::Migration(name) => Ok(Some(Listed { name, path })),
    }
}

/// Whether an entry is a file, or leads to one. The folder says so itself of all but links, which
/// saves a question for each of a long history.
fn is_file(entry: &fs::DirEntry, path: &Path) -> io::Result<bool> {
    let kind = entry.file_type()?;
    if kind.is_symlink() {
        return Ok(fs::metadata(path)?.is_file());
    }
    Ok(kind.is_file())
}

/// Reads the sum file at `path`. What is not UTF-8 in it is found when it is looked at.
fn read_sum(path: &Path) -> Result<Source, Error> {
    let bytes = fs::read(path).map_err(|cause| Error::Unreadable {
        path: path.to_owned(),
        cause,
    })?;
    Ok(Source {
        path: path.to_owned(),
        text: String::from_utf8_lossy(&bytes).into(),
    })
}

/// The revision of an up file, and what is wrong with its header.
fn revision(name: &FileName, up: Source) -> (Revision, Option<Error>) {
    let (header, fault) = match header::read(&up.text) {
        Ok(header) => (header, None),
        Err(bad) => (Header::default(), Some(Error::bad_header(&up, bad))),
    };
    let revision = Revision {
        version: name.version,
        description: name.description(),
        header,
        up,
        down: None,
    };
    (revision, fault)
}

/// The folder, if nothing is wrong with it.
fn sound(directory: Directory, faults: Vec<Error>) -> Result<Directory, Error> {
    match faults.into_iter().next() {
        Some(fault) => Err(fault),
        None => Ok(directory),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::path::Path;

    use super::{Directory, Error, Source};
    use crate::migration::directory::file::{Reading, read};

    /// A folder that never was on a disk.
    pub(crate) fn directory(files: &[(&str, &str)]) -> Result<Directory, Error> {
        let files = files
            .iter()
            .map(|(name, text)| match read(name) {
                Reading::Migration(file) => {
                    let source = Source {
                        path: Path::new("migrations").join(name),
                        text: (*text).into(),
                    };
                    (file, source)
                }
                Reading::Other | Reading::NoVersion => panic!("{name} is no migration's"),
            })
            .collect();
        Directory::assemble(Path::new("migrations"), files)
    }

    #[test]
    fn up_and_down_make_one_revision() {
        let directory = directory(&[
            ("2_b.sql", ""),
            ("1_add_a.up.sql", "up"),
            ("1_add_a.down.sql", "down"),
        ])
        .expect("is in order");
        let shape: Vec<_> = directory
            .revisions()
            .map(|it| {
                (
                    it.version.number(),
                    it.description.as_str(),
                    it.down.is_some(),
                )
            })
            .collect();
        assert_eq!(shape, [(1, "add a", true), (2, "b", false)]);
    }

    #[test]
    fn two_files_of_one_version_are_both_named() {
        for files in [
            [("1_a.up.sql", ""), ("1_b.up.sql", "")],
            [("1_a.sql", ""), ("01_a.up.sql", "")],
            [("1_a.down.sql", ""), ("1_b.down.sql", "")],
        ] {
            let error = directory(&files).expect_err("has twins").to_string();
            for (name, _) in files {
                assert!(error.contains(name), "{error}");
            }
        }
    }

    #[test]
    fn a_way_back_from_nowhere_is_refused() {
        let error = directory(&[("1_a.down.sql", "")]).expect_err("has no up");
        assert!(matches!(error, Error::DownAlone(_)), "{error}");
    }
}
