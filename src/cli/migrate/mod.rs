//! `townpass migrate`: the history on a database named by its URL. No Docker is involved; this
//! is the door for CI and deploy jobs. `dev migrate` comes in with a URL of its own.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use clap::Subcommand;

use self::beside::beside;
use super::context::Context;
use crate::alembic::python::Runner;
use crate::config::{Configured, Settings, database_url, file::File};
use crate::database;
use crate::error::Error;
use crate::migration::directory::git::Repository;
use crate::migration::directory::sum::{self, Sum};
use crate::migration::listing::Detail;
use crate::migration::{
    self, Directory, Graph, Journal, Session, Unwritten, directory::write, journal,
};
use crate::report::Verbosity;
use crate::url::{self, DatabaseUrl};

mod alembic;
mod beside;
pub(super) mod branches;
mod careful;
pub(super) mod check;
pub(super) mod current;
pub(super) mod edit;
mod gate;
mod goal;
pub(super) mod heads;
pub(super) mod history;
mod home;
pub(super) mod import;
pub(super) mod kind;
pub(super) mod lint;
pub(super) mod merge;
mod origin;
mod patience;
pub(super) mod plan;
pub(super) mod rebase;
pub(super) mod repair;
pub(super) mod revision;
mod scope;
pub(super) mod show;
pub(super) mod stamp;
pub(super) mod verify;
pub(super) mod walk;

pub(crate) use alembic::Alembic;
pub(crate) use alembic::containers::{Call, Containers, Errand};
pub(crate) use alembic::python;
pub(crate) use gate::Caution;
pub(crate) use kind::{Kind, Named};

/// How long a server may take to take a connection.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    named: Named,
    #[command(subcommand)]
    verb: Verb,
}

/// The verbs, in Alembic's words.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Apply revisions, up to head unless told otherwise
    Upgrade(walk::Upgrade),
    /// Revert revisions
    Downgrade(walk::Downgrade),
    /// Show where the database stands
    Current(current::Args),
    /// Show the revisions, newest first
    History(history::Args),
    /// Show the revisions that nothing follows
    Heads(heads::Args),
    /// Show the revisions from which several branches grow
    Branches,
    /// Show all that is known of a revision
    Show(show::Args),
    /// Say where the database stands, and run nothing
    Stamp(stamp::Args),
    /// Create the tables that say what is applied, if they are missing
    #[command(alias = "ensure_version")]
    EnsureVersion(stamp::EnsureArgs),
    /// Prove on a scratch database that every revision goes up, down and up again
    Verify(verify::Args),
    /// List what is wrong between folder and database, or put it right
    Repair(repair::Args),
    /// Show what would be done, statement by statement, with its locks and its dangers
    Plan(plan::Args),
    /// Look for what revisions lose, block or break
    Lint(lint::Args),
    /// Write the files of a new revision
    Revision(revision::Args),
    /// Join heads by a revision that follows all of them
    Merge(merge::Args),
    /// Let a branch that nobody else has follow another
    Rebase(rebase::Args),
    /// Open the file of a revision in an editor
    Edit(edit::Args),
    /// Look at all files for what is wrong with them, and compare models with the database
    Check(check::Args),
    /// Take over the history of another tool: Alembic, Flyway, dbmate, golang-migrate, goose and so on
    Import(import::Args),
}

impl Verb {
    /// What `dev migrate` without a verb means.
    pub(crate) fn upgrade_to_head() -> Self {
        Self::Upgrade(walk::Upgrade::to_head())
    }

    /// Whether there must be a history for it.
    pub(crate) fn needs_history(&self) -> bool {
        !matches!(self, Self::Import(_))
    }

    /// Whether the verb asks a database that is there, and does without one that is not.
    pub(crate) fn asks_database(&self) -> bool {
        matches!(self, Self::Edit(_))
    }

    /// Whether the verb cannot do without a database.
    pub(crate) fn needs_database(&self, kind: &Kind) -> bool {
        match self {
            Self::Upgrade(args) => args.needs_database(),
            Self::Downgrade(args) => args.needs_database(),
            Self::Current(_) | Self::EnsureVersion(_) | Self::Verify(_) => true,
            Self::Stamp(args) => args.needs_database(),
            Self::Repair(args) => args.needs_database(),
            Self::History(args) => args.needs_database(),
            Self::Show(args) => args.needs_database(),
            Self::Plan(_) | Self::Rebase(_) => true,
            Self::Check(args) => args.compares_models(kind),
            Self::Heads(_) | Self::Branches | Self::Lint(_) => false,
            Self::Revision(args) => args.needs_database(kind),
            Self::Merge(args) => args.needs_database(),
            Self::Edit(args) => args.needs_database(),
            Self::Import(args) => args.needs_database(),
        }
    }
}

