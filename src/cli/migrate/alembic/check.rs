//! `check`: all that is wrong with the version files, without a database.

use super::Alembic;
use crate::alembic::{history::check, history::versions};
use crate::cli::context::Context;
use crate::cli::migrate::check::{Args, tell};
use crate::error::Error;
use crate::report::view::check::Checked;

pub(super) fn run(context: &Context, alembic: &Alembic, args: &Args) -> Result<u8, Error> {
    let (history, faults) = versions::survey(&alembic.project)?;
    let heads = history.as_read(history.graph().heads());
    let checked = Checked {
        revisions: history.revisions().count(),
        heads: heads.iter().map(|&it| history.id(it).to_owned()).collect(),
        findings: check::findings(&alembic.project, &history, &faults),
    };
    Ok(tell(context, args, checked))
}
