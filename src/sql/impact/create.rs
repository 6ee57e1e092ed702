//! `CREATE …`: what is made, and what is locked meanwhile.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode as _};

use super::object::named;
use super::query::rows;
use super::{Impact, Kind, LockMode, Object, Peril};

/// Something with rows.
pub(super) fn relation(impact: &mut Impact, statement: &ast::Stmt) -> bool {
    match statement {
        ast::Stmt::CreateTable(it) => {
            let name = it.table_name();
            made(
                impact,
                Kind::Table,
                syntax(name.as_ref()),
                it.if_not_exists().is_none(),
            );
            referenced(impact, it.syntax());
            if let Some(parent) = it.partition_of().and_then(|it| it.table_name_ref()) {
                impact.lock(named(Kind::Table, &parent), LockMode::AccessExclusive);
            }
            for parent in it
                .inherits()
                .into_iter()
                .flat_map(|it| it.table_name_refs())
            {
                impact.lock(named(Kind::Table, &parent), LockMode::ShareUpdateExclusive);
            }
        }
        ast::Stmt::CreateForeignTable(it) => {
            let name = it.table_name();
            made(
                impact,
                Kind::Table,
                syntax(name.as_ref()),
                it.if_not_exists().is_none(),
            );
        }
        ast::Stmt::CreateTableAs(it) => {
            let name = it.table_name();
            made(
                impact,
                Kind::Table,
                syntax(name.as_ref()),
                it.if_not_exists().is_none(),
            );
            rows(impact, it.syntax());
        }
        ast::Stmt::SelectInto(it) => {
            let name = it.into_clause().and_then(|it| it.table_name());
            made(impact, Kind::Table, syntax(name.as_ref()), true);
            rows(impact, it.syntax());
        }
        ast::Stmt::CreateMaterializedView(it) => {
            let name = it.view();
            let certain = it.if_not_exists().is_none();
            made(
                impact,
                Kind::MaterializedView,
                syntax(name.as_ref()),
                certain,
            );
            rows(impact, it.syntax());
        }
        ast::Stmt::CreateView(it) => {
            let name = it.view();
            made(
                impact,
                Kind::View,
                syntax(name.as_ref()),
                it.or_replace().is_none(),
            );
            rows(impact, it.syntax());
        }
        ast::Stmt::CreateSequence(it) => {
            let name = it.sequence();
            made(
                impact,
                Kind::Sequence,
                syntax(name.as_ref()),
                it.if_not_exists().is_none(),
            );
        }
        _ => return false,
    }
    true
}

/// Something without rows.
pub(super) fn object(impact: &mut Impact, statement: &ast::Stmt) -> bool {
    match statement {
        ast::Stmt::CreateType(it) => {
            let name = it.type_name();
            made(impact, Kind::Type, syntax(name.as_ref()), true);
        }
        ast::Stmt::CreateDomain(it) => {
            let name = it.domain();
            made(impact, Kind::Type, syntax(name.as_ref()), true);
        }
        ast::Stmt::CreateSchema(it) => {
            let name = it.schema_name();
            made(
                impact,
                Kind::Schema,
                name.as_ref(),
                it.if_not_exists().is_none(),
            );
        }
        ast::Stmt::CreateExtension(it) => {
            let name = it.extension();
            let certain = it.if_not_exists().is_none();
            made(impact, Kind::Extension, syntax(name.as_ref()), certain);
        }
        ast::Stmt::CreateDatabase(it) => {
            let name = it.database();
            made(impact, Kind::Database, syntax(name.as_ref()), true);
        }
        ast::Stmt::CreateFunction(it) => {
            let name = it.name();
            made(
                impact,
                Kind::Function,
                syntax(name.as_ref()),
                it.or_replace().is_none(),
            );
        }
        ast::Stmt::CreateProcedure(it) => {
            let name = it.name();
            made(
                impact,
                Kind::Function,
                syntax(name.as_ref()),
                it.or_replace().is_none(),
            );
        }
        _ => return false,
    }
    true
}

/// Something that belongs to a table.
pub(super) fn attachment(impact: &mut Impact, statement: &ast::Stmt) -> bool {
    match statement {
        ast::Stmt::CreateIndex(it) => {
            let name = it.index();
            made(
                impact,
                Kind::Index,
                syntax(name.as_ref()),
                it.if_not_exists().is_none(),
            );
            if let Some(table) = it.table_relation_name().and_then(|it| it.table_name_ref()) {
                let table = named(Kind::Table, &table);
                if it.concurrently_token().is_some() {
                    impact.lock(table, LockMode::ShareUpdateExclusive);
                } else {
                    impact.hazard(Peril::BuildIndex, &table);
                    impact.lock(table, LockMode::Share);
                }
            }
        }
        ast::Stmt::CreateTrigger(it) => {
            if let Some(table) = it.on_relation().and_then(|it| it.relation_name_ref()) {
                impact.lock(named(Kind::Table, &table), LockMode::ShareRowExclusive);
            }
            if let Some(table) = it.from_table().and_then(|it| it.table_name_ref()) {
                impact.lock(named(Kind::Table, &table), LockMode::ShareRowExclusive);
            }
        }
        ast::Stmt::CreateRule(it) => {
            if let Some(table) = it.rule_on().and_then(|it| it.relation_name_ref()) {
                impact.lock(named(Kind::Table, &table), LockMode::AccessExclusive);
            }
        }
        ast::Stmt::CreatePolicy(it) => {
            if let Some(table) = it.on_table().and_then(|it| it.table_name_ref()) {
                impact.lock(named(Kind::Table, &table), LockMode::AccessExclusive);
            }
        }
        ast::Stmt::CreateStatistics(it) => {
            if let Some(table) = it.from_table().and_then(|it| it.table_name_ref()) {
                impact.lock(named(Kind::Table, &table), LockMode::ShareUpdateExclusive);
            }
        }
        _ => return false,
    }
    true
}

fn made(impact: &mut Impact, kind: Kind, name: Option<&SyntaxNode>, certain: bool) {
    if let (Some(name), true) = (name, certain) {
        impact.creates.push(Object::named(kind, name));
    }
}

fn syntax<N: ast::AstNode>(node: Option<&N>) -> Option<&SyntaxNode> {
    node.map(ast::AstNode::syntax)
}

/// Tables that a new table's foreign keys refer to.
fn referenced(impact: &mut Impact, table: &SyntaxNode) {
    for part in table.descendants() {
        let other = ast::ForeignKeyConstraint::cast(part.clone())
            .and_then(|it| it.table_name_ref())
            .or_else(|| ast::ReferencesConstraint::cast(part).and_then(|it| it.table()));
        if let Some(other) = other {
            impact.lock(named(Kind::Table, &other), LockMode::ShareRowExclusive);
        }
    }
}