/// What a verb works on.
#[derive(Debug)]
pub(crate) struct Workplace {
    /// The project's directory.
    pub(crate) home: PathBuf,
    /// The directory of the migrations.
    pub(crate) migrations: PathBuf,
    /// Whether it is SQL that is there, or Alembic's history instead.
    pub(crate) kind: Kind,
    /// The database; absent where the verb needs none.
    pub(crate) url: Option<DatabaseUrl>,
    /// How we came in.
    pub(crate) door: Door,
    /// Where Alembic may be run beside this machine.
    pub(crate) containers: Option<Rc<dyn Containers>>,
    /// Which Python is meant, where one is needed.
    pub(crate) python: python::Options,
    /// The one that was found, once it was looked for.
    pub(crate) runner: OnceCell<Runner>,
}

/// How a verb was come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// `townpass dev`: the developer's own database. Files are edited, and `townpass.sum` follows.
    Development,
    /// `townpass migrate`: any database. Files are as they were reviewed, or nothing is done, and
    /// what loses data may have to be approved.
    Deploy(Caution),
}

/// Whether the history must be the one that was reviewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Review {
    Wanted,
    Needless,
}

impl Door {
    fn ensure_reviewed(self, directory: &Directory) -> Result<(), Error> {
        match (self, directory.sum()) {
            (Self::Deploy(_), _) => sum::verify(directory)?,
            // A conflict that git left is nobody's edit.
            (Self::Development, Some(source)) => drop(Sum::parse(source)?),
            (Self::Development, None) => {}
        }
        Ok(())
    }
}

impl Workplace {
    /// Whether what loses data must be approved. A developer's own database is theirs.
    pub(crate) fn caution(&self) -> Caution {
        match self.door {
            Door::Development => Caution::None,
            Door::Deploy(caution) => caution,
        }
    }

    /// Reads the history, or says that it is Alembic's.
    pub(crate) fn history(&self) -> Result<Directory, Error> {
        match &self.kind {
            Kind::Sql => Ok(Directory::read(&self.migrations)?),
            Kind::Alembic(alembic) => Err(Error::Alembic {
                configuration: alembic.project.configuration.clone(),
            }),
        }
    }

    /// Makes sure that the history can be read, of whichever kind it is.
    pub(crate) fn ensure_readable(&self) -> Result<(), Error> {
        match &self.kind {
            Kind::Sql => self.history().map(drop),
            Kind::Alembic(alembic) => alembic.history().map(drop),
        }
    }

    /// Reads the history, and makes sure that it is the one that was reviewed.
    pub(crate) fn reviewed(&self) -> Result<Directory, Error> {
        let directory = self.history()?;
        self.door.ensure_reviewed(&directory)?;
        Ok(directory)
    }

    /// Reads the history of SQL, as it was reviewed where it is to be applied, and connects to the
    /// database meanwhile.
    async fn history_and_session(
        &self,
        context: &Context,
        review: Review,
    ) -> Result<(Directory, Session), Error> {
        let (path, door) = (self.migrations.clone(), self.door);
        let read = move || {
            let directory = Directory::read(&path)?;
            if review == Review::Wanted {
                door.ensure_reviewed(&directory)?;
            }
            Ok(directory)
        };
        beside(read, self.connect(context)).await
    }

    /// Lets `townpass.sum` follow the files, where there is one; whether it had to.
    pub(crate) fn seal(&self) -> Result<bool, Error> {
        let directory = self.history()?;
        let Some(source) = directory.sum() else {
            return Ok(false);
        };
        let text = Sum::of(&directory, &Graph::of(&directory)?)?.to_string();
        if source.text.replace("\r\n", "\n") == text {
            return Ok(false);
        }
        write::replace(&source.path, &text)?;
        Ok(true)
    }

    /// The folder of the history's files.
    pub(crate) fn folder(&self) -> &Path {
        match &self.kind {
            Kind::Sql => &self.migrations,
            Kind::Alembic(alembic) => &alembic.project.folder,
        }
    }

    /// What the database says of its history.
    async fn journal(&self, context: &Context) -> Result<Journal, Error> {
        let mut session = self.connect(context).await?;
        Ok(journal::read(&mut session).await?)
    }

