//! `check`: all that is wrong with the version files, and what the models have that no revision makes.

use super::python::Python;
use super::{Alembic, by_python};
use crate::alembic::history::{check, versions};
use crate::alembic::python::complaint::Complaint;
use crate::alembic::python::operations::{self, Operation};
use crate::alembic::{self, History, python};
use crate::cli::context::Context;
use crate::cli::migrate::Workplace;
use crate::cli::migrate::check::{Args, tell};
use crate::error::Error;
use crate::migration::check::Severity;
use crate::report::view::check::Checked;

pub(super) async fn run(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    args: &Args,
) -> Result<u8, Error> {
    let (history, faults) = versions::survey(&alembic.project)?;
    let findings = check::findings(&alembic.project, &history, &faults);
    let is_sound = findings.iter().all(|it| it.severity != Severity::Error);
    // With files that are wrong, Alembic would only stumble over them.
    let operations = if is_sound && args.compares_models(&workplace.kind) {
        Some(compare(context, workplace, alembic, &history).await?)
    } else {
        None
    };
    let heads = history.as_read(history.graph().heads());
    let checked = Checked {
        revisions: history.revisions().count(),
        heads: heads.iter().map(|&it| history.id(it).to_owned()).collect(),
        findings,
        operations,
    };
    Ok(tell(context, args, checked))
}

/// What Alembic would write if a revision were made of the models now.
async fn compare(
    context: &Context,
    workplace: &Workplace,
    alembic: &Alembic,
    history: &History,
) -> Result<Vec<Operation>, Error> {
    if workplace.url.is_none() {
        return Err(alembic::Error::NothingToCompareWith.into());
    }
    if alembic.version_table().is_ok() {
        let place = alembic.place(context, workplace, history).await?;
        by_python::ensure_all_applied(history, &place)?;
    }
    let needs = "`check` compares with models in Python";
    let python = Python::find(context, workplace, alembic, needs).await?;
    context
        .story()
        .spin("Alembic compares the models with the database");
    let ended = python.ask(&["check".to_owned()]).await;
    if let Err(Error::OfPython(python::Error::Failed {
        complaint: Complaint::Refused(message),
    })) = &ended
        && let Some(operations) = operations::read(message)
    {
        return Ok(operations);
    }
    ended.map(|_| Vec::new())
}
