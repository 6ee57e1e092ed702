//! `revision`: the files of a new revision.

use std::path::PathBuf;

use clap::ArgAction;

use super::{Kind, Workplace};
use crate::cli::context::Context;
use crate::cli::editor;
use crate::error::Error;
use crate::migration::directory::draft::{self, Draft, Purpose, Splice, Wish};
use crate::migration::{self, Directory, Graph, Target, Unwritten, Version, directory::write};
use crate::report::view::authoring::Written;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What it does, in a few words; they become its name
    #[arg(short, long)]
    pub(super) message: Option<String>,
    /// Compare the database with the target schema, and write what leads there
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_value_t = false, default_missing_value = "true", action = ArgAction::Set)]
    pub(super) autogenerate: bool,
    #[command(flatten)]
    pub(super) place: Place,
    /// Its version, in place of the time in UTC; or its id, in place of a random one
    #[arg(long, value_name = "VERSION")]
    pub(super) rev_id: Option<String>,
    /// Name of the branch that begins with it; may be given several times
    #[arg(long, value_name = "LABEL")]
    pub(super) branch_label: Vec<String>,
    /// For statements that cannot run in a transaction
    #[arg(long)]
    pub(super) no_transaction: bool,
    /// Which of Alembic's version locations it is to be in
    #[arg(long, value_name = "DIRECTORY")]
    pub(super) version_path: Option<PathBuf>,
    /// Open its up file in an editor
    #[arg(long)]
    pub(super) edit: bool,
}

/// Where in the history a new revision belongs.
#[derive(Debug, clap::Args)]
pub(super) struct Place {
    /// What it follows; the one head, unless told otherwise
    #[arg(long, value_name = "REVISION", allow_hyphen_values = true)]
    pub(super) head: Option<Target>,
    /// Allow to follow a revision that others follow already
    #[arg(long)]
    splice: bool,
    /// What must be applied before it, though it does not follow it; may be given several times
    #[arg(long, value_name = "REVISION")]
    pub(super) depends_on: Vec<Target>,
}

impl Place {
    /// Whether it may follow what others follow.
    pub(super) fn splicing(&self) -> Splice {
        if self.splice {
            Splice::Allowed
        } else {
            Splice::Refused
        }
    }
}

impl Args {
    /// The same in Alembic's own words.
    pub(super) fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        let mut say = |option: &str, value: String| words.extend([option.to_owned(), value]);
        if let Some(message) = &self.message {
            say("-m", message.clone());
        }
        if let Some(head) = &self.place.head {
            say("--head", head.to_string());
        }
        for target in &self.place.depends_on {
            say("--depends-on", target.to_string());
        }
        for label in &self.branch_label {
            say("--branch-label", label.clone());
        }
        if let Some(id) = &self.rev_id {
            say("--rev-id", id.clone());
        }
        if let Some(folder) = &self.version_path {
            say("--version-path", folder.display().to_string());
        }
        if self.place.splice {
            words.push("--splice".to_owned());
        }
        words
    }

    /// Only models in Python can be compared with a database yet.
    pub(super) fn needs_database(&self, kind: &Kind) -> bool {
        let mut targets = self.place.head.iter().chain(&self.place.depends_on);
        match kind {
            Kind::Alembic(_) if self.autogenerate => true,
            Kind::Alembic(_) | Kind::Sql => !self.autogenerate && targets.any(Target::is_relative),
        }
    }
}

pub(super) async fn run(
    context: &Context,
    workplace: &Workplace,
    args: &Args,
) -> Result<u8, Error> {
    if args.autogenerate {
        return Err(Unwritten::NoAutogenerate.into());
    }
    if args.version_path.is_some() {
        return Err(Unwritten::OfAlembicOnly("--version-path").into());
    }
    let directory = history(workplace)?;
    let graph = Graph::of(&directory)?;
    let standing = if args.needs_database(&workplace.kind) {
        let journal = workplace.journal(context).await?;
        graph.standing(&graph.counted(&journal.versions()))
    } else {
        Vec::new()
    };
    let heads: Vec<Target> = args.place.head.iter().cloned().collect();
    let splicing = args.place.splicing();
    let mut parents = draft::parents(&directory, &graph, &standing, &heads, splicing)?;
    parents.sort_unstable();
    let mut depends = Vec::new();
    for target in &args.place.depends_on {
        depends.extend(target.revisions(&directory, &graph, &standing)?);
    }
    let wish = Wish {
        message: args.message.clone(),
        parents,
        depends,
        labels: args.branch_label.clone(),
        version: version(args.rev_id.as_deref())?,
        purpose: if args.no_transaction {
            Purpose::ChangeAlone
        } else {
            Purpose::Change
        },
    };
    let draft = Draft::plan(
        &directory,
        &graph,
        &wish,
        Version::at(jiff::Timestamp::now()),
    )?;
    commit(context, workplace, &draft)?;
    if args.edit {
        editor::open(context, draft.up()).await?;
        workplace.seal()?;
    }
    Ok(0)
}

/// The version that was chosen.
pub(super) fn version(chosen: Option<&str>) -> Result<Option<Version>, Error> {
    let Some(text) = chosen else {
        return Ok(None);
    };
    let version = text.parse();
    version
        .map(Some)
        .map_err(|_| Unwritten::NotAVersion(text.to_owned()).into())
}

/// The history; an empty one where the folder is still to be made.
pub(super) fn history(workplace: &Workplace) -> Result<Directory, Error> {
    match workplace.history() {
        Err(Error::Migration(migration::Error::NoDirectory(path))) => Ok(Directory::empty(&path)),
        history => history,
    }
}

/// Writes the files of `draft` and tells which.
pub(super) fn commit(context: &Context, workplace: &Workplace, draft: &Draft) -> Result<(), Error> {
    write::create(&draft.files)?;
    workplace.seal()?;
    context.printer.show(&Written::from(draft));
    Ok(())
}
