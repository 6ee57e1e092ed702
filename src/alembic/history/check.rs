//! What is wrong with version files, all of it at once.

use crate::alembic::error::Error;
use crate::alembic::history::History;
use crate::alembic::project::Project;
use crate::migration::check::{Finding, Severity};
use crate::migration::graph::name::Names as _;

/// What is wrong with the files of `project`: `faults`, and what `upgrade head` would stumble over.
pub fn findings(project: &Project, history: &History, faults: &[Error]) -> Vec<Finding> {
    let mut found: Vec<Finding> = faults.iter().map(|it| finding(project, it)).collect();
    let heads = history.heads(history.graph(), None);
    if !history.graph().is_meant(&heads) {
        let fork = history.fork(history.graph(), &heads);
        let first = fork.branches.first();
        found.push(Finding {
            rule: "heads",
            severity: Severity::Error,
            path: first.map_or_else(String::new, |it| it.path.display().to_string()),
            line: 1,
            column: 1,
            message: format!("it is one of {} heads", heads.len()),
            help: Some(format!(
                "{fork}\nbranches that are meant to stay each need a name of their own in \
                 `branch_labels`"
            )),
        });
    }
    found
}

fn finding(project: &Project, fault: &Error) -> Finding {
    let located = match fault {
        Error::Script(at) | Error::Configuration(at) => Some(at),
        _ => None,
    };
    let path = match (located, fault) {
        (Some(at), _) => at.path.clone(),
        (None, Error::Cycle { files, .. }) => files.first().cloned().unwrap_or_default(),
        (None, Error::NotUtf8 { path, .. } | Error::Unreadable { path, .. }) => {
            path.display().to_string()
        }
        (None, _) => project.configuration.display().to_string(),
    };
    Finding {
        rule: match fault {
            Error::Script(_) => "version-file",
            Error::Cycle { .. } => "cycle",
            Error::NotUtf8 { .. } => "encoding",
            _ => "unreadable",
        },
        severity: Severity::Error,
        path,
        line: located.map_or(1, |at| at.place.line),
        column: located.map_or(1, |at| at.place.column),
        message: located.map_or_else(|| fault.to_string(), |at| at.message.clone()),
        help: miette::Diagnostic::help(fault).map(|help| help.to_string()),
    }
}
