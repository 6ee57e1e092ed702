//! Alembic in Python, for what only Python can do.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use super::Alembic;
use super::containers::{Call, Errand};
use crate::alembic::VersionTable;
use crate::alembic::project::sys_path;
use crate::alembic::python::complaint::{self, Complaint};
use crate::alembic::python::process::{self, Ended, OnLine, Request};
use crate::alembic::python::{self, Asked, Look, Runner, driver, runner, search};
use crate::cli::context::Context;
use crate::cli::migrate::Workplace;
use crate::cli::{duration, editor, interrupted};
use crate::config::database_url;
use crate::docker;
use crate::error::Error;
use crate::ident::DatabaseName;
use crate::migration::runner::stamp_heads;
use crate::migration::{self, Event, Heads, Session};
use crate::report::Story;
use crate::url::{self, DatabaseUrl};

/// A database for who asks none.
const NOWHERE: &str = "postgresql://127.0.0.1:1/nowhere";

/// Which Python runs Alembic, where one is needed.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// What runs Alembic where Python is needed: auto, a command such as 'uv run alembic',
    /// service:NAME, or image:NAME
    #[arg(long, global = true, value_name = "RUNNER", env = "TOWNPASS_RUNNER")]
    runner: Option<String>,
    /// How long it may take before it is ended, wherever it runs; without end, unless told otherwise
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration::parse, env = "TOWNPASS_RUNNER_TIMEOUT")]
    runner_timeout: Option<Duration>,
}

impl Options {
    fn asked(&self) -> Result<Asked, Error> {
        let Some(text) = &self.runner else {
            return Ok(Asked::Auto);
        };
        let asked = Asked::parse(text, editor::words);
        Ok(asked.ok_or_else(|| python::Error::NotARunner(text.clone()))?)
    }
}

/// A Python that was found.
#[derive(Debug)]
pub(in crate::cli::migrate) struct Python<'a> {
    context: &'a Context,
    workplace: &'a Workplace,
    alembic: &'a Alembic,
    pub(super) runner: Runner,
}

impl<'a> Python<'a> {
    /// Finds one, unless that was done before, and says which. `needs` is what needs it, as the
    /// beginning of a sentence.
    pub(in crate::cli::migrate) async fn find(
        context: &'a Context,
        workplace: &'a Workplace,
        alembic: &'a Alembic,
        needs: &str,
    ) -> Result<Self, Error> {
        let runner = if let Some(found) = workplace.runner.get() {
            found.clone()
        } else {
            let found = choose(context, workplace, alembic, needs).await?;
            workplace.runner.get_or_init(|| found).clone()
        };
        context.story().note(&format!("{needs}: {runner}"));
        Ok(Self {
            context,
            workplace,
            alembic,
            runner,
        })
    }

    /// Runs Alembic with these arguments, and tells what it prints. An end that is no success is
    /// an error that says why.
    pub(super) async fn call(&self, arguments: &[String]) -> Result<Ended, Error> {
        let story = self.context.story();
        let on_line = &mut |line: &str| story.alembic(line);
        self.work(None, arguments, &story, on_line).await
    }

    /// The same, and whatever it prints is told to nobody.
    pub(super) async fn ask(&self, arguments: &[String]) -> Result<Ended, Error> {
        let story = self.context.story();
        self.work(None, arguments, &story, &mut |_| {}).await
    }

    /// The same in the database `name` of the server.
    pub(in crate::cli::migrate) async fn ask_in(
        &self,
        name: &DatabaseName,
        arguments: &[String],
    ) -> Result<Ended, Error> {
        let story = self.context.story();
        self.work(Some(name), arguments, &story, &mut |_| {}).await
    }

    /// Lets it work on the database, or on another of the same server.
    async fn work(
        &self,
        database: Option<&DatabaseName>,
        arguments: &[String],
        story: &Story<'_>,
        on_line: &mut OnLine<'_>,
    ) -> Result<Ended, Error> {
        let url = self.url(self.workplace.url.as_ref(), database)?;
        self.run(Errand::Database, arguments, &url, story, on_line)
            .await
    }

