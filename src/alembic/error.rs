//! What can be wrong with a project of Alembic's.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::alembic::translate::Outside;
use crate::failure::{Blame, Diagnose};
use crate::migration;
use crate::migration::error::{Located, Quoted};
use crate::migration::graph::fork::Commit;

/// A failure of the configuration, of a version file, or of all of them together.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// There is no such configuration.
    #[error("there is no `{}`", .0.display())]
    #[diagnostic(help(
        "name Alembic's configuration with `--config FILE`, as ALEMBIC_CONFIG, or as \
         `alembic.config` in `townpass.toml`"
    ))]
    NoConfiguration(PathBuf),
    /// Two files of one kind were named.
    #[error("{0}")]
    #[diagnostic(help("name one `.ini` file at most, and one `pyproject.toml`"))]
    TooManyConfigurations(&'static str),
    /// A file or folder cannot be read.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// A file is not UTF-8.
    #[error("`{}` is not UTF-8: byte {offset} begins no character", path.display())]
    #[diagnostic(help("save the file as UTF-8"))]
    NotUtf8 {
        /// Which.
        path: PathBuf,
        /// The first bad byte, counted from zero.
        offset: usize,
    },
    /// A configuration says something that cannot be.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Configuration(Box<Located>),
    /// A configuration does not say where the history is.
    #[error("No 'script_location' key found in configuration: `{}`", path.display())]
    #[diagnostic(help("write `script_location = %(here)s/alembic`, or where else `env.py` is"))]
    NoScriptLocation {
        /// The configuration.
        path: PathBuf,
    },
    /// The section that was named is not in the file.
    #[error("`{}` has no '[{section}]' section", path.display())]
    #[diagnostic(help("name another with `--name`; Alembic's own is `[alembic]`"))]
    NoSection {
        /// The configuration.
        path: PathBuf,
        /// The section.
        section: String,
    },
    /// The folder of the history is not there.
    #[error("Path doesn't exist: `{}`", path.display())]
    #[diagnostic(help(
        "`script_location` in `{}` names it; a path without `%(here)s` counts from the directory \
         where the command runs", configuration.display()
    ))]
    NoFolder {
        /// The folder.
        path: PathBuf,
        /// What names it.
        configuration: PathBuf,
    },
    /// A location in a package that cannot be found.
    #[error("package `{package}` of `{location}` is not found without Python")]
    #[diagnostic(help(
        "write the folder as a path: `script_location = %(here)s/...`; it was looked for in {}",
        searched.join(", ")
    ))]
    NoPackage {
        /// The location as written.
        location: String,
        /// Its package.
        package: String,
        /// Where it was looked for.
        searched: Vec<String>,
    },
    /// A version file says something that cannot be, or that cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Script(Box<Located>),
    /// An id or a label that cannot be.
    #[error("{0}")]
    #[diagnostic(help("choose letters, digits and `_`"))]
    BadId(String),
    /// An id or a label that another revision has.
    #[error("`{name}` is taken by `{}`", path.display())]
    #[diagnostic(help("choose another"))]
    Taken {
        /// The id or label.
        name: String,
        /// The file that has it.
        path: PathBuf,
    },
    /// A folder that is none of the project's.
    #[error("Path `{}` is not represented in current version locations", path.display())]
    #[diagnostic(help("choose one of {}", Quoted(locations)))]
    NotALocation {
        /// The folder.
        path: PathBuf,
        /// Those of the project.
        locations: Vec<String>,
    },
    /// Several folders, and nothing says in which a first revision belongs.
    #[error("Multiple version locations present, please specify --version-path")]
    #[diagnostic(help("choose one of {}", Quoted(locations)))]
    WhichLocation {
        /// Those of the project.
        locations: Vec<String>,
    },
    /// A time zone that is not known.
    #[error("Can't locate timezone: `{0}`")]
    #[diagnostic(help("write `timezone` as in `Asia/Taipei`, or leave it out for this machine's"))]
    NoZone(String),
    /// A pattern for file names that cannot be filled in.
    #[error("`file_template = {template}`: {why}")]
    #[diagnostic(help("Alembic's own is `%%(rev)s_%%(slug)s`"))]
    FileTemplate {
        /// The pattern.
        template: String,
        /// What of it cannot be.
        why: String,
    },
    /// A template that leaves out what must be said.
    #[error("`{}` writes no right `{lost}` into the file", path.display())]
    #[diagnostic(help(
        "put `{lost} = ${{repr(...)}}` back into it, as Alembic's own template has it"
    ))]
    Template {
        /// The template.
        path: PathBuf,
        /// The variable.
        lost: &'static str,
    },
    /// A template that is not there.
    #[error("there is no template `{}`", .0.display())]
    #[diagnostic(help("copy it from a new project: `alembic init` writes one"))]
    NoTemplate(PathBuf),
    /// Something that only Python can do.
    #[error("`{}` asks for Python: {why}", path.display())]
    #[diagnostic(help("let Alembic do this, with the same words: `alembic revision -m ...`"))]
    NeedsPython {
        /// What asks.
        path: PathBuf,
        /// What for.
        why: String,
    },
    /// The version table has a revision that has no file.
    #[error("Can't locate revision identified by `{revision}`, which {table} has")]
    #[diagnostic(help(
        "another checkout migrated this database{}: switch to the branch that has the revision and \
         downgrade there; or, if the schema is as some revision leaves it, say which with \
         `townpass migrate stamp --purge REVISION`",
        Brought(commit.as_deref())
    ))]
    Unknown {
        /// The revision.
        revision: String,
        /// The table.
        table: String,
        /// Who brought its file, where git knows.
        commit: Option<Box<Commit>>,
    },
    /// A revision is to be made from a database that lacks some.
    #[error(
        "Target database is not up to date: {} not applied",
        Pending(*pending)
    )]
    #[diagnostic(help("apply what is pending first: `townpass migrate upgrade head`"))]
    NotUpToDate {
        /// How many it lacks.
        pending: usize,
    },
    /// `check` has no database.
    #[error("the models are compared with a database, and DATABASE_URL is not set")]
    #[diagnostic(help(
        "set it to one that has all revisions; or look at the files alone: `townpass migrate check \
         --autogenerate=false`"
    ))]
    NothingToCompareWith,
    /// The version table cannot be read.
    #[error("cannot read {table}: {cause}")]
    #[diagnostic(help("look whether the role may read it, and whether it is Alembic's"))]
    VersionTable {
        /// The table.
        table: String,
        /// What the database said.
        cause: String,
    },
    /// `env.py` is told something, and is not run.
    #[error("`-x` is for `env.py`, and nobody would run it")]
    #[diagnostic(help(
        "leave it out; `upgrade` and `downgrade` (without `--sql`, `--dry-run` and `--engine-mode native`), \
         `revision --autogenerate` and `check` run `env.py`"
    ))]
    XUnheard,
    /// A revision does something that only Python can.
    #[error(
        "revision `{revision}` cannot be run without Python: {}",
        Listed(path, found)
    )]
    #[diagnostic(help(
        "write it with literal arguments, or as SQL in `op.execute()`; or let Alembic run it: \
         `--engine-mode python`"
    ))]
    Untranslated {
        /// The revision.
        revision: String,
        /// Its file.
        path: PathBuf,
        /// What only Python can do.
        found: Vec<Outside>,
    },
    /// Of the history as any history has it.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Migration(#[from] migration::Error),
    /// Revisions lead back to themselves.
    #[error("{kind} is detected in revisions ({})", revisions.join(", "))]
    #[diagnostic(help("look at {names} in {}", Quoted(files)))]
    Cycle {
        /// `Cycle`, `Dependency cycle`.
        kind: &'static str,
        /// The revisions.
        revisions: Vec<String>,
        /// What makes the circle.
        names: &'static str,
        /// Their files.
        files: Vec<String>,
    },
}

