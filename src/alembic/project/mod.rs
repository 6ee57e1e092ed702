//! What a project says of its history: `alembic.ini`, or `[tool.alembic]` of `pyproject.toml`.

pub mod convention;
pub mod env_py;
pub mod ini;
pub mod models;
pub mod nearby;
pub(in crate::alembic) mod options;
pub mod sys_path;
pub mod target_metadata;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::alembic::error::Error;
use crate::alembic::project::ini::Ini;
use crate::alembic::project::options::{Options, Pyproject};
use crate::migration::Source;

/// The name of Alembic's own file.
const INI: &str = "alembic.ini";

/// The name of the file in which Python projects say all.
const PYPROJECT: &str = "pyproject.toml";

/// The variable that names either.
pub const VARIABLE: &str = "ALEMBIC_CONFIG";

/// Which configuration is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// The directory that relative paths count from.
    pub directory: PathBuf,
    /// The files that were named: at most one `.ini` and one `pyproject.toml`.
    pub files: Vec<PathBuf>,
    /// The file that the environment names.
    pub variable: Option<PathBuf>,
    /// The section of the `.ini` file, in place of `[alembic]`.
    pub section: Option<String>,
}

/// The text of a file, before and after.
pub type Change = (String, String);

/// Where a history is, and how its files are named and written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The file that says so.
    pub configuration: PathBuf,
    /// Where Python looks for modules first.
    pub sys_path: Vec<String>,
    /// The folder with `env.py` and `script.py.mako`.
    pub folder: PathBuf,
    /// The folders of the version files.
    pub locations: Vec<PathBuf>,
    /// Whether the locations were named, rather than taken for granted.
    pub located: bool,
    /// Whether version files are looked for in folders of those folders too.
    pub recursive: bool,
    /// How version files are named, as `%(rev)s_%(slug)s`.
    pub file_template: String,
    /// How many characters of a message become part of a name.
    pub slug_length: usize,
    /// The time zone of `Create Date`, where it is not this machine's.
    pub timezone: Option<String>,
    /// The encoding of files that are written.
    pub output_encoding: String,
    /// Whether `env.py` must run when a revision is made.
    pub revision_environment: bool,
    /// The programs that are to run on each new file, by the names of their hooks.
    pub hooks: Vec<String>,
}

impl Project {
    /// Looks for the configuration and understands it; nothing where there is none and none was
    /// asked for.
    pub fn find(request: &Request) -> Result<Option<Self>, Error> {
        let [ini, pyproject] = names(request)?;
        let ini_source = read(&ini.path(request), ini.is_asked())?;
        let pyproject_source = read(&pyproject.path(request), pyproject.is_asked())?;
        let options = Options {
            ini: ini_source.map(Ini::parse).transpose()?,
            pyproject: match pyproject_source {
                Some(source) => Pyproject::parse(source)?,
                None => None,
            },
            section: request
                .section
                .clone()
                .unwrap_or_else(|| "alembic".to_owned()),
        };
        let Some(configuration) = options.path() else {
            if pyproject.is_asked() {
                // It is there, and does not speak of Alembic.
                let path = pyproject.path(request);
                return Err(Error::NoScriptLocation { path });
            }
            return Ok(None);
        };
        options.ensure_section(request.section.as_deref())?;
        Self::understand(&options, &configuration, &request.directory).map(Some)
    }

    fn understand(
        options: &Options,
        configuration: &Path,
        directory: &Path,
    ) -> Result<Self, Error> {
        let location = options.text("script_location")?;
        let location = location.ok_or_else(|| Error::NoScriptLocation {
            path: configuration.to_owned(),
        })?;
        let search = Search {
            directory,
            beside: configuration.parent().unwrap_or(directory),
            prepended: options.paths("prepend_sys_path", &["path_separator"], &[',', ' ', ':'])?,
        };
        let folder = search.folder(&location)?;
        if !folder.exists() {
            return Err(Error::NoFolder {
                path: folder,
                configuration: configuration.to_owned(),
            });
        }
        let named = options.paths(
            "version_locations",
            &["path_separator", "version_path_separator"],
            &[',', ' '],
        )?;
        let located = !named.is_empty();
        let locations = if located {
            let folders = named.iter().map(|location| search.folder(location));
            folders.collect::<Result<_, _>>()?
        } else {
            vec![folder.join("versions")]
        };
        let slug_length = options.number("truncate_slug_length")?;
        Ok(Self {
            configuration: configuration.to_owned(),
            sys_path: search.prepended,
            locations,
            located,
            recursive: options.flag("recursive_version_locations")?,
            file_template: options
                .text("file_template")?
                .unwrap_or_else(|| "%(rev)s_%(slug)s".to_owned()),
            slug_length: slug_length.filter(|&it| it > 0).unwrap_or(40),
            timezone: options.text("timezone")?,
            output_encoding: options
                .text("output_encoding")?
                .unwrap_or_else(|| "utf-8".to_owned()),
            revision_environment: options.truth("revision_environment")?,
            hooks: options.hooks()?,
            folder,
        })
    }

    /// The script that Alembic runs to reach the database, where there is one.
    pub fn env_py(&self) -> Result<Option<Source>, Error> {
        read(&self.folder.join("env.py"), false)
    }