    /// Whether it comes to the scratch database that it is sent to, before it is let run anything:
    /// an `env.py` that takes its address from elsewhere would move another one. Only there is a
    /// revision that Alembic cannot know, and it is asked where that database stands. The outer
    /// error is none of its own.
    pub(in crate::cli::migrate) async fn arrives(
        &self,
        table: &VersionTable,
        scratch: &mut Session,
        options: &migration::Options,
        on_event: &mut dyn FnMut(Event<'_>),
    ) -> Result<Result<(), Error>, Error> {
        let mark = format!("townpass{:016x}", rand::random::<u64>());
        let kept: BTreeSet<String> = table.rows(scratch).await?.into_iter().collect();
        let marked = BTreeSet::from([mark.clone()]);
        let heads = |now: &BTreeSet<String>| Heads::standing(table.quoted(), now.clone());
        stamp_heads(&heads(&kept), &marked, scratch, options, on_event).await?;
        let name = DatabaseName::new(scratch.database().unwrap_or_default());
        let asked = self.ask_in(&name, &["current".to_owned()]).await;
        stamp_heads(&heads(&marked), &kept, scratch, options, on_event).await?;
        Ok(match asked {
            Err(Error::OfPython(python::Error::Failed {
                complaint: Complaint::Refused(message),
            })) if message.contains(&mark) => Ok(()),
            Err(error) => Err(error),
            Ok(_) => Err(python::Error::Elsewhere.into()),
        })
    }

    /// Lets Alembic print SQL, which asks no database.
    pub(in crate::cli::migrate) async fn print(
        &self,
        arguments: &[String],
    ) -> Result<String, Error> {
        let story = self.context.story();
        let nowhere = NOWHERE.parse()?;
        let here = self.workplace.url.as_ref().unwrap_or(&nowhere);
        let url = self.url(Some(here), None)?;
        let errand = Errand::Script;
        let ended = self
            .run(errand, arguments, &url, &story, &mut |_| {})
            .await?;
        Ok(ended.stdout)
    }

    async fn run(
        &self,
        errand: Errand,
        arguments: &[String],
        url: &DatabaseUrl,
        story: &Story<'_>,
        on_line: &mut OnLine<'_>,
    ) -> Result<Ended, Error> {
        let name = format!("townpass-alembic-{:016x}", rand::random::<u64>());
        let ended = self
            .run_as(&name, errand, arguments, url, story, on_line)
            .await;
        if let Err(error) = &ended
            && was_stopped(error)
        {
            self.end_sessions(&name).await;
        }
        let ended = ended?;
        story.end_bar();
        if ended.code == Some(0) {
            return Ok(ended);
        }
        let folder = &self.alembic.project.folder;
        let folder = match &self.runner {
            Runner::Command(_) => folder.as_path(),
            // Wherever it is in there, its own name is the last of its path.
            _ => folder.file_name().map_or(folder.as_path(), Path::new),
        };
        let complaint = complaint::read(&ended.stdout, &ended.stderr, folder);
        let root = directory(self.alembic);
        let complaint = complaint.of_project(|module| sys_path::home(root, module).is_some());
        Err(python::Error::Failed { complaint }.into())
    }

    /// Runs it to its end, whichever that is. Its sessions call themselves `name`, where its driver
    /// is built on libpq and `env.py` does not object.
    async fn run_as(
        &self,
        name: &str,
        errand: Errand,
        arguments: &[String],
        url: &DatabaseUrl,
        story: &Story<'_>,
        on_line: &mut OnLine<'_>,
    ) -> Result<Ended, Error> {
        let environment = [(database_url::VARIABLE, url.reveal()), ("PGAPPNAME", name)];
        let patience = self.alembic.python.runner_timeout;
        let arguments = &[&self.alembic.options(), arguments].concat();
        match (&self.runner, &self.workplace.containers) {
            (Runner::Command(words), _) => {
                let words = self.words(words, arguments);
                let request = Request {
                    words: &words,
                    directory: directory(self.alembic),
                    environment: &environment,
                    patience,
                };
                // Whoever ends at a signal waits until Python has heard of it.
                self.context.joined.set(true);
                let ended = process::run(request, interrupted(), on_line).await;
                self.context.joined.set(false);
                Ok(ended?)
            }
            (contained, Some(containers)) => {
                let call = Call {
                    errand,
                    arguments,
                    environment: &environment,
                    joined: &self.context.joined,
                    patience,
                };
                let ended = containers
                    .run(contained, self.alembic, &call, story, on_line)
                    .await;
                ended.map_err(|error| match error {
                    Error::Docker(docker::Error::Overdue { patience, .. }) => {
                        let command = contained.to_string();
                        python::Error::Hangs { command, patience }.into()
                    }
                    error => error,
                })
            }
            (contained, None) => Err(outside(contained)),
        }
    }

    /// Ends what a Python that was stopped may have left in the database: a statement that waits for
    /// a lock does not notice that nobody awaits its answer any more.
    async fn end_sessions(&self, name: &str) {
        if self.workplace.url.is_none() {
            return;
        }
        let ended = async {
            let mut session = self.workplace.connect(self.context).await?;
            Ok::<_, Error>(migration::runner::end_sessions(name, &mut session).await?)
        };
        if let Err(error) = ended.await {
            self.context.printer.explain(&error.to_string());
        }
    }

    /// The whole command: the runner and the configuration, then what Alembic is told.
    fn words(&self, runner: &[String], arguments: &[String]) -> Vec<String> {
        let mut words = runner.to_vec();
        let project = &self.alembic.project;
        words.extend(["-c".to_owned(), project.configuration.display().to_string()]);
        words.extend_from_slice(arguments);
        words
    }

    /// The database's URL for SQLAlchemy, right for where that Python stands.
    fn url(
        &self,
        here: Option<&DatabaseUrl>,
        database: Option<&DatabaseName>,
    ) -> Result<DatabaseUrl, Error> {
        let here = || {
            here.cloned().ok_or_else(|| url::Error::Unset {
                variable: database_url::VARIABLE.to_owned(),
            })
        };
        let url = match &self.workplace.containers {
            Some(containers) if self.runner.is_contained() => containers.url(),
            _ => here()?,
        };
        let url = match database {
            Some(name) => url.with_database(name),
            None => url,
        };
        let Some(client) = driver::of(
            url.dialect(),
            &search::requirements(directory(self.alembic)),
        ) else {
            return Ok(url);
        };
        let spelled = url.spelled_for(client)?;
        for warning in &spelled.warnings {
            self.context.printer.warn(warning);
        }
        Ok(spelled.url)
    }
}

async fn choose(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    needs: &str,
) -> Result<Runner, Error> {
    let asked = alembic.python.asked()?;
    let mut looks = match &asked {
        Asked::Command(words) => return Ok(Runner::Command(words.clone())),
        Asked::Image(image) => {
            let runner = Runner::Image(image.clone());
            return match workplace.containers {
                Some(_) => Ok(runner),
                None => Err(outside(&runner)),
            };
        }
        Asked::Service(_) => Vec::new(),
        Asked::Auto => search::on_this_machine(
            directory(alembic),
            &context.directory,
            &context.env.search_path(),
        ),
    };
    if runner::first(&looks).is_none() {
        match &workplace.containers {
            Some(containers) => looks.extend(containers.looks(alembic, &asked).await?),
            None => looks.push(Look {
                place: "the project's containers".to_owned(),
                found: Err("only `townpass dev migrate` looks into them".to_owned()),
            }),
        }
    }
    match runner::first(&looks) {
        Some(runner) => Ok(runner.clone()),
        None => Err(python::Error::NoRunner {
            needs: needs.to_owned(),
            looks,
        }
        .into()),
    }
}

/// The directory with Alembic's configuration.
pub(crate) fn directory(alembic: &Alembic) -> &Path {
    let configuration = &alembic.project.configuration;
    configuration.parent().unwrap_or(configuration)
}

/// Whether it was we who ended it: then it is not to be tried again.
pub(in crate::cli::migrate) fn was_stopped(error: &Error) -> bool {
    matches!(
        error,
        Error::OfPython(python::Error::Hangs { .. } | python::Error::Interrupted)
            | Error::Docker(docker::Error::Interrupted)
    )
}

fn outside(runner: &Runner) -> Error {
    python::Error::Outside {
        runner: runner.to_string(),
    }
    .into()
}
