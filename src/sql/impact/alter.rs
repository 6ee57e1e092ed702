//! `ALTER …` of whatever there is; the table's own forms are read in `alter_table`.

use squawk_syntax::ast::{self, AstNode as _};

use super::alter_table::alter_table;
use super::object::named;
use super::{Impact, Kind, LockMode, Peril};

/// Whatever is altered.
pub(super) fn alter(impact: &mut Impact, statement: &ast::Stmt) -> bool {
    match statement {
        ast::Stmt::AlterTable(it) => {
            if let Some(table) = it.table_relation_name() {
                alter_table(impact, &named(Kind::Table, &table), it.actions());
            }
        }
        ast::Stmt::AlterForeignTable(it) => {
            if let Some(table) = it.table_relation_name() {
                impact.lock(named(Kind::Table, &table), LockMode::AccessExclusive);
            }
        }
        ast::Stmt::AlterView(it) => {
            if let Some(view) = it.view_ref() {
                impact.lock(named(Kind::View, &view), LockMode::AccessExclusive);
            }
        }
        ast::Stmt::AlterMaterializedView(it) => {
            if let Some(view) = it.view_ref() {
                impact.lock(
                    named(Kind::MaterializedView, &view),
                    LockMode::AccessExclusive,
                );
            }
        }
        ast::Stmt::AlterIndex(it) => {
            let mode = match it.action() {
                Some(
                    ast::AlterIndexAction::IndexRenameTo(_)
                    | ast::AlterIndexAction::AlterSetStatistics(_)
                    | ast::AlterIndexAction::SetOptions(_)
                    | ast::AlterIndexAction::ResetOptions(_),
                ) => LockMode::ShareUpdateExclusive,
                _ => LockMode::AccessExclusive,
            };
            if let Some(index) = it.index_ref() {
                impact.lock(named(Kind::Index, &index), mode);
            }
        }
        ast::Stmt::AlterSequence(it) => {
            let mode = match it.actions().next() {
                Some(ast::AlterSequenceAction::SequenceOption(_)) => LockMode::ShareRowExclusive,
                _ => LockMode::AccessExclusive,
            };
            if let Some(sequence) = it.sequence_ref() {
                impact.lock(named(Kind::Sequence, &sequence), mode);
            }
        }
        ast::Stmt::AlterType(it) => {
            let Some(name) = it.type_name_ref() else {
                return true;
            };
            let ty = named(Kind::Type, &name);
            let dropped = it
                .syntax()
                .descendants()
                .filter_map(ast::DropAttribute::cast);
            for field in dropped.filter_map(|it| it.composite_field_ref()) {
                let part = ast::normalize_name_node(field.syntax());
                impact.part_hazard(Peril::DropAttribute, &ty, Some(part));
            }
        }
        ast::Stmt::AlterPolicy(it) => {
            if let Some(table) = it.on_table().and_then(|it| it.table_name_ref()) {
                impact.lock(named(Kind::Table, &table), LockMode::AccessExclusive);
            }
        }
        ast::Stmt::AlterTrigger(it) => {
            if let Some(table) = it.on_relation().and_then(|it| it.relation_name_ref()) {
                impact.lock(named(Kind::Table, &table), LockMode::AccessExclusive);
            }
        }
        _ => return false,
    }
    true
}
