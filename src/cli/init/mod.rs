//! `townpass init`: adopts the repository it stands in, or makes a new project.
//!
//! `find` looks, `proposal` decides what to write as values (`configuration` and `attributes` are
//! parts of it), and nothing is written that was not shown before. A file that is there is only
//! added to.

use super::confirm;
use super::context::Context;
use crate::error::Error;
use crate::migration::Version;
use crate::migration::directory::write::{self, NewFile};
use crate::report::view::init::{Adopted, Fact, Proposal};

mod attributes;
mod completion;
mod configuration;
mod env_py;
mod find;
mod folder;
mod proposal;
mod reference;

use self::find::Found;
use self::proposal::{Change, changes};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Tell Alembic's `env.py` of the project's models, and do nothing else
    #[arg(long)]
    fix_env_py: bool,
    /// What the models derive from, where there are several such classes
    #[arg(long, value_name = "MODULE:NAME", requires = "fix_env_py")]
    base: Option<String>,
}

pub(crate) async fn run(context: &Context, args: &Args) -> Result<u8, Error> {
    if args.fix_env_py {
        return fix_env_py(context, args).await;
    }
    let now = Version::at(jiff::Timestamp::now());
    let found = Found::look(context)?;
    let adopted = Adopted {
        directory: found.directory.display().to_string(),
        facts: found.facts(),
        changes: Vec::new(),
        written: false,
        next: next(context, &found),
    };
    let propose = || changes(&Found::look(context)?, now);
    let facts = || Ok(Found::look(context)?.facts());
    settle(context, adopted, args.dry_run, propose, facts).await
}

async fn fix_env_py(context: &Context, args: &Args) -> Result<u8, Error> {
    let (_, facts) = env_py::changes(context, args.base.as_deref())?;
    let adopted = Adopted {
        directory: context.directory.display().to_string(),
        facts,
        changes: Vec::new(),
        written: false,
        next: vec!["townpass doctor".to_owned()],
    };
    let propose = || Ok(env_py::changes(context, args.base.as_deref())?.0);
    let facts = || Ok(env_py::changes(context, args.base.as_deref())?.1);
    settle(context, adopted, args.dry_run, propose, facts).await
}

/// Shows what is proposed, asks, and writes it.
async fn settle(
    context: &Context,
    mut adopted: Adopted,
    dry_run: bool,
    propose: impl Fn() -> Result<Vec<Change>, Error>,
    facts: impl Fn() -> Result<Vec<Fact>, Error>,
) -> Result<u8, Error> {
    let proposed = propose()?;
    adopted.changes = proposed.iter().map(Change::view).collect();
    if proposed.is_empty() || dry_run {
        context.printer.show(&adopted);
        return Ok(0);
    }
    if !context.globals.yes && !context.env.interactive {
        context.printer.show(&adopted);
        return Err(Error::OnlyShown);
    }
    context.printer.show_first(&Proposal {
        event: "proposal",
        changes: proposed.iter().map(Change::view).collect(),
    });
    confirm::require(context, "yes").await?;
    // Somebody may have written while the question was open.
    if propose()? != proposed {
        return Err(Error::FilesChanged);
    }
    put(&proposed)?;
    adopted.written = true;
    // What was found before is no longer so.
    adopted.facts = facts().unwrap_or_default();
    context.printer.show(&adopted);
    Ok(0)
}

/// Writes new files first, all of them or none; then what is added to others.
fn put(changes: &[Change]) -> Result<(), Error> {
    let is_new = |it: &&Change| it.before.is_none();
    let new = changes.iter().filter(is_new).map(|it| NewFile {
        path: it.path.clone(),
        text: it.after.clone(),
    });
    write::create(&new.collect::<Vec<_>>())?;
    for change in changes.iter().filter(|it| it.before.is_some()) {
        write::replace(&change.path, &change.after)?;
    }
    Ok(())
}

/// What to run next.
fn next(context: &Context, found: &Found) -> Vec<String> {
    let mut next = vec![
        "townpass dev migrate".to_owned(),
        "townpass doctor".to_owned(),
    ];
    if let Some(theirs) = &found.theirs {
        let tool = theirs.tools.first().map_or("", |it| it.word());
        let folder = theirs.folder.display();
        next.insert(0, format!("townpass dev migrate import {tool} {folder}"));
    } else if found.history.is_none() && found.alembic.is_none() && found.project.is_some() {
        next.insert(
            0,
            "townpass migrate revision -m \"create users\"".to_owned(),
        );
    }
    next.push(completion::command(context.env.get("SHELL"), cfg!(windows)));
    next
}
