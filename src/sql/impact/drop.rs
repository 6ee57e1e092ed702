//! `DROP …` and `TRUNCATE`: what is lost.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode as _};

use super::object::named;
use super::{Impact, Kind, LockMode, Object, Peril};

/// Something with rows, or that belongs to a table.
pub(super) fn relation(impact: &mut Impact, statement: &ast::Stmt) -> bool {
    match statement {
        ast::Stmt::DropTable(it) => {
            for table in it.table_name_refs() {
                gone(impact, Peril::DropTable, named(Kind::Table, &table));
            }
        }
        ast::Stmt::DropForeignTable(it) => {
            for table in it.table_name_refs() {
                impact.lock(named(Kind::Table, &table), LockMode::AccessExclusive);
            }
        }
        ast::Stmt::DropView(it) => {
            for view in it.view_refs() {
                gone(impact, Peril::DropView, named(Kind::View, &view));
            }
        }
        ast::Stmt::DropMaterializedView(it) => {
            for view in it.view_refs() {
                gone(
                    impact,
                    Peril::DropView,
                    named(Kind::MaterializedView, &view),
                );
            }
        }
        ast::Stmt::DropIndex(it) => {
            let mode = if it.concurrently_token().is_some() {
                LockMode::ShareUpdateExclusive
            } else {
                LockMode::AccessExclusive
            };
            for index in it.index_refs() {
                impact.lock(named(Kind::Index, &index), mode);
            }
        }
        ast::Stmt::DropSequence(it) => {
            for sequence in it.sequence_refs() {
                gone(
                    impact,
                    Peril::DropSequence,
                    named(Kind::Sequence, &sequence),
                );
            }
        }
        ast::Stmt::DropTrigger(it) => {
            if let Some(table) = it.on_relation().and_then(|it| it.relation_name_ref()) {
                impact.lock(named(Kind::Table, &table), LockMode::AccessExclusive);
            }
        }
        ast::Stmt::DropPolicy(it) => {
            if let Some(table) = it.on_table().and_then(|it| it.table_name_ref()) {
                impact.lock(named(Kind::Table, &table), LockMode::AccessExclusive);
            }
        }
        ast::Stmt::Truncate(it) => {
            let tables = it.table_list().into_iter();
            for table in tables.flat_map(|it| it.table_relation_names()) {
                gone(impact, Peril::Truncate, named(Kind::Table, &table));
            }
        }
        _ => return false,
    }
    true
}

/// Something without rows.
pub(super) fn object(impact: &mut Impact, statement: &ast::Stmt) -> bool {
    match statement {
        ast::Stmt::DropType(it) => {
            for ty in it.type_name_refs() {
                impact.hazard(Peril::DropType, &named(Kind::Type, &ty));
            }
        }
        ast::Stmt::DropDomain(it) => {
            for domain in it.domain_refs() {
                impact.hazard(Peril::DropDomain, &named(Kind::Type, &domain));
            }
        }
        ast::Stmt::DropSchema(it) => {
            for schema in it.schema_refs() {
                impact.hazard(Peril::DropSchema, &named(Kind::Schema, &schema));
            }
        }
        ast::Stmt::DropExtension(it) => {
            for extension in it.extension_refs() {
                impact.hazard(Peril::DropExtension, &named(Kind::Extension, &extension));
            }
        }
        ast::Stmt::DropDatabase(it) => {
            if let Some(database) = it.database_ref() {
                impact.hazard(Peril::DropDatabase, &named(Kind::Database, &database));
            }
        }
        ast::Stmt::DropOwned(it) => {
            for role in it.role_ref_list().into_iter().flat_map(|it| it.role_refs()) {
                impact.hazard(Peril::DropOwned, &named(Kind::Role, &role));
            }
        }
        ast::Stmt::DropFunction(_) | ast::Stmt::DropProcedure(_) | ast::Stmt::DropRoutine(_) => {
            dropped_routines(impact, statement.syntax());
        }
        _ => return false,
    }
    true
}

/// Something that holds data or is a relation, and is lost.
fn gone(impact: &mut Impact, peril: Peril, object: Object) {
    impact.hazard(peril, &object);
    impact.lock(object, LockMode::AccessExclusive);
}

fn dropped_routines(impact: &mut Impact, node: &SyntaxNode) {
    for part in node.descendants() {
        let is_name = ast::FunctionNameRef::can_cast(part.kind())
            || ast::ProcedureNameRef::can_cast(part.kind())
            || ast::RoutineNameRef::can_cast(part.kind());
        if is_name {
            let object = Object::named(Kind::Function, &part);
            impact.hazard(Peril::DropFunction, &object);
        }
    }
}
