//! Statements that keep tables in order, or lock them by name.

use squawk_syntax::ast;

use super::object::named;
use super::{Impact, Kind, LockMode, Peril};

/// `VACUUM` and its like.
pub(super) fn upkeep(impact: &mut Impact, statement: &ast::Stmt) -> bool {
    match statement {
        ast::Stmt::Lock(it) => {
            let written = it.lock_mode_clause().and_then(|it| it.lock_mode());
            let mode = lock_mode(written.as_ref());
            for table in it
                .relation_list()
                .into_iter()
                .flat_map(|it| it.relation_names())
            {
                let table = named(Kind::Table, &table);
                if mode.blocks_reads() {
                    impact.hazard(Peril::LockTable, &table);
                }
                impact.lock(table, mode);
            }
        }
        ast::Stmt::Reindex(it) => reindex(impact, it),
        ast::Stmt::Refresh(it) => {
            if let Some(view) = it.view_ref() {
                let view = named(Kind::MaterializedView, &view);
                if it.concurrently_token().is_some() {
                    impact.lock(view, LockMode::Exclusive);
                } else {
                    impact.hazard(Peril::RefreshView, &view);
                    impact.lock(view, LockMode::AccessExclusive);
                }
            }
        }
        ast::Stmt::Vacuum(it) => {
            let tables = it.table_and_columns_list().into_iter();
            for table in tables.flat_map(|it| it.table_and_columnss()) {
                if let Some(table) = table.table_relation_name() {
                    let table = named(Kind::Table, &table);
                    if it.is_full() {
                        impact.hazard(Peril::RewriteWhole, &table);
                        impact.lock(table, LockMode::AccessExclusive);
                    } else {
                        impact.lock(table, LockMode::ShareUpdateExclusive);
                    }
                }
            }
        }
        ast::Stmt::Analyze(it) => {
            let tables = it.table_and_columns_list().into_iter();
            for table in tables.flat_map(|it| it.table_and_columnss()) {
                if let Some(table) = table.table_relation_name() {
                    impact.lock(named(Kind::Table, &table), LockMode::ShareUpdateExclusive);
                }
            }
        }
        ast::Stmt::Cluster(it) => {
            if let Some(table) = it.table_name_ref() {
                let table = named(Kind::Table, &table);
                impact.hazard(Peril::RewriteWhole, &table);
                impact.lock(table, LockMode::AccessExclusive);
            }
        }
        ast::Stmt::CommentOn(it) => {
            let table = match it.comment_object() {
                Some(ast::CommentObject::ObjectTable(it)) => {
                    it.table_name_ref().map(|it| named(Kind::Table, &it))
                }
                Some(ast::CommentObject::ObjectColumn(it)) => it
                    .name()
                    .and_then(|it| it.path_ref())
                    .and_then(|it| it.qualifier())
                    .map(|it| named(Kind::Table, &it)),
                _ => None,
            };
            if let Some(table) = table {
                impact.lock(table, LockMode::ShareUpdateExclusive);
            }
        }
        ast::Stmt::Copy(it) => {
            if let (Some(table), Some(ast::CopyDirection::CopyFrom(_))) = (
                it.copy_table().and_then(|it| it.table_name_ref()),
                it.copy_direction(),
            ) {
                impact.lock(named(Kind::Table, &table), LockMode::RowExclusive);
            }
        }
        _ => return false,
    }
    true
}

fn reindex(impact: &mut Impact, it: &ast::Reindex) {
    let object = match it.reindex_target() {
        Some(ast::ReindexTarget::ReindexTargetTable(it)) => {
            it.table_name_ref().map(|it| named(Kind::Table, &it))
        }
        Some(ast::ReindexTarget::ReindexTargetIndex(it)) => {
            it.index_ref().map(|it| named(Kind::Index, &it))
        }
        Some(ast::ReindexTarget::ReindexTargetSchema(it)) => {
            it.schema_ref().map(|it| named(Kind::Schema, &it))
        }
        Some(
            ast::ReindexTarget::ReindexTargetDatabase(_)
            | ast::ReindexTarget::ReindexTargetSystem(_),
        )
        | None => None,
    };
    let Some(object) = object else { return };
    let quiet = it.is_concurrently();
    if !quiet {
        impact.hazard(Peril::RebuildIndex, &object);
    }
    match (object.kind, quiet) {
        (Kind::Table | Kind::Index, true) => {
            impact.lock(object, LockMode::ShareUpdateExclusive);
        }
        (Kind::Table, false) => impact.lock(object, LockMode::Share),
        (Kind::Index, false) => impact.lock(object, LockMode::AccessExclusive),
        _ => {}
    }
}

fn lock_mode(written: Option<&ast::LockMode>) -> LockMode {
    match written {
        Some(ast::LockMode::AccessShare(_)) => LockMode::AccessShare,
        Some(ast::LockMode::RowShare(_)) => LockMode::RowShare,
        Some(ast::LockMode::RowExclusive(_)) => LockMode::RowExclusive,
        Some(ast::LockMode::ShareUpdateExclusive(_)) => LockMode::ShareUpdateExclusive,
        Some(ast::LockMode::Share(_)) => LockMode::Share,
        Some(ast::LockMode::ShareRowExclusive(_)) => LockMode::ShareRowExclusive,
        Some(ast::LockMode::Exclusive(_)) => LockMode::Exclusive,
        Some(ast::LockMode::AccessExclusive(_)) | None => LockMode::AccessExclusive,
    }
}
