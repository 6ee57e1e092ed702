//! What `ADD COLUMN` and `ALTER COLUMN` do to the rows that are there.

use squawk_syntax::ast::{self, AstNode as _};

use super::volatile::is_volatile;
use super::{Impact, Kind, LockMode, Object, Peril};

/// `ADD COLUMN`
pub(super) fn add(impact: &mut Impact, table: &Object, action: &ast::AddColumn) {
    let column = action
        .column_name()
        .map_or_else(String::new, |it| ast::normalize_name_node(it.syntax()));
    let part = || Some(column.clone());
    if action.ty().is_some_and(|ty| is_serial(&ty)) {
        impact.part_hazard(Peril::RewriteForDefault, table, part());
    }
    for constraint in action.constraints() {
        match constraint {
            ast::Constraint::DefaultConstraint(default)
                if default.expr().is_some_and(|expr| is_volatile(&expr)) =>
            {
                impact.part_hazard(Peril::RewriteForDefault, table, part());
            }
            ast::Constraint::GeneratedConstraint(generated) => match generated.generated_as() {
                Some(ast::GeneratedAs::GeneratedIdentity(_)) => {
                    impact.part_hazard(Peril::RewriteForDefault, table, part());
                }
                Some(ast::GeneratedAs::GeneratedStored(stored))
                    if !matches!(
                        stored.generated_kind(),
                        Some(ast::GeneratedKind::Virtual(_))
                    ) =>
                {
                    impact.part_hazard(Peril::RewriteForDefault, table, part());
                }
                Some(ast::GeneratedAs::GeneratedStored(_)) | None => {}
            },
            ast::Constraint::CheckConstraint(_) => impact.hazard(Peril::CheckRows, table),
            ast::Constraint::PrimaryKeyConstraint(_)
            | ast::Constraint::UniqueConstraint(_)
            | ast::Constraint::ExcludeConstraint(_) => impact.hazard(Peril::BuildKey, table),
            ast::Constraint::ReferencesConstraint(references) => {
                if let Some(other) = references.table() {
                    let other = Object::named(Kind::Table, other.syntax());
                    impact.part_hazard(Peril::CheckForeignKey, table, Some(other.to_string()));
                    impact.lock(other, LockMode::ShareRowExclusive);
                }
            }
            _ => {}
        }
    }
    if action.if_not_exists().is_none() {
        impact.adds.push((table.clone(), column));
    }
}

/// `ALTER COLUMN`; gives the lock it takes.
pub(super) fn alter(impact: &mut Impact, table: &Object, action: &ast::AlterColumn) -> LockMode {
    let part = action
        .column_name_ref()
        .map(|it| ast::normalize_name_node(it.syntax()));
    match action.option() {
        Some(ast::AlterColumnOption::SetType(to)) => {
            impact.part_hazard(Peril::RewriteForType, table, part.clone());
            let keeps_all = to.using_expr().is_none() && to.ty().is_some_and(|ty| is_text(&ty));
            if !keeps_all {
                impact.part_hazard(Peril::ChangeType, table, part);
            }
        }
        Some(ast::AlterColumnOption::SetNotNull(_)) => {
            impact.part_hazard(Peril::CheckNotNull, table, part);
        }
        Some(ast::AlterColumnOption::SetExpression(_)) => {
            impact.part_hazard(Peril::RewriteForExpression, table, part);
        }
        Some(
            ast::AlterColumnOption::SetStatistics(_)
            | ast::AlterColumnOption::SetOptions(_)
            | ast::AlterColumnOption::SetOptionsList(_)
            | ast::AlterColumnOption::ResetOptions(_),
        ) => return LockMode::ShareUpdateExclusive,
        _ => {}
    }
    LockMode::AccessExclusive
}

/// `serial` and its kin: an integer with a sequence of its own.
fn is_serial(ty: &ast::Type) -> bool {
    let written = ty.syntax().text().to_string().trim().to_ascii_lowercase();
    matches!(
        written.as_str(),
        "serial" | "bigserial" | "smallserial" | "serial2" | "serial4" | "serial8"
    )
}

/// A text of any length: every value has one.
fn is_text(ty: &ast::Type) -> bool {
    let written = ty.syntax().text().to_string().trim().to_ascii_lowercase();
    matches!(
        written.as_str(),
        "text" | "varchar" | "character varying" | "pg_catalog.text"
    )
}
