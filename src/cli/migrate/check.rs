//! `check`: all that is wrong with the folder; of SQL, without a database.

use super::{Kind, Workplace};
use crate::cli::context::Context;
use crate::cli::exit;
use crate::error::Error;
use crate::failure::Blame;
use crate::migration::check::{self, Severity};
use crate::migration::directory::git::Repository;
use crate::migration::{Directory, Graph, Unwritten};
use crate::report::view::check::Checked;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Also compare with what a branch of git has: `--against origin/main`
    #[arg(long, value_name = "BRANCH")]
    against: Option<String>,
    /// Exit with 1 where there are warnings
    #[arg(long)]
    strict: bool,
    /// Compare models in Python with the database too, as Alembic's `check` does; of its histories
    /// the default
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true,
        default_missing_value = "true")]
    autogenerate: Option<bool>,
}

impl Args {
    /// Whether models are compared with the database.
    pub(super) fn compares_models(&self, kind: &Kind) -> bool {
        match kind {
            Kind::Alembic(_) => self.autogenerate.unwrap_or(true),
            Kind::Sql => self.autogenerate.unwrap_or(false),
        }
    }
}

pub(super) async fn run(
    context: &Context,
    workplace: &Workplace,
    args: &Args,
) -> Result<u8, Error> {
    if args.compares_models(&workplace.kind) {
        return Err(Unwritten::NoAutogenerate.into());
    }
    let (directory, faults) = Directory::survey(&workplace.migrations)?;
    let mut findings = check::folder(&directory, &faults);
    if let Some(name) = &args.against {
        let repository = Repository::around(&workplace.migrations).await;
        let base = match &repository {
            Some(repository) => repository.base(name).await,
            None => None,
        };
        let base = base.ok_or_else(|| Unwritten::NoBase(name.clone()))?;
        findings.extend(check::against(&directory, &base));
    }
    let (graph, _) = Graph::survey(&directory);
    let checked = Checked {
        revisions: directory.revisions().count(),
        heads: graph.heads().iter().map(ToString::to_string).collect(),
        findings,
        operations: None,
    };
    Ok(tell(context, args, checked))
}

/// Shows what was found, the worst first, and says how the command ends.
pub(super) fn tell(context: &Context, args: &Args, mut checked: Checked) -> u8 {
    checked.findings.sort_by_key(|it| it.severity);
    let worst = checked.findings.first().map(|it| it.severity);
    context.printer.show(&checked);
    let has_new = checked.operations.as_ref().is_some_and(|it| !it.is_empty());
    match worst {
        Some(Severity::Error) => exit::code(Blame::History),
        _ if has_new => exit::code(Blame::Answer),
        Some(Severity::Warning) if args.strict => exit::code(Blame::Answer),
        Some(Severity::Warning) | None => 0,
    }
}