    /// The text of the configuration with `place` as the first where Python looks for modules.
    /// Nothing where that cannot be written by itself.
    pub fn with_sys_path(&self, section: &str, place: &str) -> Result<Option<Change>, Error> {
        let Some(source) = read(&self.configuration, true)? else {
            return Ok(None);
        };
        let before = source.text.to_string();
        let after = match self.configuration.extension() {
            Some(it) if it == "toml" => None,
            _ => sys_path::prepended(&Ini::parse(source)?, section, place),
        };
        Ok(after.map(|after| (before, after)))
    }

    /// The template of version files.
    pub fn template(&self) -> Result<Source, Error> {
        let path = self.folder.join("script.py.mako");
        read(&path, false)?.ok_or(Error::NoTemplate(path))
    }
}

/// A file that may hold the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// It was named, and must be there.
    Asked(PathBuf),
    /// It is where such files are.
    Usual(&'static str),
}

impl Place {
    fn path(&self, request: &Request) -> PathBuf {
        request.directory.join(match self {
            Self::Asked(path) => path.as_path(),
            Self::Usual(name) => Path::new(name),
        })
    }

    fn is_asked(&self) -> bool {
        matches!(self, Self::Asked(_))
    }
}

/// Where the `.ini` file and where the `pyproject.toml` is looked for.
fn names(request: &Request) -> Result<[Place; 2], Error> {
    let mut places = [Place::Usual(INI), Place::Usual(PYPROJECT)];
    let kind = |path: &Path| usize::from(path.file_name().is_some_and(|name| name == PYPROJECT));
    if let Some(path) = &request.variable {
        places[kind(path)] = Place::Asked(path.clone());
    }
    let mut named = [false; 2];
    for path in &request.files {
        let kind = kind(path);
        if std::mem::replace(&mut named[kind], true) {
            return Err(Error::TooManyConfigurations(
                [
                    "only one ini file may be indicated",
                    "pyproject.toml indicated more than once",
                ][kind],
            ));
        }
        places[kind] = Place::Asked(path.clone());
    }
    Ok(places)
}

/// The text of a file; nothing where it is not there and need not be.
fn read(path: &Path, is_asked: bool) -> Result<Option<Source>, Error> {
    match fs::read(path) {
        Ok(bytes) => source(path, bytes).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if is_asked {
                return Err(Error::NoConfiguration(path.to_owned()));
            }
            Ok(None)
        }
        Err(cause) => Err(Error::Unreadable {
            path: path.to_owned(),
            cause,
        }),
    }
}

/// What was read from `path`, as text.
pub(in crate::alembic) fn source(path: &Path, bytes: Vec<u8>) -> Result<Source, Error> {
    let text = String::from_utf8(bytes).map_err(|error| Error::NotUtf8 {
        path: path.to_owned(),
        offset: error.utf8_error().valid_up_to(),
    })?;
    Ok(Source {
        path: path.to_owned(),
        text: text.strip_prefix('\u{feff}').unwrap_or(&text).into(),
    })
}

/// Where folders are looked for.
#[derive(Debug)]
struct Search<'p> {
    /// The directory where the command runs.
    directory: &'p Path,
    /// The directory of the configuration.
    beside: &'p Path,
    /// Where Python would look for packages first.
    prepended: Vec<String>,
}

impl Search<'_> {
    /// The folder that `location` names: a path, or `package:folder`. A path counts from where the
    /// command runs; one that leads nowhere from there, from beside the configuration.
    fn folder(&self, location: &str) -> Result<PathBuf, Error> {
        let path = Path::new(location);
        if !path.is_absolute()
            && let Some((package, within)) = location.split_once(':')
        {
            return self.package(location, package, within);
        }
        let usual = self.directory.join(path);
        let other = self.beside.join(path);
        Ok(if !usual.exists() && other.exists() {
            other
        } else {
            usual
        })
    }

    /// The folder `within` a package, wherever Python is most likely to find that.
    fn package(&self, location: &str, package: &str, within: &str) -> Result<PathBuf, Error> {
        let mut roots: Vec<PathBuf> = self
            .prepended
            .iter()
            .map(|path| self.directory.join(path))
            .collect();
        for base in [self.directory, self.beside] {
            roots.extend([base.to_owned(), base.join("src")]);
            roots.extend(
                [".venv", "venv"]
                    .iter()
                    .flat_map(|it| site_packages(&base.join(it))),
            );
        }
        let relative: PathBuf = package.split('.').collect();
        let found = roots.iter().map(|root| root.join(&relative));
        let found = found.into_iter().find(|path| path.is_dir());
        let Some(folder) = found else {
            let mut searched: Vec<String> = Vec::new();
            for root in roots {
                let root = format!("`{}`", root.display());
                if !searched.contains(&root) {
                    searched.push(root);
                }
            }
            return Err(Error::NoPackage {
                location: location.to_owned(),
                package: package.to_owned(),
                searched,
            });
        };
        Ok(within.split(':').fold(folder, |path, part| path.join(part)))
    }
}

/// Where a virtual environment keeps its packages.
fn site_packages(environment: &Path) -> Vec<PathBuf> {
    let windows = environment.join("Lib").join("site-packages");
    let versions = fs::read_dir(environment.join("lib")).into_iter().flatten();
    let mut found: Vec<PathBuf> = versions
        .flatten()
        .map(|entry| entry.path().join("site-packages"))
        .chain([windows])
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}