/// Where a file came from.
struct Brought<'a>(Option<&'a Commit>);

impl fmt::Display for Brought<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(commit) => write!(f, " (git has its file, {commit})"),
            None => Ok(()),
        }
    }
}

/// How many revisions.
struct Pending(usize);

impl fmt::Display for Pending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("1 revision is"),
            more => write!(f, "{more} revisions are"),
        }
    }
}

/// Constructs in the file that has them, one a line.
struct Listed<'a>(&'a Path, &'a [Outside]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for it in self.1 {
            let (path, place) = (self.0.display(), it.place);
            write!(f, "\n  {path}:{place}: `{}`: {}", it.construct, it.why)?;
        }
        Ok(())
    }
}

impl Diagnose for Error {
    fn blame(&self) -> Blame {
        match self {
            Self::NoConfiguration(_)
            | Self::TooManyConfigurations(_)
            | Self::Configuration(_)
            | Self::NoScriptLocation { .. }
            | Self::NoSection { .. }
            | Self::NoFolder { .. }
            | Self::NoPackage { .. }
            | Self::BadId(_)
            | Self::Taken { .. }
            | Self::NotALocation { .. }
            | Self::WhichLocation { .. }
            | Self::NoZone(_)
            | Self::FileTemplate { .. }
            | Self::Template { .. } => Blame::Usage,
            Self::NoTemplate(_)
            | Self::NeedsPython { .. }
            | Self::Unreadable { .. }
            | Self::VersionTable { .. } => Blame::Environment,
            Self::Untranslated { .. } => Blame::Refusal,
            Self::NotUpToDate { .. } => Blame::Answer,
            Self::NothingToCompareWith | Self::XUnheard => Blame::Usage,
            Self::Migration(error) => error.blame(),
            Self::Unknown { .. } | Self::NotUtf8 { .. } | Self::Script(_) | Self::Cycle { .. } => {
                Blame::History
            }
        }
    }
}
