//! Findings as a SARIF 2.1.0 log, which code scanners read.
//!
//! See "Static Analysis Results Interchange Format (SARIF) Version 2.1.0" by OASIS.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Lint, Row};
use crate::lint::{Class, Level};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The whole log.
pub(super) fn log(lint: &Lint) -> Value {
    let rules: BTreeMap<&str, &Row> = lint.findings.iter().map(|row| (row.rule, row)).collect();
    let index: BTreeMap<&str, usize> = rules.keys().copied().zip(0..).collect();
    let results: Vec<Value> = lint
        .findings
        .iter()
        .map(|row| result(row, index.get(row.rule).copied()))
        .collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "townpass",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.values().map(|row| rule(row)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(row: &Row) -> Value {
    let level = match row.class {
        Class::Destructive => "error",
        Class::Breaking | Class::Blocking => "warning",
        Class::Style => "note",
    };
    json!({
        "id": row.rule,
        "shortDescription": { "text": row.about },
        "defaultConfiguration": { "level": level },
        "properties": { "tags": [row.class] },
    })
}

fn result(row: &Row, rule: Option<usize>) -> Value {
    let level = match row.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    };
    let text = match &row.help {
        Some(help) => format!("{}\n\nhelp: {help}", row.message),
        None => row.message.clone(),
    };
    let mut result = json!({
        "ruleId": row.rule,
        "ruleIndex": rule,
        "level": level,
        "message": { "text": text },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(&row.file) },
            "region": {
                "startLine": row.line,
                "startColumn": row.column,
                "endLine": row.end_line,
                "endColumn": row.end_column,
            },
        }}],
    });
    if let (Some(reason), Some(object)) = (&row.approved, result.as_object_mut()) {
        let suppression = json!([{ "kind": "inSource", "justification": reason }]);
        object.insert("suppressions".to_owned(), suppression);
    }
    result
}

/// A relative reference: what no part of a path may hold is encoded.
fn uri(path: &str) -> String {
    path.bytes()
        .map(|byte| match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
