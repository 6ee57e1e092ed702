//! Whether a default gives every row a value of its own.
//!
//! PostgreSQL rewrites a table for a new column with a volatile default, and for no other. Which
//! functions are volatile only a server knows; those named here are not. Of any other the worst is
//! assumed.

use squawk_syntax::ast::{self, AstNode as _};

/// Functions that are the same for every row of a statement.
const STEADY: &[&str] = &[
    "array_to_json",
    "concat",
    "current_database",
    "current_schema",
    "current_setting",
    "date_trunc",
    "decode",
    "encode",
    "format",
    "json_build_array",
    "json_build_object",
    "jsonb_build_array",
    "jsonb_build_object",
    "left",
    "lower",
    "make_date",
    "make_interval",
    "make_timestamptz",
    "md5",
    "now",
    "pg_backend_pid",
    "right",
    "statement_timestamp",
    "timezone",
    "to_char",
    "to_date",
    "to_json",
    "to_jsonb",
    "to_timestamp",
    "to_tsvector",
    "transaction_timestamp",
    "txid_current",
    "upper",
];

/// Whether `expr` may be another value for each row.
pub(super) fn is_volatile(expr: &ast::Expr) -> bool {
    expr.syntax()
        .descendants()
        .filter_map(ast::CallExpr::cast)
        .any(|call| !is_steady(&call))
}

fn is_steady(call: &ast::CallExpr) -> bool {
    let written = call.expr().map(|it| it.syntax().text().to_string());
    let written = written.unwrap_or_default().to_ascii_lowercase();
    let name = written.strip_prefix("pg_catalog.").unwrap_or(&written);
    STEADY.contains(&name.trim())
}
