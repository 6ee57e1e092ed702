//! What can go wrong with an Alembic in Python.

use std::io;
use std::time::Duration;

use super::complaint::{Complaint, Place};
use super::runner::Look;
use crate::failure::{Blame, Diagnose};

/// A failure to run it, or of what it ran.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// There is none.
    #[error(
        "{needs}, and no Python with Alembic was found; looked at:{}",
        listed(looks)
    )]
    #[diagnostic(help(
        "make a virtual environment in the project (`python -m venv .venv`, then install its \
         requirements), install uv, or name what runs Alembic: `--runner 'COMMAND'`, \
         `--runner service:NAME`, `--runner image:python:3.12`"
    ))]
    NoRunner {
        /// What needs one.
        needs: String,
        /// Where it was looked for.
        looks: Vec<Look>,
    },
    /// `--runner` names nothing.
    #[error("`--runner {0}` names nothing that could run Alembic")]
    #[diagnostic(help(
        "say `auto`, a command such as `'uv run alembic'`, `service:NAME`, or `image:NAME`"
    ))]
    NotARunner(String),
    /// It is in a container, and there is no engine here.
    #[error("{runner} needs an engine, which `townpass migrate` has nothing to do with")]
    #[diagnostic(help("use `townpass dev migrate`, or name a command with `--runner`"))]
    Outside {
        /// The runner.
        runner: String,
    },
    /// It ended well without a word about a file.
    #[error("Alembic ended well, but did not say which file it wrote")]
    #[diagnostic(help("what it printed is above; `git status` shows what is new"))]
    NothingWritten,
    /// A file cannot be brought over from a container.
    #[error("the revision was written inside {runner}, to `{path}`, and cannot be brought over")]
    #[diagnostic(help(
        "mount the project into the service, or use a Python of this machine: `--runner 'uv run \
         alembic'`"
    ))]
    KeptInside {
        /// The runner.
        runner: String,
        /// The file in there.
        path: String,
    },
    /// A runner without words.
    #[error("the command that runs Alembic is empty")]
    NoWords,
    /// It could not be started.
    #[error("`{command}` could not be started")]
    #[diagnostic(help("name another way to run Alembic with `--runner`"))]
    Unstarted {
        /// The command.
        command: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It does not end.
    #[error("{command} did not end within {} s, and was stopped", patience.as_secs())]
    #[diagnostic(help(
        "its last lines are above; `--runner-timeout` gives it longer, and an `env.py` that waits \
         for something (an input, a service, a lock) has to stop doing so"
    ))]
    Hangs {
        /// The command, and where it ran.
        command: String,
        /// How long it was given.
        patience: Duration,
    },
    /// We were asked to end, and have ended it.
    #[error("interrupted")]
    Interrupted,
    /// It failed, and said why.
    #[error("{}", told(complaint))]
    #[diagnostic(help("{}", advice(complaint)))]
    Failed {
        /// What it said.
        complaint: Complaint,
    },
    /// It said that all is done, but our database is as it was.
    #[error("Alembic ended well, but this database is not at the revision that it went to")]
    #[diagnostic(help(
        "`env.py` connects to another database: let it take its URL from the environment, \
         `config.set_main_option(\"sqlalchemy.url\", os.environ[\"DATABASE_URL\"])`"
    ))]
    Elsewhere,
}

fn listed(looks: &[Look]) -> String {
    looks.iter().map(|look| format!("\n  {look}")).collect()
}

fn at(place: Option<&Place>) -> String {
    place.map_or_else(String::new, |place| {
        format!("{}:{}: ", place.file, place.line)
    })
}

fn told(complaint: &Complaint) -> String {
    match complaint {
        Complaint::Refused(message) => message.clone(),
        Complaint::NoTargetMetadata => {
            "`env.py` gives Alembic no models to compare with: its `target_metadata` is None"
                .to_owned()
        }
        Complaint::UnknownHost { host: Some(host) } => {
            format!("Python cannot find the host `{host}`")
        }
        Complaint::UnknownHost { host: None } => {
            "Python cannot find the host of the database".to_owned()
        }
        Complaint::Password { user } => {
            format!("the server does not take Python's password for user `{user}`")
        }
        Complaint::NoDatabase { database } => format!("there is no database `{database}`"),
        Complaint::Unreachable { message } => format!("Python reaches no server: {message}"),
        Complaint::NoAlembic => "the command that is to run Alembic finds none".to_owned(),
        Complaint::NoModule { module } => {
            format!("that Python has no module `{module}`")
        }
        Complaint::NotOnPath { module } => {
            format!("Python does not find the project's own module `{module}`")
        }
        Complaint::Sql { message, place } | Complaint::Raised { message, place } => {
            format!("{}{message}", at(place.as_ref()))
        }
        Complaint::Unclear(last) if last.is_empty() => "Alembic failed without a word".to_owned(),
        Complaint::Unclear(last) => format!("Alembic failed: {last}"),
    }
}

