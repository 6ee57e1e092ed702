//! A way as a script, in the layout of Alembic's own.
//!
//! Unlike Alembic's, the script refuses to run on a database that is not at its start. The guard
//! stands at the beginning of each transaction, so that a client that does not stop at an error does
//! no harm.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::alembic::way::Way;
use crate::migration::plan::step::{Mode, Reason};
use crate::migration::{Direction, Heads, Step, Version};

/// `way` as a script.
pub fn script(way: &Way) -> String {
    let mut rows = way.heads.now.clone();
    let mut sql = String::new();
    if way.plan.steps().iter().any(leaves_transactions) {
        sql.push_str(
            "-- Some statements cannot be part of a transaction: run this with psql.\n\
             \\set ON_ERROR_STOP on\n\n",
        );
    }
    let creates = rows.is_empty() && way.plan.direction() == Direction::Upgrade;
    open(&mut sql, &way.heads, &rows, creates);
    for step in way.plan.steps() {
        let parents: Vec<String> = step.parents.iter().map(Version::to_string).collect();
        let this = step.version.to_string();
        let (from, to) = match step.direction {
            Direction::Upgrade => (parents.join(", "), this),
            Direction::Downgrade => (this, parents.join(", ")),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(sql, "-- Running {} {from} -> {to}\n", step.direction);
        let text = &step.source.text;
        for statement in &step.script.statements {
            let piece = text[statement.piece.clone()].trim();
            let piece = piece.strip_prefix("-- no-transaction\n").unwrap_or(piece);
            let piece = piece.trim_end_matches(';');
            if statement.alone.is_some() || step.mode == Mode::Alone(Reason::Marker) {
                let _ = writeln!(sql, "COMMIT;\n\n{piece};\n");
                open(&mut sql, &way.heads, &rows, false);
            } else {
                let _ = writeln!(sql, "{piece};\n");
            }
        }
        let (statements, next) = way.heads.note(&rows, step.version);
        for statement in statements {
            let _ = writeln!(sql, "{statement};\n");
        }
        rows = next;
    }
    sql.push_str("COMMIT;\n");
    sql
}

/// The rows of `heads`, made `to` by a script; `None` takes every database, wherever it stands.
pub fn stamp(heads: &Heads, from: Option<&BTreeSet<String>>, to: &BTreeSet<String>) -> String {
    let mut sql = String::new();
    let none = BTreeSet::new();
    let rows = from.unwrap_or(&none);
    if from.is_some() {
        open(&mut sql, heads, rows, rows.is_empty());
    } else {
        // Writing to a string cannot fail.
        let _ = writeln!(sql, "BEGIN;\n\n{};\n", heads.create());
        let _ = writeln!(sql, "DELETE FROM {};\n", heads.table);
    }
    for statement in heads.change(rows, to) {
        let _ = writeln!(sql, "{statement};\n");
    }
    sql.push_str("COMMIT;\n");
    sql
}

/// Whether a step has a statement outside its transaction.
fn leaves_transactions(step: &Step) -> bool {
    let alone = |it: &crate::sql::Statement| it.alone.is_some();
    step.mode == Mode::Alone(Reason::Marker) || step.script.statements.iter().any(alone)
}

/// Begins a transaction that goes on only where the database has `rows`.
fn open(sql: &mut String, heads: &Heads, rows: &BTreeSet<String>, creates: bool) {
    sql.push_str("BEGIN;\n\n");
    if creates {
        let _ = writeln!(sql, "{};\n", heads.create());
    }
    let _ = writeln!(sql, "{};\n", heads.guard(rows));
}
