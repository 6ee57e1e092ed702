//! `script.py.mako`, as far as Alembic's own templates go: text, `${...}` with a name, `repr` or a
//! choice in it, and lines that are comments. What is beyond that needs Python, and is named.

use std::fmt::Write as _;

use ruff_python_ast::Expr;
use ruff_python_parser::parse_expression;

/// What a name in a template stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `None`
    Nothing,
    /// A string.
    Text(String),
    /// `('a', 'b')`
    Tuple(Vec<String>),
    /// `['a', 'b']`
    List(Vec<String>),
    /// Something that nobody gave a value: no truth, and no text either.
    Undefined,
}

/// What a template asks for and only Python has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beyond {
    /// Where it begins, in bytes.
    pub start: usize,
    /// How long it is, in bytes.
    pub length: usize,
}

/// Fills in `template`, where `find` tells what a name stands for; nothing for one that only Python
/// knows.
pub fn render(template: &str, find: &impl Fn(&str) -> Option<Value>) -> Result<String, Beyond> {
    let mut whole = String::with_capacity(template.len());
    let mut at = 0;
    while at < template.len() {
        let rest = &template[at..];
        let begins_line = at == 0 || template[..at].ends_with('\n');
        let line = rest.split_inclusive('\n').next().unwrap_or_default();
        let text = line.trim_start_matches([' ', '\t']);
        let beyond = |length: usize| Beyond { start: at, length };
        if begins_line && text.starts_with("##") {
            if text.trim_end().ends_with('\\') {
                return Err(beyond(line.trim_end().len()));
            }
            at += line.len();
        } else if (begins_line && text.starts_with('%'))
            || rest.starts_with("<%")
            || rest.starts_with("</%")
        {
            return Err(beyond(line.trim_end().len()));
        } else if let Some(inside) = rest.strip_prefix("${") {
            let length = expression_length(inside).ok_or_else(|| beyond(line.trim_end().len()))?;
            let expression = &inside[..length];
            let told = told(expression, find).ok_or_else(|| beyond(length + 3))?;
            whole.push_str(&told);
            at += length + 3;
        } else if rest.starts_with("\\\n") {
            at += 2;
        } else if rest.starts_with("\\\r\n") {
            at += 3;
        } else if let Some(c) = rest.chars().next() {
            whole.push(c);
            at += c.len_utf8();
        }
    }
    Ok(whole)
}

/// How long an expression is whose `}` stands in `text`; braces in strings do not count.
fn expression_length(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '}') => return Some(at),
            // A dictionary, or an escape: whoever writes such things has Python.
            (None, '{' | '\\') => return None,
            (None, _) => {}
        }
    }
    None
}

/// What `expression`, perhaps with filters behind it, comes to.
fn told(expression: &str, find: &impl Fn(&str) -> Option<Value>) -> Option<String> {
    let (expression, filters) = match expression.rsplit_once('|') {
        Some((expression, filters)) => (expression, filters),
        None => (expression, ""),
    };
    let parsed = parse_expression(expression.trim()).ok()?.into_syntax();
    let value = value(&parsed.body, find)?;
    let filters: Vec<&str> = filters
        .split(',')
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .collect();
    match filters.as_slice() {
        [] | ["n" | "str" | "unicode"] => text(&value),
        ["comma"] | ["comma", "n"] | ["n", "comma"] => commas(&value),
        ["trim"] | ["trim", "n"] | ["n", "trim"] => text(&value).map(|it| it.trim().to_owned()),
        _ => None,
    }
}

fn value(expression: &Expr, find: &impl Fn(&str) -> Option<Value>) -> Option<Value> {
    match expression {
        Expr::Name(name) => find(name.id.as_str()),
        Expr::StringLiteral(text) => Some(Value::Text(text.value.to_str().to_owned())),
        Expr::NoneLiteral(_) => Some(Value::Nothing),
        Expr::If(choice) => {
            if truth(&value(&choice.test, find)?) {
                value(&choice.body, find)
            } else {
                value(&choice.orelse, find)
            }
        }
        Expr::BoolOp(either) if either.op == ruff_python_ast::BoolOp::Or => {
            let mut last = None;
            for operand in &either.values {
                let found = value(operand, find)?;
                if truth(&found) {
                    return Some(found);
                }
                last = Some(found);
            }
            last
        }
        Expr::Call(call) => {
            let Expr::Name(name) = &*call.func else {
                return None;
            };
            let [argument] = &*call.arguments.args else {
                return None;
            };
            if !call.arguments.keywords.is_empty() {
                return None;
            }
            let argument = value(argument, find)?;
            match name.id.as_str() {
                "repr" => repr(&argument).map(Value::Text),
                "str" => text(&argument).map(Value::Text),
                "comma" => commas(&argument).map(Value::Text),
                _ => None,
            }
        }
        _ => None,
    }
}