/// The address that Python was given is one that answered, so whatever does not reach it took
/// another.
const OWN_URL: &str = "DATABASE_URL was set to an address that answers from there, so `env.py` \
                       takes its URL from elsewhere: let it read os.environ[\"DATABASE_URL\"]";

fn advice(complaint: &Complaint) -> String {
    match complaint {
        Complaint::Refused(message) if message.contains("Multiple head") => {
            "join the heads with `townpass migrate merge heads -m MESSAGE`".to_owned()
        }
        Complaint::Refused(message) if message.contains("Can't locate revision") => {
            "`townpass migrate history` lists the revisions that there are".to_owned()
        }
        Complaint::Refused(message) if message.contains("is not up to date") => {
            "apply what is pending first: `townpass migrate upgrade head`".to_owned()
        }
        Complaint::Refused(_) => "this is Alembic's own answer".to_owned(),
        Complaint::NoTargetMetadata => {
            "`townpass init --fix-env-py` sets it to the project's Base, and shows the difference \
             first"
                .to_owned()
        }
        Complaint::UnknownHost { .. }
        | Complaint::Unreachable { .. }
        | Complaint::NoDatabase { .. } => OWN_URL.to_owned(),
        Complaint::Password { .. } => format!(
            "{OWN_URL}; if the volume has another password, `townpass dev reset-db --password` sets \
             that of the Compose file"
        ),
        Complaint::NoAlembic => {
            "install what the project requires, with the group that has Alembic: `uv sync`, `poetry \
             install` or `pip install -r requirements.txt`; or name another command with `--runner`"
                .to_owned()
        }
        Complaint::NoModule { .. } => {
            "install the project's requirements into it, or name another Python with `--runner`"
                .to_owned()
        }
        Complaint::NotOnPath { .. } => {
            "`townpass init --fix-env-py` writes `prepend_sys_path` into `alembic.ini`, and shows the \
             difference first; in a container, mount the project or build its image anew"
                .to_owned()
        }
        Complaint::Sql { .. } => {
            "it was rolled back; mend the revision, and run this again".to_owned()
        }
        Complaint::Raised { .. } => "its traceback is above, unless `-q` hides it".to_owned(),
        Complaint::Unclear(_) => "what it printed is above, unless `-q` hides it".to_owned(),
    }
}

impl Error {
    /// Whether there is just no Python that can be run.
    pub fn is_absence(&self) -> bool {
        matches!(self, Self::NoRunner { .. } | Self::Outside { .. })
    }
}

impl Diagnose for Error {
    fn blame(&self) -> Blame {
        match self {
            Self::NoRunner { .. }
            | Self::Unstarted { .. }
            | Self::Hangs { .. }
            | Self::NothingWritten
            | Self::KeptInside { .. } => Blame::Environment,
            Self::Interrupted => Blame::Interrupted,
            Self::NotARunner(_) | Self::NoWords | Self::Elsewhere | Self::Outside { .. } => {
                Blame::Usage
            }
            Self::Failed { complaint } => match complaint {
                Complaint::Refused(message) => refusal(message),
                Complaint::NoTargetMetadata | Complaint::Raised { .. } => Blame::Usage,
                Complaint::UnknownHost { .. }
                | Complaint::Password { .. }
                | Complaint::NoDatabase { .. }
                | Complaint::Unreachable { .. }
                | Complaint::NoAlembic
                | Complaint::NoModule { .. }
                | Complaint::NotOnPath { .. }
                | Complaint::Unclear(_) => Blame::Environment,
                Complaint::Sql { .. } => Blame::Migration,
            },
        }
    }
}

/// Whose problem Alembic's own refusal is.
fn refusal(message: &str) -> Blame {
    let has = |part: &str| message.contains(part);
    if has("is not up to date") || has("New upgrade operations detected") {
        Blame::Answer
    } else if has("Multiple head")
        || has("Can't locate revision")
        || has("is present more than once")
        || has("ycle is detected")
        || has("expected to match one row")
    {
        Blame::History
    } else {
        Blame::Usage
    }
}
