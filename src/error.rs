//! The closed sum of what can go wrong, as the door sees it.

use std::path::PathBuf;

use miette::Diagnostic as _;

use crate::alembic;
use crate::compose;
use crate::config;
use crate::config::database_url;
use crate::database;
use crate::docker;
use crate::failure::{Blame, Diagnose};
use crate::host;
use crate::ident::{DatabaseName, ServiceName};
use crate::migration;
use crate::migration::plan::fingerprint::Fingerprint;
use crate::url;

/// Any failure of the crate. Each domain's errors explain themselves.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// Of the Compose file.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Compose(#[from] compose::Error),
    /// Of the configuration.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Config(#[from] config::Error),
    /// Of the development database.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Database(#[from] database::Error),
    /// Of the container engine.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Docker(#[from] docker::Error),
    /// Of finding the database's address.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Host(#[from] host::Error),
    /// Of the history.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Migration(#[from] migration::Error),
    /// Of a history of Alembic's.
    #[error(transparent)]
    #[diagnostic(transparent)]
    OfAlembic(#[from] alembic::Error),
    /// Of an Alembic in Python.
    #[error(transparent)]
    #[diagnostic(transparent)]
    OfPython(#[from] alembic::python::Error),
    /// Of a database URL.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Url(#[from] url::Error),
    /// Stopped from outside.
    #[error("interrupted")]
    #[diagnostic(help("nothing is lost: run the same command again to go on"))]
    Interrupted,
    /// Something would die, and there is no terminal to ask on.
    #[error("this needs a yes, and there is no terminal to ask on")]
    #[diagnostic(help("add `--yes` if what was said above may be destroyed"))]
    NobodyToAsk,
    /// The question was answered with something else.
    #[error("not confirmed: nothing was changed")]
    Declined,
    /// There are files to write, and nobody to ask.
    #[error("nothing was written: there is no terminal to ask on")]
    #[diagnostic(help("write what is shown with `townpass init --yes`"))]
    OnlyShown,
    /// The files are not as they were when they were shown.
    #[error("nothing was written: the files changed while the question was open")]
    #[diagnostic(help("run `townpass init` again, and look at what it shows now"))]
    FilesChanged,
    /// Several folders hold migrations.
    #[error("several folders hold migrations: {}", folders.join(", "))]
    #[diagnostic(help("choose one with `--migrations DIRECTORY`"))]
    SeveralHistories {
        /// The folders, from the project's directory.
        folders: Vec<String>,
    },
    /// There is no Alembic project.
    #[error("there is no `alembic.ini` in `{}`, nor `[tool.alembic]` in a `pyproject.toml`", directory.display())]
    #[diagnostic(help(
        "go to the directory with Alembic's configuration, or name that with `-C DIRECTORY`"
    ))]
    NoAlembic {
        /// Where it was looked for.
        directory: PathBuf,
    },
    /// Several folders have a history of Alembic's.
    #[error("several histories of Alembic's are below this directory: {}", configurations.join(", "))]
    #[diagnostic(help(
        "go into the directory of one of them; or say which it is: `-c {}` before the verb, or `[alembic]` and `config = \"...\"` in `townpass.toml`",
        configurations.first().map_or("FILE", String::as_str)
    ))]
    SeveralAlembics {
        /// The configurations, from the project's directory.
        configurations: Vec<String>,
    },
    /// No class is found that models could derive from.
    #[error("no class is found that SQLAlchemy's models derive from")]
    #[diagnostic(help("name it with `--base MODULE:NAME`, for example `--base app.db:Base`"))]
    NoBase,
    /// Several such classes.
    #[error("several classes are found that models may derive from: {}", bases.join(", "))]
    #[diagnostic(help("choose one with `--base {}`", bases.first().map_or("MODULE:NAME", String::as_str)))]
    SeveralBases {
        /// As they are named.
        bases: Vec<String>,
    },
    /// Something else was named.
    #[error("`{named}` names no class of a module")]
    #[diagnostic(help("write `--base MODULE:NAME`, for example `--base app.db:Base`"))]
    NotABase {
        /// What was named.
        named: String,
    },
    /// The URL names a database that is not the project's.
    #[error("{of} names `{address}`, which is not this project's database")]
    #[diagnostic(help(
        "nothing was changed: to migrate that database use `townpass migrate`, which takes DATABASE_URL as it is; for the development database unset DATABASE_URL"
    ))]
    AnotherDatabase {
        /// Who named it.
        of: database_url::Source,
        /// Where it is.
        address: String,
    },
    /// The URL names another database of the same server than the one to reset.
    #[error("{of} names database `{theirs}`, and the one of service `{service}` is `{ours}`")]
    #[diagnostic(help(
        "nothing was changed: make {of} and `POSTGRES_DB` of service `{service}` the same, or reset `{ours}` alone with `townpass dev reset-db --no-migrate`"
    ))]
    OtherDatabase {
        /// Who named it.
        of: database_url::Source,
        /// The database of the URL.
        theirs: DatabaseName,
        /// The database of the Compose file.
        ours: DatabaseName,
        /// The database's service.
        service: ServiceName,
    },
    /// The database is up, but not for the application.
    #[error("the database is up, but {of} does not get in")]
    #[diagnostic(help(
        "make {of} and `POSTGRES_USER`, `POSTGRES_PASSWORD`, `POSTGRES_DB` of service `{service}` the same"
    ))]
    ApplicationRefused {
        /// Who wrote the application's URL.
        of: database_url::Source,
        /// The database's service.
        service: ServiceName,
        /// What the server said.
        #[source]
        refused: Box<database::Error>,
    },
    /// Services beside the database need an engine.
    #[error("{}", needs_engine(services))]
    #[diagnostic(help(
        "start a container engine, then run this again with `--provider docker`: containers and the embedded provider do not share a database"
    ))]
    NeedsEngine {
        /// The services.
        services: Vec<String>,
    },
    /// The service has no container that runs.
    #[error("service `{service}` is not running")]
    #[diagnostic(help("start it with `townpass dev up {service}`"))]
    ServiceStopped {
        /// The service.
        service: ServiceName,
    },
    /// The project's data is in Docker, and Docker cannot be had.
    #[error("this project's data is in Docker, which cannot be used now")]
    #[diagnostic(help("{}", back_to_docker(because)))]
    DataInDocker {
        /// What keeps Docker from being used.
        #[source]
        because: docker::Error,
    },
    /// The project's history is Alembic's.
    #[error("the history that `{}` names is Alembic's, and this verb is for a folder of SQL", configuration.display())]
    #[diagnostic(help(
        "`lint`, `verify`, `repair` and `rebase` do not know Alembic's revisions yet; `plan` shows what a revision does and how dangerous that is, and `townpass dev url` gives any other tool the address that is right here"
    ))]
    Alembic {
        /// Alembic's configuration.
        configuration: PathBuf,
    },
    /// Development commands have no business there.
    #[error("`townpass dev` is for development, and this is said to be production")]
    #[diagnostic(help(
        "use `townpass migrate`, which takes DATABASE_URL as it is; or, if this is no production, say `--environment development`"
    ))]
    NotInProduction,
    /// A plan loses data, and nobody approved it.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Unapproved(Box<Unapproved>),
    /// What was approved is not what would be run.
    #[error("the plan `{approved}` was approved, and what would be run now is `{found}`")]
    #[diagnostic(help(
        "files, target or database are not as they were: look at `townpass migrate plan`, and approve that"
    ))]
    AnotherPlan {
        /// The approved plan.
        approved: Fingerprint,
        /// The plan as it is now.
        found: Fingerprint,
    },
    /// A file of a plan cannot be read or written.
    #[error("cannot read or write the plan `{}`", path.display())]
    PlanFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// A file is no plan.
    #[error("`{}` is no plan of ours", .0.display())]
    #[diagnostic(help("write one with `townpass migrate plan --save FILE`"))]
    NoPlan(PathBuf),
    /// The editor did not end well.
    #[error("`{command}` did not edit the file: {why}")]
    #[diagnostic(help(
        "name your editor in the variable VISUAL or EDITOR, for example `EDITOR=vim`"
    ))]
    Editor {
        /// The command.
        command: String,
        /// What happened.
        why: String,
    },
    /// There is no editor.
    #[error("no editor is found to open `{}`", path.display())]
    #[diagnostic(help("name one in the variable VISUAL or EDITOR, for example `EDITOR=vim`"))]
    NoEditor {
        /// The file.
        path: PathBuf,
    },
    /// Standard input could not be read.
    #[error("cannot read standard input")]
    Input(#[source] std::io::Error),
    /// Our own streams failed.
    #[error("cannot write the output")]
    Output(#[source] std::io::Error),
    /// The runtime could not be made.
    #[error("cannot start the runtime")]
    Runtime(#[source] std::io::Error),
}

impl From<migration::Unwritten> for Error {
    fn from(error: migration::Unwritten) -> Self {
        Self::Migration(error.into())
    }
}

/// What would make Docker work again, in its own words, and the way around it.
fn back_to_docker(because: &docker::Error) -> String {
    let mended = because.help().map(|help| help.to_string());
    let mended = mended.unwrap_or_else(|| "make Docker work again".to_owned());
    // What it says of the other provider is wrong where there is data already.
    let mended = mended.lines().filter(|line| !line.contains("--provider"));
    let around = "or, for an empty database beside the one in Docker, add `--provider embedded`";
    mended.chain([around]).collect::<Vec<_>>().join("\n")
}

fn needs_engine(services: &[String]) -> String {
    match services {
        [] => "this needs a container engine".to_owned(),
        services => format!(
            "a container engine is needed to run {}",
            services.join(", ")
        ),
    }
}

/// A plan that loses data, and that nobody approved.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("`{place}` {loss}{}; {whereabouts} that must be approved", and_more(*more))]
#[diagnostic(help(
    "look at it with `townpass migrate plan`, then run exactly it: `townpass migrate {verb} {target} --approve {hash}`\nor write the approval into the file: `-- townpass:approve {rule} reason=\"…\"`\nfor a database that can be made anew, say `--environment development`"
))]
pub struct Unapproved {
    /// Where nothing is done without approval: `in production`.
    pub whereabouts: &'static str,
    /// Where the first loss is.
    pub place: String,
    /// What is lost there.
    pub loss: String,
    /// How many losses there are beside it.
    pub more: usize,
    /// The rule about the first.
    pub rule: &'static str,
    /// `upgrade` or `downgrade`.
    pub verb: &'static str,
    /// Where to, as it was typed.
    pub target: String,
    /// What would be run.
    pub hash: Fingerprint,
}

