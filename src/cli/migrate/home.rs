//! The directory whose history `migrate` works on: the one where the command runs, or one above it.

use std::path::{Path, PathBuf};

use super::Named;
use crate::alembic::project::nearby;
use crate::cli::context::Context;
use crate::config::{Settings, file, file::File};
use crate::error::Error;
use crate::migration::Directory;

/// The nearest directory that has a history or a `townpass.toml`, up to the one of the repository;
/// else the one where the command runs, which is also the one for whoever names a history.
pub(super) fn of(context: &Context, named: &Named) -> Result<PathBuf, Error> {
    let here = &context.directory;
    if context.flags().migrations.is_some() || named.is_anything() {
        return Ok(here.clone());
    }
    let mut inside = true;
    let above = here.ancestors().take_while(|it| {
        // The repository's own directory is the last.
        let so_far = inside;
        inside &= !it.join(".git").exists();
        so_far
    });
    for directory in above {
        if is_home(context, directory)? {
            return Ok(directory.to_owned());
        }
    }
    Ok(here.clone())
}

fn is_home(context: &Context, directory: &Path) -> Result<bool, Error> {
    if directory.join(file::NAME).is_file() || nearby::may_hold(directory) {
        return Ok(true);
    }
    let settings = Settings::resolve(context.flags(), File::read(directory)?);
    Ok(Directory::is_begun(&directory.join(settings.migrations)))
}
