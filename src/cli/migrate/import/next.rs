//! What is left to do after an import.

use std::path::Path;

use super::Args;
use crate::cli::context::Context;
use crate::cli::migrate::{Door, Workplace};
use crate::config::file::{File, NAME};
use crate::config::{HistoryKind, Settings};
use crate::import::Tool;
use crate::import::standing::is_golang_migrate_s;
use crate::import::told_by;
use crate::migration::Directory;
use crate::report::view::import::Next;

/// After `tool`'s history was written to `target`.
pub(super) fn after(
    context: &Context,
    workplace: &Workplace,
    tool: Tool,
    target: &Path,
    args: &Args,
) -> Vec<Next> {
    let mut next = Vec::new();
    next.extend(configure(context, workplace, tool, target));
    let to = match &args.to {
        Some(to) if target != workplace.migrations => format!(" --to {}", to.display()),
        _ => String::new(),
    };
    if workplace.door == Door::Development && !args.stamp {
        next.push(Next {
            why: format!("tell the development database, if {tool} has moved it"),
            command: format!("townpass dev migrate import --stamp{to}"),
        });
    }
    next.push(Next {
        why: if args.stamp || workplace.door == Door::Development {
            format!("tell every other database that {tool} has moved, once, before anything is run on it")
        } else {
            format!("tell every database that {tool} has moved, once, before anything is run on it")
        },
        command: format!("townpass migrate import --stamp{to}"),
    });
    next.push(Next {
        why: format!(
            "from then on run this wherever {tool} was run; its files and its table stay as they are, \
             and nothing needs them"
        ),
        command: "townpass migrate upgrade".to_owned(),
    });
    next
}

/// What makes the verbs take `target`.
fn configure(context: &Context, workplace: &Workplace, tool: Tool, target: &Path) -> Option<Next> {
    let file = File::read(&workplace.home).ok()?;
    let has_alembic = file.alembic.config.is_some();
    let settings = Settings::resolve(context.flags(), file);
    let is_taken = target == workplace.migrations
        && match tool {
            Tool::Alembic => settings.history == Some(HistoryKind::Sql),
            _ => true,
        };
    if is_taken {
        return None;
    }
    let line = setting(workplace, target);
    let why = match tool {
        Tool::Alembic if has_alembic => format!(
            "in `{NAME}`, write this in place of `config` below `[alembic]`, or the verbs go on \
             taking Alembic's files"
        ),
        Tool::Alembic => format!(
            "write into `{NAME}`, so that the verbs take this folder and not Alembic's files, which \
             are still there"
        ),
        _ => format!("write into `{NAME}`, so that the verbs take this folder"),
    };
    Some(Next { why, command: line })
}

/// A folder of sqlx's is ours as it is, and so is one of golang-migrate's, whose journal is another.
pub(super) fn for_sqlx(workplace: &Workplace, folder: &Path) -> Vec<Next> {
    let mut next = Vec::new();
    if folder != workplace.migrations {
        next.push(Next {
            why: format!("write into `{NAME}`, so that the verbs take this folder"),
            command: setting(workplace, folder),
        });
    }
    if Directory::read(folder).is_ok_and(|it| is_golang_migrate_s(&it)) {
        next.push(Next {
            why: "if golang-migrate has moved databases with these files, tell each of them, once, before \
                  anything is run on it"
                .to_owned(),
            command: told_by(Tool::GolangMigrate).to_owned(),
        });
    }
    next
}

/// What names `folder` in the project's configuration.
fn setting(workplace: &Workplace, folder: &Path) -> String {
    let folder = folder.strip_prefix(&workplace.home).unwrap_or(folder);
    let folder = folder.display().to_string().replace('\\', "/");
    format!("migrations = \"{folder}\"")
}