fn and_more(more: usize) -> String {
    match more {
        0 => String::new(),
        more => format!(", and {more} more like it"),
    }
}

impl Diagnose for Error {
    fn blame(&self) -> Blame {
        match self {
            Self::Compose(error) => error.blame(),
            Self::Config(error) => error.blame(),
            Self::Database(error) => error.blame(),
            Self::Docker(error) => error.blame(),
            Self::Host(error) => error.blame(),
            Self::Migration(error) => error.blame(),
            Self::OfAlembic(error) => error.blame(),
            Self::OfPython(error) => error.blame(),
            Self::Url(error) => error.blame(),
            Self::Interrupted => Blame::Interrupted,
            Self::Alembic { .. } | Self::NoPlan(_) | Self::SeveralHistories { .. } => Blame::Usage,
            Self::NoAlembic { .. }
            | Self::SeveralAlembics { .. }
            | Self::NoBase
            | Self::SeveralBases { .. }
            | Self::NotABase { .. } => Blame::Usage,
            Self::NotInProduction | Self::Unapproved(_) | Self::AnotherPlan { .. } => {
                Blame::Refusal
            }
            Self::PlanFile { .. } => Blame::Environment,
            Self::AnotherDatabase { .. } | Self::OtherDatabase { .. } => Blame::Refusal,
            Self::ApplicationRefused { .. }
            | Self::NeedsEngine { .. }
            | Self::ServiceStopped { .. }
            | Self::DataInDocker { .. } => Blame::Environment,
            Self::OnlyShown | Self::FilesChanged => Blame::Refusal,
            Self::NobodyToAsk | Self::Declined => Blame::Refusal,
            Self::Editor { .. } | Self::NoEditor { .. } => Blame::Environment,
            Self::Input(_) | Self::Output(_) | Self::Runtime(_) => Blame::Environment,
        }
    }
}
