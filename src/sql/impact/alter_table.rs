//! `ALTER TABLE`: the lock of each form, and what it does to the rows that are there.
//!
//! The table is locked by the strongest lock that any of the forms takes. See "ALTER TABLE" in
//! PostgreSQL's documentation, where each form names its lock.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode as _};

use super::{Impact, Kind, LockMode, Object, Peril, alter_column};

/// Options of a table that are set without disturbing anyone.
const QUIET_OPTIONS: &[&str] = &[
    "autovacuum",
    "effective_io_concurrency",
    "fillfactor",
    "log_autovacuum",
    "n_distinct",
    "parallel_workers",
    "toast",
    "vacuum_index_cleanup",
    "vacuum_truncate",
];

/// Adds what the forms of an `ALTER TABLE` do to `table`.
pub(super) fn alter_table(
    impact: &mut Impact,
    table: &Object,
    actions: impl Iterator<Item = ast::AlterTableAction>,
) {
    for action in actions {
        let lock = one(impact, table, &action);
        impact.lock(table.clone(), lock);
    }
}

/// Adds what one form does, and gives the lock it takes on `table`.
fn one(impact: &mut Impact, table: &Object, action: &ast::AlterTableAction) -> LockMode {
    use ast::AlterTableAction as Form;
    match action {
        Form::AddColumn(it) => alter_column::add(impact, table, it),
        Form::AlterColumn(it) => return alter_column::alter(impact, table, it),
        Form::DropColumn(it) => {
            let column = it.column_name_ref();
            let column = column.map(|it| ast::normalize_name_node(it.syntax()));
            impact.part_hazard(Peril::DropColumn, table, column);
        }
        Form::AddConstraint(it) => {
            if let Some(constraint) = it.constraint() {
                return add_constraint(impact, table, &constraint);
            }
        }
        Form::ValidateConstraint(_) | Form::ClusterOn(_) | Form::SetWithoutCluster(_) => {
            return LockMode::ShareUpdateExclusive;
        }
        Form::SetOptions(it) if are_quiet(it.syntax()) => return LockMode::ShareUpdateExclusive,
        Form::ResetOptions(it) if are_quiet(it.syntax()) => return LockMode::ShareUpdateExclusive,
        Form::EnableTrigger(_)
        | Form::DisableTrigger(_)
        | Form::EnableAlwaysTrigger(_)
        | Form::EnableReplicaTrigger(_) => return LockMode::ShareRowExclusive,
        Form::AttachPartition(it) => {
            if let Some(partition) = it.table_name_ref() {
                let partition = Object::named(Kind::Table, partition.syntax());
                impact.hazard(Peril::CheckPartition, &partition);
                impact.lock(partition, LockMode::AccessExclusive);
            }
            return LockMode::ShareUpdateExclusive;
        }
        Form::DetachPartition(it) => {
            if let Some(partition) = it.table_name_ref() {
                let partition = Object::named(Kind::Table, partition.syntax());
                impact.lock(partition, LockMode::AccessExclusive);
            }
            if it.detach_partition_option().is_some() {
                return LockMode::ShareUpdateExclusive;
            }
        }
        Form::InheritTable(it) => {
            if let Some(parent) = it.table_name_ref() {
                let parent = Object::named(Kind::Table, parent.syntax());
                impact.lock(parent, LockMode::ShareUpdateExclusive);
            }
        }
        Form::SetLogged(_) => storage(impact, table, "be logged"),
        Form::SetUnlogged(_) => storage(impact, table, "be unlogged"),
        Form::SetAccessMethod(_) => storage(impact, table, "change its access method"),
        Form::SetTablespace(_) => storage(impact, table, "move to another tablespace"),
        Form::RenameColumn(it) => {
            let column = it.column_name_ref();
            let column = column.map(|it| ast::normalize_name_node(it.syntax()));
            impact.part_hazard(Peril::RenameColumn, table, column);
        }
        Form::TableRenameTo(it) => {
            impact.hazard(Peril::RenameTable, table);
            if let Some(name) = it.table_name() {
                let to = Object::named(table.kind, name.syntax()).name;
                impact.renames = Some((table.clone(), table.renamed(to)));
            }
        }
        Form::SetSchema(_) => impact.hazard(Peril::MoveSchema, table),
        _ => {}
    }
    LockMode::AccessExclusive
}

fn storage(impact: &mut Impact, table: &Object, to: &str) {
    impact.part_hazard(Peril::RewriteForStorage, table, Some(to.to_owned()));
}

fn add_constraint(impact: &mut Impact, table: &Object, constraint: &ast::Constraint) -> LockMode {
    let rows_are_checked = !constraint.is_not_valid();
    match constraint {
        ast::Constraint::ForeignKeyConstraint(key) => {
            if let Some(other) = key.table_name_ref() {
                let other = Object::named(Kind::Table, other.syntax());
                if rows_are_checked {
                    impact.part_hazard(Peril::CheckForeignKey, table, Some(other.to_string()));
                }
                impact.lock(other, LockMode::ShareRowExclusive);
            }
            return LockMode::ShareRowExclusive;
        }
        ast::Constraint::CheckConstraint(_) if rows_are_checked => {
            impact.hazard(Peril::CheckRows, table);
        }
        ast::Constraint::NotNullConstraint(_) if rows_are_checked => {
            impact.hazard(Peril::CheckRows, table);
        }
        ast::Constraint::UniqueConstraint(it) if it.using_index().is_none() => {
            impact.hazard(Peril::BuildKey, table);
        }
        ast::Constraint::PrimaryKeyConstraint(it) if it.using_index().is_none() => {
            impact.hazard(Peril::BuildKey, table);
        }
        ast::Constraint::ExcludeConstraint(_) => impact.hazard(Peril::BuildKey, table),
        _ => {}
    }
    LockMode::AccessExclusive
}

/// Whether all options between the parentheses are of those that disturb nobody.
fn are_quiet(options: &SyntaxNode) -> bool {
    let text = options.text().to_string().to_ascii_lowercase();
    let inside = text.split_once('(').map_or("", |(_, inside)| inside);
    inside.split(',').all(|option| {
        QUIET_OPTIONS
            .iter()
            .any(|it| option.trim_start().starts_with(it))
    })
}
