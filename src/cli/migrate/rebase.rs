//! `rebase`: a branch that nobody else has is moved behind another.
//!
//! A revision that others have may be applied anywhere, and would be applied there once more under
//! its new version. So git must say that the branch others start from does not have it, and the
//! database must be on this machine; its journal goes along.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::patience::Patience;
use super::{Door, Workplace};
use crate::cli::context::Context;
use crate::error::Error;
use crate::host::names;
use crate::migration::directory::git::Repository;
use crate::migration::directory::source::Down;
use crate::migration::journal::{self, Renamed};
use crate::migration::plan::rebase::{Move, Rebase};
use crate::migration::{
    self, Directory, Graph, Target, Unwritten, Version, directory::write, runner,
};
use crate::report::view::authoring::Rebased;
use crate::url::{Address, DatabaseUrl};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The head of the branch to move
    pub(super) head: Target,
    /// What it is to follow
    #[arg(long, value_name = "REVISION")]
    pub(super) onto: Target,
    /// The branch of git that others start from
    #[arg(long, value_name = "BRANCH")]
    against: Option<String>,
    /// Show what would be moved, and do nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    #[command(flatten)]
    pub(super) patience: Patience,
}

pub(super) async fn run(
    context: &Context,
    workplace: &Workplace,
    args: &Args,
) -> Result<u8, Error> {
    let directory = workplace.history()?;
    let graph = Graph::of(&directory)?;
    let one = |target: &Target| match target.revisions(&directory, &graph, &[])?.as_slice() {
        [only] => Ok(*only),
        _ => Err(Error::from(Unwritten::not_one(target))),
    };
    let (head, onto) = (one(&args.head)?, one(&args.onto)?);
    let now = Version::at(jiff::Timestamp::now());
    let rebase = Rebase::plan(&directory, &graph, head, onto, now)?;
    ensure_unshared(context, args, head, &rebase.old()).await?;
    let Some(url) = &workplace.url else {
        if !args.dry_run {
            context.printer.warn(
                "no DATABASE_URL is set: a database that has these revisions will miss their files",
            );
            write::exchange(&rebase.new_files(), &rebase.old())?;
            workplace.seal()?;
        }
        context.printer.show(&Rebased::of(&rebase, 0, args.dry_run));
        return Ok(0);
    };
    if matches!(workplace.door, Door::Deploy(_)) && !is_local(url) {
        let address = url.address().to_string();
        return Err(Unwritten::NotLocal { address, head }.into());
    }
    let mut session = workplace.connect(context).await?;
    let applied = journal::read(&mut session).await?;
    let renamed: Vec<Renamed> = rebase
        .moves
        .iter()
        .filter(|it| applied.get(it.from).is_some())
        .map(Renamed::from)
        .collect();
    if let Some(row) = renamed
        .iter()
        .find_map(|it| applied.get(it.from).filter(|row| !row.success))
    {
        return Err(migration::Error::partial(row).into());
    }
    if !args.dry_run {
        let story = context.story();
        let mut exchanged = false;
        let ended = runner::rename(
            &applied,
            &renamed,
            &mut session,
            &args.patience.options(context, None),
            &mut |event| story.migration(&event),
            || {
                write::exchange(&rebase.new_files(), &rebase.old())?;
                exchanged = true;
                Ok(())
            },
        )
        .await;
        drop(story);
        if let Err(error) = ended {
            if exchanged {
                undo(&directory, &rebase)?;
            }
            return Err(error.into());
        }
        workplace.seal()?;
    }
    let moved = Rebased::of(&rebase, renamed.len(), args.dry_run);
    context.printer.show(&moved);
    Ok(0)
}

impl From<&Move> for Renamed {
    fn from(moved: &Move) -> Self {
        Self {
            from: moved.from,
            to: moved.to,
            parents: moved.parents.clone(),
            up: moved
                .new
                .first()
                .map_or_else(String::new, |up| up.text.clone()),
        }
    }
}

/// Puts the old files back.
fn undo(directory: &Directory, rebase: &Rebase) -> Result<(), Error> {
    let moved = rebase.moves.iter();
    let mut old = Vec::new();
    for revision in moved.filter_map(|it| directory.get(it.from)) {
        // The way back was read when the move was planned; its file is gone by now.
        let down = revision.down.as_ref().map(Down::read).transpose()?;
        old.extend([Some(revision.up.clone()), down].into_iter().flatten());
    }
    let old: Vec<_> = old
        .into_iter()
        .map(|source| write::NewFile {
            path: source.path,
            text: source.text.to_string(),
        })
        .collect();
    let new: Vec<_> = rebase.new_files().into_iter().map(|it| it.path).collect();
    write::exchange(&old, &new)?;
    Ok(())
}

/// Refuses to move what the branch that others start from has.
pub(super) async fn ensure_unshared(
    context: &Context,
    args: &Args,
    head: Version,
    paths: &[PathBuf],
) -> Result<(), Error> {
    let folders: BTreeSet<&Path> = paths.iter().filter_map(|it| it.parent()).collect();
    for folder in folders {
        let in_it: Vec<&PathBuf> = paths.iter().filter(|it| it.starts_with(folder)).collect();
        ensure_unshared_in(folder, context, args, head, &in_it).await?;
    }
    Ok(())
}

async fn ensure_unshared_in(
    folder: &Path,
    context: &Context,
    args: &Args,
    head: Version,
    paths: &[&PathBuf],
) -> Result<(), Error> {
    let untold = |why: &str| {
        if context.globals.yes {
            return Ok(());
        }
        let why = why.to_owned();
        Err(Unwritten::PerhapsShared { head, why }.into())
    };
    let Some(repository) = Repository::around(folder).await else {
        return untold("the folder is in no repository of git");
    };
    let base = match &args.against {
        Some(name) => Some(name.clone()),
        None => repository.usual_base().await,
    };
    let Some(name) = base else {
        return untold("git knows no branch that others start from");
    };
    let Some(base) = repository.base(&name).await else {
        return Err(Unwritten::NoBase(name).into());
    };
    let shared = paths.iter().find(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy());
        name.is_some_and(|name| base.files.contains(&*name))
    });
    match shared {
        Some(&path) => {
            let path = path.clone();
            Err(Unwritten::Shared { path, base: name }.into())
        }
        None => Ok(()),
    }
}

/// Whether the server is on this machine, as far as its address tells.
pub(super) fn is_local(url: &DatabaseUrl) -> bool {
    url.addresses().iter().all(|address| match address {
        Address::Tcp(endpoint) => names::is_loopback(&endpoint.host),
        // A proxy of a cloud keeps its sockets apart.
        Address::Socket { directory, .. } => !directory.starts_with("/cloudsql"),
        Address::Unnamed { .. } => true,
    })
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn which_databases_are_here() {
        for (url, local) in [
            ("postgresql://u@localhost/d", true),
            ("postgresql://u@127.0.0.1:5433/d", true),
            ("postgresql://u@[::1]/d", true),
            ("postgresql:///d", true),
            ("postgresql:///d?host=/var/run/postgresql", true),
            ("postgresql://u@/d?host=/cloudsql/p:r:i", false),
            ("postgresql://u@db/d", false),
            ("postgresql://u@10.0.0.7/d", false),
            ("postgresql://u@localhost,far.example/d", false),
        ] {
            let parsed = url.parse().expect(url);
            assert_eq!(is_local(&parsed), local, "{url}");
        }
    }
}
