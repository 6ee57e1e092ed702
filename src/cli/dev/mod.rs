//! `townpass dev`: the development database of a project, from nothing to migrated.

use clap::Subcommand;

use super::context::Context;
use crate::error::Error;

/// The commands below `dev`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {}

impl Command {
    pub(crate) fn passes_signals(&self) -> bool {
        false
    }
}

pub(crate) async fn run(context: &Context, command: Command) -> Result<u8, Error> {
    let _ = context;
    match command {}
}
