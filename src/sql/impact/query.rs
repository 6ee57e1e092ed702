//! Which tables a statement reads or writes rows of.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode as _};

use super::{Impact, Kind, LockMode, Object, Peril};

/// A statement about rows.
pub(super) fn query(impact: &mut Impact, statement: &ast::Stmt) -> bool {
    let is_one = matches!(
        statement,
        ast::Stmt::Select(_)
            | ast::Stmt::CompoundSelect(_)
            | ast::Stmt::ParenSelect(_)
            | ast::Stmt::Insert(_)
            | ast::Stmt::Update(_)
            | ast::Stmt::Delete(_)
            | ast::Stmt::Merge(_)
    );
    if is_one {
        rows(impact, statement.syntax());
    }
    is_one
}

/// Adds what the statement at `node` does to rows, wherever in it: a `DELETE` may stand in a
/// `WITH`.
pub(super) fn rows(impact: &mut Impact, node: &SyntaxNode) {
    let temporary: Vec<String> = node
        .descendants()
        .filter_map(ast::WithTable::cast)
        .filter_map(|it| it.name())
        .map(|it| ast::normalize_name_node(it.syntax()))
        .collect();
    let is_table = |object: &Object| object.schema.is_some() || !temporary.contains(&object.name);
    let locks_rows = node
        .descendants()
        .any(|it| ast::LockingClause::can_cast(it.kind()));
    let reading = if locks_rows {
        LockMode::RowShare
    } else {
        LockMode::AccessShare
    };
    for part in node.descendants() {
        if let Some(delete) = ast::Delete::cast(part.clone()) {
            let target = delete.relation_name();
            write(impact, target.as_ref().map(ast::AstNode::syntax));
            if let (Some(target), None) = (&target, delete.where_clause_or_current_of()) {
                impact.hazard(Peril::DeleteAll, &table(target.syntax()));
            }
        } else if let Some(update) = ast::Update::cast(part.clone()) {
            let target = update.relation_name();
            write(impact, target.as_ref().map(ast::AstNode::syntax));
            if let (Some(target), None) = (&target, update.where_clause_or_current_of()) {
                impact.hazard(Peril::UpdateAll, &table(target.syntax()));
            }
        } else if let Some(insert) = ast::Insert::cast(part.clone()) {
            write(
                impact,
                insert
                    .relation_name_ref()
                    .as_ref()
                    .map(ast::AstNode::syntax),
            );
        } else if let Some(merge) = ast::Merge::cast(part.clone()) {
            write(
                impact,
                merge
                    .table_relation_name()
                    .as_ref()
                    .map(ast::AstNode::syntax),
            );
        } else if let Some(item) = ast::RelationFromItem::cast(part.clone())
            && let Some(name) = item.relation_name_ref()
        {
            let object = table(name.syntax());
            if is_table(&object) {
                impact.lock(object, reading);
            }
        }
    }
}

fn write(impact: &mut Impact, target: Option<&SyntaxNode>) {
    if let Some(target) = target {
        impact.lock(table(target), LockMode::RowExclusive);
    }
}

fn table(node: &SyntaxNode) -> Object {
    Object::named(Kind::Table, node)
}