    /// Connects to the database, in every detail as the URL asks.
    async fn connect(&self, context: &Context) -> Result<Session, Error> {
        let url = self.url.as_ref().ok_or_else(|| url::Error::Unset {
            variable: database_url::VARIABLE.to_owned(),
        })?;
        for warning in url.parameters().warnings {
            context.printer.warn(&warning);
        }
        let (connection, options) = database::open(url, PATIENCE).await?;
        Ok(Session::new(connection, options))
    }
}

/// Runs a verb on the database that the environment names.
pub(crate) async fn run(context: &Context, args: Args) -> Result<u8, Error> {
    let directory = home::of(context, &args.named);
    let settings = Settings::resolve(context.flags(), File::read(&directory)?);
    let configured = Configured::beside(
        context.globals.database_url.as_deref(),
        &context.env,
        &directory,
        &context.globals.env_files,
    )?;
    let workplace = Workplace {
        kind: Kind::of(context, &directory, &settings, &args.named)?,
        migrations: directory.join(settings.migrations),
        url: configured.map(|configured| configured.url),
        door: Door::Deploy(Caution::of(settings.environment, context.env.is_ci())),
        containers: None,
        python: args.named.python(),
        runner: OnceCell::new(),
        home: directory,
    };
    answer(context, &workplace, args.verb).await
}

/// Runs a verb.
pub(crate) async fn answer(
    context: &Context,
    workplace: &Workplace,
    verb: Verb,
) -> Result<u8, Error> {
    let answered = match (&workplace.kind, verb) {
        (Kind::Alembic(alembic), verb) => alembic::answer(context, workplace, alembic, verb).await,
        (Kind::Sql, verb) => {
            let answered = answer_of_sql(context, workplace, verb).await;
            import::told_by_files(context, &workplace.home, answered)
        }
    };
    told_by_git(workplace.folder(), answered).await
}

/// Runs a verb on a folder of SQL.
async fn answer_of_sql(context: &Context, workplace: &Workplace, verb: Verb) -> Result<u8, Error> {
    match verb {
        Verb::Upgrade(args) => walk::upgrade(context, workplace, args).await,
        Verb::Downgrade(args) => walk::downgrade(context, workplace, args).await,
        Verb::Current(args) => current::run(context, workplace, &args).await,
        Verb::History(args) => history::run(context, workplace, &args).await,
        Verb::Heads(args) => heads::run(context, workplace, &args),
        Verb::Branches => branches::run(context, workplace),
        Verb::Show(args) => show::run(context, workplace, &args).await,
        Verb::Stamp(args) => stamp::run(context, workplace, args).await,
        Verb::EnsureVersion(args) => stamp::ensure(context, workplace, args).await,
        Verb::Verify(args) => verify::run(context, workplace, args).await,
        Verb::Repair(args) => repair::run(context, workplace, args).await,
        Verb::Plan(args) => plan::run(context, workplace, &args).await,
        Verb::Lint(args) => lint::run(context, workplace, &args).await,
        Verb::Revision(args) => revision::run(context, workplace, &args).await,
        Verb::Merge(args) => merge::run(context, workplace, &args).await,
        Verb::Rebase(args) => rebase::run(context, workplace, &args).await,
        Verb::Edit(args) => edit::run(context, workplace, &args).await,
        Verb::Check(args) => check::run(context, workplace, &args).await,
        Verb::Import(args) => Box::pin(import::run(context, workplace, &args)).await,
    }
}

/// Adds what git knows of the heads, where there are several.
pub(crate) async fn told_by_git<T>(folder: &Path, answered: Result<T, Error>) -> Result<T, Error> {
    match answered {
        Err(Error::Migration(mut error)) => {
            if let migration::Error::SeveralHeads { fork, .. }
            | migration::Error::Unwritten(Unwritten::HeadToRevise { fork }) = &mut error
                && let Some(repository) = Repository::around(folder).await
            {
                repository.tell(fork).await;
            }
            Err(error.into())
        }
        Err(Error::OfAlembic(mut error)) => {
            if let crate::alembic::Error::Unknown {
                revision, commit, ..
            } = &mut error
                && let Some(repository) = Repository::around(folder).await
            {
                *commit = repository.commit_anywhere(revision).await.map(Box::new);
            }
            Err(error.into())
        }
        answered => answered,
    }
}

/// How much a listing tells.
fn detail(context: &Context) -> Detail {
    match context.printer.verbosity() {
        Verbosity::Verbose => Detail::Verbose,
        Verbosity::Quiet | Verbosity::Normal => Detail::Short,
    }
}
