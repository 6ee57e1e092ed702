//! Python's values as literals of SQL.

use std::fmt::Write as _;

use crate::alembic::translate::construct::kind::{Family, Type};
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

/// A value as a literal of a type; `None` where it is not one that the type takes as it is.
pub(in crate::alembic::translate) fn typed(value: &Value, kind: Option<&Type>) -> Option<String> {
    let Some(kind) = kind else {
        return plain(value);
    };
    let fits = match (kind, value) {
        // In JSON it may as well be the document `null`.
        (_, Value::None) => kind.family() != Family::Json,
        (Type::Array { item, .. }, Value::List(elements)) if !elements.is_empty() => {
            let elements: Option<Vec<String>> =
                elements.iter().map(|it| typed(it, Some(item))).collect();
            return Some(format!("ARRAY[{}]", elements?.join(", ")));
        }
        (Type::Array { .. }, _) => false,
        (Type::Plain { .. } | Type::Enumeration(_), _) => match (kind.family(), value) {
            (Family::Json, _) => return json(value).map(|it| string(&it)),
            (Family::SmallInteger | Family::Integer | Family::BigInteger, Value::Int(_))
            | (Family::Number, Value::Int(_) | Value::Float(_))
            | (Family::Boolean, Value::Bool(_))
            | (Family::Text | Family::Uuid | Family::Other, Value::Str(_)) => true,
            _ => false,
        },
    };
    fits.then(|| plain(value)).flatten()
}

/// A number as Python's `repr` writes it.
pub(in crate::alembic::translate) fn float(number: f64) -> String {
    let shown = format!("{number:?}");
    let Some((digits, exponent)) = shown.split_once('e') else {
        return shown;
    };
    // An exponent always has a sign, and two digits at the least.
    let (sign, size) = match exponent.strip_prefix('-') {
        Some(size) => ('-', size),
        None => ('+', exponent),
    };
    format!("{digits}e{sign}{size:0>2}")
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
            (Value::Float(1e-7), "1e-07", "1e-07"),
            (Value::Float(-2.5e100), "-2.5e+100", "-2.5e+100"),
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
