//! What can be wrong with a history that is to be taken over.

use std::io;
use std::path::{Path, PathBuf};

use super::source::folder::File;
use super::standing::Edited;
use super::tool::Tool;
use super::words::{
    accepting, all, as_it_is, bare, counted, differing, first, lacking, listed, mend, occupied,
    reasons, runner, some, told_by, tools,
};
use crate::failure::{Blame, Diagnose};
use crate::migration;
use crate::migration::error::Located;

/// Why a history cannot be taken over, or a database not told of it.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// Of our files or of the database.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Migration(Box<migration::Error>),
    /// A file says something that cannot be taken over.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Located(Box<Located>),
    /// There is no such folder.
    #[error("there is no folder `{}`", .0.display())]
    #[diagnostic(help(
        "name the folder with the migrations: `townpass migrate import TOOL FOLDER`"
    ))]
    NoFolder(PathBuf),
    /// A folder cannot be read.
    #[error("cannot read `{}`", path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
    /// Nothing is found.
    #[error("no history of another tool is found here; looked at {}", all(looked))]
    #[diagnostic(help(
        "name the tool and its folder: `townpass migrate import TOOL FOLDER`, where TOOL is one of \
         alembic, sqlx, flyway, dbmate, golang-migrate, goose, refinery, diesel, prisma"
    ))]
    Nothing {
        /// Where it was looked for.
        looked: Vec<String>,
    },
    /// There is no folder of ours, and another tool's history elsewhere.
    #[error("there is no folder `{}`, and histories of other tools:{}", absent.display(), listed(found))]
    #[diagnostic(help(
        "`townpass migrate import {}` takes over the first; or name the folder of ours, with `--migrations \
         DIRECTORY` or as `migrations` in `townpass.toml`",
        first(found)
    ))]
    Elsewhere {
        /// Where ours would be.
        absent: PathBuf,
        /// Each, with its folder.
        found: Vec<(Tool, String)>,
    },
    /// Several are found.
    #[error("this may be the history of several tools:{}", listed(found))]
    #[diagnostic(help("say which it is: `townpass migrate import {}`", first(found)))]
    Several {
        /// Each, with its folder.
        found: Vec<(Tool, String)>,
    },
    /// The folder has none of the tool's files.
    #[error("there are no files of {tool}'s in `{}`", path.display())]
    #[diagnostic(help("name another folder: `townpass migrate import {} FOLDER`", tool.word()))]
    Empty {
        /// The tool.
        tool: Tool,
        /// The folder.
        path: PathBuf,
    },
    /// Migrations that are programs.
    #[error(
        "{tool}'s migrations in {language} cannot be taken over: {}",
        some(files)
    )]
    #[diagnostic(help(
        "write what they do as SQL files of {tool}'s under the same numbers, which databases that have \
         them never run; then import again"
    ))]
    Programs {
        /// The tool.
        tool: Tool,
        /// The language.
        language: &'static str,
        /// The files.
        files: Vec<String>,
    },
    /// Revisions of Alembic's that cannot be written as SQL.
    #[error(
        "{} of Alembic's cannot be written as SQL:{}",
        counted(revisions),
        reasons(revisions)
    )]
    #[diagnostic(help(
        "what reads the database or imports the application is known only when it runs: write what it \
         does as SQL into a folder, as `{0}.up.sql` and `{0}.down.sql`, and import with `--by-hand \
         FOLDER`; a file of comments says that nothing is to be done{1}",
        revisions.first().map_or("REVISION", |(id, _)| id),
        runner(*python)
    ))]
    NotSql {
        /// Each, with what stands in the way.
        revisions: Vec<(String, String)>,
        /// Whether Alembic itself was asked, and could not either.
        python: bool,
    },
    /// A file that was written by hand, of no revision.
    #[error("`{}` is called by no revision of Alembic's", .0.display())]
    #[diagnostic(help(
        "a way that is written by hand is called by the whole identifier: `1a34685c3b0f.up.sql` or \
         `1a34685c3b0f.down.sql`; `townpass migrate history` shows them, and the folder has no other SQL"
    ))]
    NoWayByHand(PathBuf),
    /// Ways by hand of a tool whose files are SQL.
    #[error("`--by-hand` is for Alembic's revisions, and these are {0}'s")]
    #[diagnostic(help("change what is in the files of {0}'s themselves"))]
    NothingByHand(Tool),
    /// A baseline of Flyway's.
    #[error("`{}` is a baseline, which stands for other migrations", .0.display())]
    #[diagnostic(help(
        "move it out of the folder if the migrations that it stands for are there; or rename it to a \
         versioned migration, `V…`, if they are not"
    ))]
    Baseline(PathBuf),
    /// A file has no mark.
    #[error("`{}` has no line `{mark}`", path.display())]
    #[diagnostic(help("write it, or move the file out of the folder if it is no migration"))]
    Lacks {
        /// The file.
        path: PathBuf,
        /// The mark.
        mark: &'static str,
    },
    /// A file whose text is not all there.
    #[error("`{}` leaves a value to its surroundings: `{what}`", path.display())]
    #[diagnostic(help("write the value in its place"))]
    Placeholder {
        /// The file.
        path: PathBuf,
        /// What says so.
        what: String,
    },
    /// Two files with one number.
    #[error("`{id}` is there twice: `{}` and `{}`", first.display(), second.display())]
    #[diagnostic(help("give one of them a number of its own"))]
    Duplicate {
        /// The number.
        id: String,
        /// The one.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// A way back alone.
    #[error("`{}` leads back from a revision that has no way there", .0.display())]
    #[diagnostic(help("restore the file that leads there, or remove this one"))]
    DownAlone(PathBuf),
    /// A number that is too large.
    #[error("the number of `{}` is too large", .0.display())]
    #[diagnostic(help("it must be less than 9223372036854775808"))]
    TooLarge(PathBuf),
    /// A history for another database.
    #[error("`{}` is of a history for `{provider}`", path.display())]
    #[diagnostic(help("only histories for PostgreSQL can be taken over"))]
    OtherDatabase {
        /// What says so.
        path: PathBuf,
        /// Which.
        provider: String,
    },
    /// A statement that no scratch database can keep to itself.
    #[error("`{}` changes more than its database: `{statement}`", path.display())]
    #[diagnostic(help(
        "nothing was run: on a scratch database it would change the server for all others too; look at \
         the files yourself, and write them without proof, `--no-verify`"
    ))]
    BeyondTheDatabase {
        /// The file.
        path: PathBuf,
        /// The statement, or its first line.
        statement: String,
    },
    /// The folder to write into has a history.
    #[error("`{}` has migrations already", path.display())]
    #[diagnostic(help("{}", occupied(*imported)))]
    Occupied {
        /// The folder.
        path: PathBuf,
        /// Whether they came from the tool that was named.
        imported: bool,
    },
    /// The folder to write into is the tool's own.
    #[error("`{}` is the folder of {tool}'s own files", path.display())]
    #[diagnostic(help("{}name another for ours: `--to DIRECTORY`", as_it_is(*tool)))]
    SameFolder {
        /// The folder.
        path: PathBuf,
        /// The tool.
        tool: Tool,
    },
    /// A folder whose revisions came from nowhere.
    #[error("no file in `{}` says what it was before", .0.display())]
    #[diagnostic(help(
        "`import` writes such a line into each: `-- townpass:from alembic 1a34685c3b0f`"
    ))]
    NotImported(PathBuf),
    /// A folder whose revisions came from several tools.
    #[error("the files in `{}` come from {}", path.display(), tools(found))]
    #[diagnostic(help(
        "say which of them this database was moved along by: `townpass migrate import {} --stamp`",
        found.first().map_or("TOOL", |it| it.word())
    ))]
    SeveralOrigins {
        /// The folder.
        path: PathBuf,
        /// The tools.
        found: Vec<Tool>,
    },
    /// The tool's table cannot be read.
    #[error("`{}` is no table of {tool}'s: {cause}", bare(table))]
    #[diagnostic(help("if it has another name, say it: `--table NAME`"))]
    Table {
        /// The table.
        table: String,
        /// The tool.
        tool: Tool,
        /// What the server said.
        cause: String,
    },
    /// The tool's table names what the folder lacks.
    #[error("`{}` has {}, which no file here says it was", bare(table), some(ids))]
    #[diagnostic(help(
        "nothing was written: the history that was imported is older than the one this database is at; \
         import the newest, or move the database back to what is there with {tool}"
    ))]
    Unknown {
        /// The table.
        table: String,
        /// The tool.
        tool: Tool,
        /// What it names.
        ids: Vec<String>,
    },
    /// The tool left something half done.
    #[error("`{}` says that {} did not come to its end", bare(table), some(ids))]
    #[diagnostic(help("nothing was written: put it right with {tool} first, {}", mend(*tool)))]
    Unfinished {
        /// The table.
        table: String,
        /// The tool.
        tool: Tool,
        /// What it names.
        ids: Vec<String>,
    },
    /// Files of the tool's were edited after they were applied.
    #[error(
        "`{}` says that files of {tool}'s were edited after they were applied to this database:{}",
        bare(table),
        differing(edited)
    )]
    #[diagnostic(help(
        "nothing was written: restore the files as they were applied and import them again; or, where \
         the edit changes nothing that was applied, as a comment does, say so with {}",
        accepting(edited)
    ))]
    Edited {
        /// The table.
        table: String,
        /// The tool.
        tool: Tool,
        /// Which.
        edited: Vec<Edited>,
    },
    /// The tool has moved the database, and our journal knows nothing of it.
    #[error(
        "`{}` says that {tool} has moved this database, and our journal {}",
        bare(table),
        lacking(missing)
    )]
    #[diagnostic(help(
        "nothing was run: tell the journal what is applied with `{}`, which runs nothing",
        told_by(*tool)
    ))]
    Untold {
        /// The table.
        table: String,
        /// The tool.
        tool: Tool,
        /// What the journal lacks; nothing where it is empty.
        missing: Vec<String>,
    },
}

