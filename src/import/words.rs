//! The phrases that the errors are made of.

use super::standing::Edited;
use super::tool::Tool;

/// Names in quotes; of many, the first few.
pub(super) fn some(names: &[String]) -> String {
    const ENOUGH: usize = 5;
    let shown: Vec<String> = names
        .iter()
        .take(ENOUGH)
        .map(|name| format!("`{name}`"))
        .collect();
    match names.len().saturating_sub(ENOUGH) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A table's name without the quotes of SQL.
pub(super) fn bare(table: &str) -> String {
    table.replace('"', "")
}

pub(super) fn differing(edited: &[Edited]) -> String {
    let line = |it: &Edited| {
        let Edited {
            id,
            path,
            recorded,
            found,
        } = it;
        let path = path.display();
        format!(
            "\n  {id}: checksum {recorded} there, {found} of the file that `{path}` was made from"
        )
    };
    edited.iter().map(line).collect()
}

pub(super) fn accepting(edited: &[Edited]) -> String {
    let ids: Vec<&str> = edited.iter().map(|it| it.id.as_str()).collect();
    format!("`--accept-edited {}`", ids.join(","))
}

pub(super) fn lacking(missing: &[String]) -> String {
    if missing.is_empty() {
        "is empty".to_owned()
    } else {
        format!("lacks {}", some(missing))
    }
}

/// What tells a journal what `tool` has applied. Files of golang-migrate's may be ours without an
/// import, and do not say that they were its.
pub fn told_by(tool: Tool) -> &'static str {
    if tool == Tool::GolangMigrate {
        "townpass migrate import golang-migrate --stamp"
    } else {
        "townpass migrate import --stamp"
    }
}

pub(super) fn listed(found: &[(Tool, String)]) -> String {
    found
        .iter()
        .map(|(tool, folder)| format!("\n  {tool}: {folder}"))
        .collect()
}

pub(super) fn first(found: &[(Tool, String)]) -> String {
    found
        .first()
        .map_or_else(String::new, |(tool, folder)| match tool {
            Tool::Alembic => tool.word().to_owned(),
            _ => format!("{} {folder}", tool.word()),
        })
}

pub(super) fn all(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

pub(super) fn counted(revisions: &[(String, String)]) -> String {
    match revisions.len() {
        1 => "1 revision".to_owned(),
        several => format!("{several} revisions"),
    }
}

pub(super) fn reasons(revisions: &[(String, String)]) -> String {
    revisions
        .iter()
        .map(|(id, why)| format!("\n  {id}: {}", why.trim_end().replace('\n', "\n    ")))
        .collect()
}

pub(super) fn runner(python: bool) -> &'static str {
    if python {
        ""
    } else {
        "\nAlembic itself can write more than we can: name what runs it with `--runner`, for example \
         `townpass migrate --runner 'uv run alembic' import alembic`"
    }
}

pub(super) fn occupied(imported: bool) -> &'static str {
    if imported {
        "nothing is overwritten: to tell another database of this history, add `--stamp`; to import it \
         again, remove the folder or name another with `--to DIRECTORY`"
    } else {
        "nothing is overwritten: name another folder with `--to DIRECTORY`"
    }
}

pub(super) fn tools(found: &[Tool]) -> String {
    let names: Vec<String> = found.iter().map(Tool::to_string).collect();
    names.join(" and ")
}

pub(super) fn mend(tool: Tool) -> &'static str {
    match tool {
        Tool::GolangMigrate => "for example with `migrate force VERSION`",
        Tool::Flyway => "for example with `flyway repair`",
        Tool::Prisma => "for example with `prisma migrate resolve`",
        Tool::Alembic | Tool::Sqlx | Tool::Dbmate | Tool::Goose | Tool::Refinery | Tool::Diesel => {
            "or by hand"
        }
    }
}

/// What may be done in place of an import.
pub(super) fn as_it_is(tool: Tool) -> String {
    if tool != Tool::GolangMigrate {
        return String::new();
    }
    let told_by = told_by(tool);
    format!(
        "the verbs run these files as they are, and `{told_by}` tells a database that {tool} has moved; or "
    )
}
