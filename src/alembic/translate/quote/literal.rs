//! Python's values as literals of SQL.

use std::fmt::Write as _;

use crate::alembic::translate::follow::value::Value;
use crate::alembic::translate::quote::string;

/// A value whose type nobody gave.
pub(in crate::alembic::translate) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::None => Some("NULL".to_owned()),
        Value::Bool(it) => Some(it.to_string()),
        Value::Int(it) => Some(it.to_string()),
        Value::Float(it) => Some(float(*it)),
        Value::Str(it) => Some(string(&it.text)),
        _ => None,
    }
}

/// A number as Python's `repr` writes it.
pub(in crate::alembic::translate) fn float(number: f64) -> String {
    format!("{number:?}")
}

/// A value as the text of a JSON document, with Python's separators.
pub(in crate::alembic::translate) fn json(value: &Value) -> Option<String> {
    Some(match value {
        Value::None => "null".to_owned(),
        Value::Bool(it) => it.to_string(),
        Value::Int(it) => it.to_string(),
        Value::Float(it) => float(*it),
        Value::Str(it) => ascii(&it.text),
        Value::List(it) | Value::Tuple(it) => {
            let elements: Option<Vec<String>> = it.iter().map(json).collect();
            format!("[{}]", elements?.join(", "))
        }
        Value::Dict(it) => {
            let entry = |(key, value): &(Value, Value)| {
                Some(format!("{}: {}", ascii(key.as_str()?), json(value)?))
            };
            let entries: Option<Vec<String>> = it.iter().map(entry).collect();
            format!("{{{}}}", entries?.join(", "))
        }
        _ => return None,
    })
}

/// A JSON string without characters beyond ASCII, as Python writes it.
fn ascii(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(character),
            _ => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::{json, plain};
    use crate::alembic::translate::follow::value::Value;

    #[test]
    fn literals() {
        for (value, sql, document) in [
            (Value::None, "NULL", "null"),
            (Value::Bool(true), "true", "true"),
            (Value::Int(-7), "-7", "-7"),
            (Value::Float(1.0), "1.0", "1.0"),
            (Value::text("it's"), "'it''s'", "\"it's\""),
            (
                Value::text("ü\n😀"),
                "'ü\n😀'",
                "\"\\u00fc\\n\\ud83d\\ude00\"",
            ),
        ] {
            assert_eq!(plain(&value).as_deref(), Some(sql));
            assert_eq!(json(&value).as_deref(), Some(document));
        }
        let entry = (
            Value::text("a"),
            Value::List(vec![Value::Int(1), Value::None]),
        );
        let nested = Value::Dict(vec![entry]);
        assert_eq!(json(&nested).as_deref(), Some("{\"a\": [1, null]}"));
        assert_eq!(plain(&nested), None);
    }
}
