//! What Alembic itself has to do for an import: print what only Python can tell, and move a scratch
//! database along for the proof.

use std::path::Path;

use async_trait::async_trait;

use crate::alembic::project::convention;
use crate::alembic::python;
use crate::cli::context::Context;
use crate::cli::migrate::alembic::python::{Python, was_stopped};
use crate::cli::migrate::{Alembic, Workplace};
use crate::error::Error;
use crate::ident::DatabaseName;
use crate::import::alembic::{ByHand, Ways};
use crate::import::proof::Mover;
use crate::import::{Folder, History, Revision};
use crate::migration::verify::Scratch;
use crate::migration::{Direction, Options, Session};
use crate::report::Story;

/// Reads the history, with Alembic's help where it needs that, and without where somebody wrote what
/// it does into the folder `by_hand`.
pub(super) async fn read(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    by_hand: Option<&Path>,
) -> Result<History, Error> {
    let history = alembic.history()?;
    let naming = convention::find(&alembic.project);
    let by_hand = match by_hand {
        Some(folder) => ByHand::of(&Folder::read(folder)?, &history)?,
        None => ByHand::default(),
    };
    let mut ways = Ways::translated(&history, naming, by_hand);
    let questions = ways.questions();
    if questions.is_empty() {
        return Ok(ways.history(false)?);
    }
    let needs = "some revisions need Python to be written as SQL";
    let python = match Python::find(context, workplace, alembic, needs).await {
        Ok(python) => python,
        Err(Error::OfPython(error)) if error.is_absence() => return Ok(ways.history(false)?),
        Err(error) => return Err(error),
    };
    let table = alembic.version_table()?.name;
    let story = context.story();
    for (at, &question) in questions.iter().enumerate() {
        let words = ways.words(question);
        story.spin(&format!(
            "alembic {}, {} of {}",
            words.join(" "),
            at + 1,
            questions.len()
        ));
        match python.print(&words).await {
            Ok(printed) => ways.answer(question, &printed, &table),
            Err(error) if was_stopped(&error) => return Err(error),
            // What even Alembic cannot print is named with the others.
            Err(_) => {}
        }
    }
    drop(story);
    Ok(ways.history(true)?)
}

/// Alembic itself, as what moves a database along its history.
pub(super) struct ByAlembic<'a> {
    python: Python<'a>,
    history: &'a History,
    table: String,
}

impl<'a> ByAlembic<'a> {
    /// Finds it, and makes sure that it goes where it is sent: an `env.py` that takes its address
    /// from elsewhere would move another database. `None` where it cannot be used, which is told.
    pub(super) async fn find(
        context: &'a Context,
        workplace: &'a Workplace,
        alembic: &'a Alembic,
        history: &'a History,
        session: &mut Session,
        options: &Options,
    ) -> Result<Option<Self>, Error> {
        let needs = "Alembic itself is run for the proof";
        let story = context.story();
        let python = match Python::find(context, workplace, alembic, needs).await {
            Ok(python) => python,
            Err(Error::OfPython(error)) if error.is_absence() => {
                context.printer.explain(&error.to_string());
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let table = alembic.version_table()?;
        let mut scratch = Scratch::create(session).await?;
        let arrives = python
            .arrives(&table, &mut scratch.session, options, &mut |_| {})
            .await;
        scratch.remove(session).await?;
        match arrives? {
            Ok(()) => Ok(Some(Self {
                python,
                history,
                table: table.quoted(),
            })),
            Err(error) => {
                let why = match error {
                    Error::OfPython(python::Error::Elsewhere) => {
                        "`env.py` connects to another database; let it take its URL from DATABASE_URL"
                            .to_owned()
                    }
                    error => told(&error),
                };
                story.warning(&format!(
                    "Alembic itself cannot be run for the proof: {why}"
                ));
                Ok(None)
            }
        }
    }

    async fn ask(&self, words: &[String], scratch: &Scratch) -> Result<(), Error> {
        let database = DatabaseName::new(scratch.name());
        self.python.ask_in(&database, words).await.map(drop)
    }

    /// Where to go back so that `revision`, the last of those that are applied, and nothing else is
    /// taken back.
    fn before(&self, revision: &Revision) -> String {
        let revisions = &self.history.revisions;
        let here = revisions.iter().position(|it| it.id == revision.id);
        let applied = &revisions[..here.unwrap_or(revisions.len())];
        match revision.parents.as_slice() {
            [] if applied.is_empty() => "base".to_owned(),
            [] => format!("{}@base", revision.id),
            [parent, ..] => {
                let alone = !applied.iter().any(|it| it.parents.contains(parent));
                if alone {
                    revisions[*parent].id.clone()
                } else {
                    format!("{}@-1", revision.id)
                }
            }
        }
    }
}

#[async_trait(?Send)]
impl Mover for ByAlembic<'_> {
    async fn go(
        &mut self,
        direction: Direction,
        revision: &Revision,
        database: &mut Scratch,
    ) -> Result<(), String> {
        let target = match direction {
            Direction::Upgrade => revision.id.clone(),
            Direction::Downgrade => self.before(revision),
        };
        let words = [direction.as_str().to_owned(), target];
        self.ask(&words, database)
            .await
            .map_err(|error| told(&error))
    }

    fn table(&self) -> Option<&str> {
        Some(&self.table)
    }
}

fn told(error: &Error) -> String {
    let causes = crate::failure::causes(error);
    let mut all = vec![error.to_string()];
    all.extend(causes);
    all.join(": ")
}

/// Says how the proof is made where there is no Python.
pub(super) fn say_translated(story: &Story<'_>, history: &History) {
    story.note(
        "there is no Alembic to compare with, so the proof compares with the SQL that was read from \
         its files; name what runs it with `--runner` for more",
    );
    if history.revisions.iter().any(|it| it.is_by_hand) {
        story.warning(
            "what was written by hand is compared with nothing: only Alembic itself can do that",
        );
    }
}
