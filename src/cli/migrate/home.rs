//! The directory whose history `migrate` works on: the one where the command runs, or one above it.

use std::path::{Path, PathBuf};

use super::Named;
use crate::alembic::project::nearby;
use crate::cli::context::Context;
use crate::config::{Settings, file, file::File};
use crate::migration::Directory;

/// The nearest directory that has a history or a `townpass.toml`, up to the one of the repository;
/// else the one where the command runs, which is also the one for whoever names a history.
pub(super) fn of(context: &Context, named: &Named) -> PathBuf {
    let here = &context.directory;
    if context.flags().migrations.is_some() || named.is_anything() {
        return here.clone();
    }
    // A directory without a `townpass.toml` has its migrations in the usual place.
    let usual = Settings::resolve(context.flags(), File::default()).migrations;
    for directory in here.ancestors() {
        if is_home(directory, &usual) {
            return directory.to_owned();
        }
        if directory.join(".git").exists() {
            break;
        }
    }
    here.clone()
}

fn is_home(directory: &Path, migrations: &Path) -> bool {
    directory.join(file::NAME).is_file()
        || nearby::may_hold(directory)
        || Directory::is_begun(&directory.join(migrations))
}