fn truth(value: &Value) -> bool {
    match value {
        Value::Nothing | Value::Undefined => false,
        Value::Text(text) => !text.is_empty(),
        Value::Tuple(texts) | Value::List(texts) => !texts.is_empty(),
    }
}

/// `str(value)`
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        other => repr(other),
    }
}

/// `repr(value)`
fn repr(value: &Value) -> Option<String> {
    let all = |texts: &[String]| {
        let texts: Vec<String> = texts.iter().map(|it| quoted(it)).collect();
        texts.join(", ")
    };
    match value {
        Value::Undefined => None,
        Value::Nothing => Some("None".to_owned()),
        Value::Text(text) => Some(quoted(text)),
        Value::Tuple(texts) if texts.len() == 1 => Some(format!("({},)", all(texts))),
        Value::Tuple(texts) => Some(format!("({})", all(texts))),
        Value::List(texts) => Some(format!("[{}]", all(texts))),
    }
}

/// The texts of `value` with commas between them, as Alembic's filter of that name writes them.
fn commas(value: &Value) -> Option<String> {
    match value {
        Value::Undefined => None,
        Value::Nothing => Some(String::new()),
        Value::Text(text) => Some(text.clone()),
        Value::Tuple(texts) | Value::List(texts) => Some(texts.join(", ")),
    }
}

/// `text` as Python writes a string.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut whole = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => whole.push_str("\\\\"),
            '\n' => whole.push_str("\\n"),
            '\r' => whole.push_str("\\r"),
            '\t' => whole.push_str("\\t"),
            c if c == quote => whole.extend(['\\', c]),
            c if c.is_ascii_control() => {
                // Writing to a string cannot fail.
                let _ = write!(whole, "\\x{:02x}", u32::from(c));
            }
            c => whole.push(c),
        }
    }
    whole.push(quote);
    whole
}

#[cfg(test)]
mod tests {
    use super::{Beyond, Value, render};

    fn find(name: &str) -> Option<Value> {
        match name {
            "message" => Some(Value::Text("it's".to_owned())),
            "down_revision" => Some(Value::Tuple(vec!["a".to_owned(), "b".to_owned()])),
            "labels" => Some(Value::Tuple(vec!["x".to_owned()])),
            "depends_on" => Some(Value::List(vec!["a".to_owned(), "b".to_owned()])),
            "nothing" => Some(Value::Nothing),
            "upgrades" => Some(Value::Undefined),
            _ => None,
        }
    }

    #[test]
    fn what_templates_of_alembic_have() {
        for (template, text) in [
            ("\"\"\"${message}\n", "\"\"\"it's\n"),
            ("x = ${repr(message)}", "x = \"it's\""),
            ("${down_revision | comma,n}", "a, b"),
            ("${nothing | comma,n};${nothing}", ";None"),
            (
                "${repr(down_revision)} ${repr(labels)}",
                "('a', 'b') ('x',)",
            ),
            ("${repr(depends_on)}", "['a', 'b']"),
            ("${upgrades if upgrades else \"pass\"}", "pass"),
            ("${upgrades or 'pa}ss'}", "pa}ss"),
            ("a\n## note\n  ## another\nb", "a\nb"),
            ("a # ## no note\r\n", "a # ## no note\r\n"),
            ("a\\\nb", "ab"),
            ("100% of %% and $5", "100% of %% and $5"),
        ] {
            assert_eq!(render(template, &find).as_deref(), Ok(text), "{template}");
        }
    }

    #[test]
    fn what_needs_python_is_pointed_at() {
        for (template, start, length) in [
            ("a\n% for x in y:\n", 2, 13),
            ("a <%! import re %>", 2, 16),
            ("a ${config.get('x')}", 2, 18),
            ("${upgrades}", 0, 11),
            ("${unknown}", 0, 10),
            ("${message | h}", 0, 14),
        ] {
            let beyond = Beyond { start, length };
            assert_eq!(render(template, &find), Err(beyond), "{template}");
        }
    }
}
