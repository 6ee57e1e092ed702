//! `import`: the history of another tool becomes a folder of ours, with a proof that both make the
//! same of a database, and databases that are in use are told what of it they have.

use std::path::{Path, PathBuf};

use super::patience::Patience;
use super::{Kind, Workplace};
use crate::cli::context::Context;
use crate::error::Error;
use crate::import::{self, Draft, Folder, Tool};
use crate::migration::Directory;
use crate::migration::directory::write;
use crate::report::view::import::{Imported, Nothing};

mod alembic;
mod find;
mod next;
mod proof;
mod stamp;
mod untold;

pub(in crate::cli) use self::find::{Theirs, theirs, told_by_files};
pub(super) use self::untold::{ensure_told, warn_of_untold};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Whose history it is; the files tell, unless it is named
    #[arg(value_name = "TOOL", value_enum)]
    tool: Option<Tool>,
    /// Folder of the tool's files; of Alembic's, that of its configuration
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Folder to write into, in place of that of the project's migrations
    #[arg(long, value_name = "DIRECTORY")]
    to: Option<PathBuf>,
    /// Folder of what was written as SQL for revisions of Alembic's that only Python can tell:
    /// `1a34685c3b0f.up.sql` and `1a34685c3b0f.down.sql`
    #[arg(long, value_name = "FOLDER")]
    by_hand: Option<PathBuf>,
    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Write without proof that the files do what the tool's own do
    #[arg(long)]
    no_verify: bool,
    /// Tell the database's journal what the tool's own table says is applied; nothing is run. Where
    /// the folder is there already, that alone is done
    #[arg(long)]
    stamp: bool,
    /// The tool's own table, perhaps with a schema before a dot, where it is not the usual one
    #[arg(long, value_name = "NAME")]
    table: Option<String>,
    /// With --stamp: take a file for the one that was applied, though it was edited since: what the
    /// tool calls it; several with commas
    #[arg(long, value_name = "ID", value_delimiter = ',', requires = "stamp")]
    accept_edited: Vec<String>,
    #[command(flatten)]
    patience: Patience,
}

impl Args {
    /// Whether it looks at a database at all.
    pub(super) fn needs_database(&self) -> bool {
        let proves = !self.no_verify && !self.dry_run;
        self.tool != Some(Tool::Sqlx) && (self.stamp || proves)
    }
}

pub(super) async fn run(
    context: &Context,
    workplace: &Workplace,
    args: &Args,
) -> Result<u8, Error> {
    let target = match &args.to {
        Some(to) => context.directory.join(to),
        None => workplace.migrations.clone(),
    };
    let is_begun = Directory::is_begun(&target);
    if is_begun && args.stamp {
        return stamp::alone(context, workplace, args, &target).await;
    }
    let is_ours = is_begun && is_imported(&target);
    if is_ours && args.tool.is_none() {
        return Err(import::Error::Occupied {
            path: target,
            imported: true,
        }
        .into());
    }
    // What was imported before is no source.
    let but = is_ours.then_some(target.as_path());
    let found = find::find(context, workplace, args, but)?;
    if found.tool == Tool::Sqlx {
        context.printer.show(&Nothing {
            tool: found.tool.word(),
            folder: found.folder.display().to_string(),
            next: next::for_sqlx(workplace, &found.folder),
        });
        return Ok(0);
    }
    let is_same = same(&found.folder, &target);
    if found.tool != Tool::Alembic && is_same {
        return Err(import::Error::SameFolder {
            path: target,
            tool: found.tool,
        }
        .into());
    }
    if is_begun {
        return Err(import::Error::Occupied {
            path: target,
            imported: is_ours,
        }
        .into());
    }
    let history = match &found.alembic {
        Some(alembic) => {
            let by_hand = args.by_hand.as_ref().map(|it| context.directory.join(it));
            alembic::read(context, workplace, alembic, by_hand.as_deref()).await?
        }
        None if args.by_hand.is_some() => {
            return Err(import::Error::NothingByHand(found.tool).into());
        }
        None => found.tool.read(&Folder::read(&found.folder)?)?,
    };
    let draft = Draft::plan(&history, &target)?;
    let mut imported = Imported::of(&history, &draft, &found.folder, &target);
    if args.dry_run {
        context.printer.show(&imported);
        return Ok(0);
    }
    let mut session = match args.needs_database() {
        true if workplace.url.is_none() && !args.stamp => return Err(Error::NothingToProveOn),
        true => Some(workplace.connect(context).await?),
        false => None,
    };
    if let Some(session) = session.as_mut().filter(|_| args.stamp) {
        // What cannot be told is no reason to write anything.
        let table = found.table(args)?;
        stamp::applied(found.tool, &table, &draft.directory, args, session).await?;
    }
    if let Some(session) = session.as_mut().filter(|_| !args.no_verify) {
        let options = args.patience.options(context, None);
        let proof = proof::prove(
            context, workplace, &found, &history, &draft, session, &options,
        )
        .await?;
        let well = proof.is_well();
        imported.proof = Some(proof);
        if !well {
            context.printer.show(&imported);
            return Ok(1);
        }
    }
    write::create(&draft.files)?;
    imported.written = true;
    if let Some(session) = session.as_mut().filter(|_| args.stamp) {
        let directory = Directory::read(&target)?;
        let taken = stamp::take_over(
            context,
            (found.tool, &found.table(args)?),
            &directory,
            args,
            session,
        )
        .await?;
        imported.stamped = Some(taken);
    }
    imported.next = next::after(context, workplace, found.tool, &target, args);
    context.printer.show(&imported);
    Ok(0)
}

/// Whether a folder came from another tool.
fn is_imported(target: &Path) -> bool {
    let directory = Directory::read(target);
    directory.is_ok_and(|it| it.revisions().any(|it| it.header.from.is_some()))
}

/// Whether two paths are one folder.
fn same(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| path.components().collect::<PathBuf>();
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => whole(one) == whole(other),
    }
}