impl From<migration::Error> for Error {
    fn from(error: migration::Error) -> Self {
        Self::Migration(Box::new(error))
    }
}

impl Error {
    pub(super) fn twice(id: &str, first: &File, second: &File) -> Self {
        Self::Duplicate {
            id: id.to_owned(),
            first: first.source.path.clone(),
            second: second.source.path.clone(),
        }
    }

    pub(super) fn too_large(file: &File) -> Self {
        Self::TooLarge(file.source.path.clone())
    }

    pub(super) fn lacks(file: &File, mark: &'static str) -> Self {
        Self::Lacks {
            path: file.source.path.clone(),
            mark,
        }
    }

    pub(super) fn without_way_there(file: Option<&File>) -> Self {
        let path = file.map_or_else(|| Path::new(""), |it| &it.source.path);
        Self::DownAlone(path.to_owned())
    }
}

impl Diagnose for Error {
    fn blame(&self) -> Blame {
        match self {
            Self::Migration(error) => error.blame(),
            Self::NoFolder(_)
            | Self::Nothing { .. }
            | Self::Elsewhere { .. }
            | Self::Several { .. }
            | Self::Empty { .. }
            | Self::OtherDatabase { .. }
            | Self::SameFolder { .. }
            | Self::NotImported(_)
            | Self::NoWayByHand(_)
            | Self::NothingByHand(_)
            | Self::SeveralOrigins { .. }
            | Self::Table { .. } => Blame::Usage,
            Self::Unreadable { .. } => Blame::Environment,
            Self::BeyondTheDatabase { .. }
            | Self::Occupied { .. }
            | Self::Programs { .. }
            | Self::NotSql { .. }
            | Self::Untold { .. } => Blame::Refusal,
            Self::Located(_)
            | Self::Baseline(_)
            | Self::Lacks { .. }
            | Self::Placeholder { .. }
            | Self::Duplicate { .. }
            | Self::DownAlone(_)
            | Self::TooLarge(_)
            | Self::Edited { .. }
            | Self::Unknown { .. } => Blame::History,
            Self::Unfinished { .. } => Blame::Partial,
        }
    }
}
