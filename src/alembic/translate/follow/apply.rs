//! What calls do.

use crate::alembic::translate::construct;
use crate::alembic::translate::construct::clause::Clause;
use crate::alembic::translate::construct::kind::Type;
use crate::alembic::translate::construct::vocabulary::{as_type, make_type};
use crate::alembic::translate::follow::Follower;
use crate::alembic::translate::follow::arguments::{Argument, Arguments, Refusal};
use crate::alembic::translate::follow::value::{Text, Value};
use crate::alembic::translate::operation::batch::Batch;
use crate::alembic::translate::operation::enumeration;
use crate::alembic::translate::operation::{self, literal_statement};

impl Follower<'_> {
    /// Calls `callee`.
    pub(in crate::alembic::translate) fn apply(
        &mut self,
        callee: Value,
        from: Arguments,
    ) -> Result<Value, Refusal> {
        match callee {
            Value::Path(path) => self.apply_path(&path, from),
            Value::Function(name) => match self.function(&name) {
                Some(function) => self.enter(function, from),
                None => Err(Refusal::new(from.range, "a function that is not known")),
            },
            Value::Method(value, name) => self.apply_method(*value, &name, from),
            Value::Unknown => Err(Refusal::told(from.range)),
            _ => Err(Refusal::new(
                from.range,
                format!("a call of {}", callee.noun()),
            )),
        }
    }

    fn apply_path(&mut self, path: &str, mut from: Arguments) -> Result<Value, Refusal> {
        if let Some(directive) = path.strip_prefix("alembic.op.") {
            return self.directive(directive, from, None);
        }
        match path {
            // It says something, and changes nothing.
            "builtins.print" => return Ok(Value::None),
            "textwrap.dedent" => {
                let text = from.string("text")?;
                from.finish()?;
                return Ok(Value::text(dedent(&text)));
            }
            _ => {}
        }
        if let Some(made) = construct::make(path, &mut from) {
            return made;
        }
        if let Some(made) = make_type(path, &mut from) {
            return made.map(Value::Type);
        }
        let why = if path.starts_with("sqlalchemy.") {
            format!("`{path}` is not in the vocabulary")
        } else {
            format!("`{path}` is another module's")
        };
        Err(Refusal::new(from.range, why))
    }

    /// `op.NAME(…)`, or that of a block of a table.
    fn directive(
        &mut self,
        name: &str,
        mut from: Arguments,
        batch: Option<&Batch>,
    ) -> Result<Value, Refusal> {
        let range = from.range;
        match name {
            "f" => {
                let text = from.string("name")?;
                from.finish()?;
                return Ok(Value::Str(Text {
                    text,
                    last_word: true,
                }));
            }
            "get_bind" => return from.finish().map(|()| Value::Connection),
            "get_context" => return from.finish().map(|()| Value::Context),
            "batch_alter_table" if batch.is_none() => {
                return Batch::take(&mut from).map(Value::Batch);
            }
            _ => {}
        }
        let call = from.callee.clone();
        match operation::follow(name, from, batch, &mut self.scene) {
            Some(made) => {
                let made = made?;
                let batch = batch.filter(|_| !made.at_once);
                self.emit(made.statements, (range, &call), batch);
                Ok(made.value)
            }
            None => Err(Refusal::new(
                range,
                format!("the directive `{call}` is not in the vocabulary"),
            )),
        }
    }

    fn apply_method(
        &mut self,
        value: Value,
        name: &str,
        mut from: Arguments,
    ) -> Result<Value, Refusal> {
        let range = from.range;
        let call = from.callee.clone();
        match (&value, name) {
            (Value::Batch(batch), _) => return self.directive(name, from, Some(batch)),
            (Value::Context, "autocommit_block") => {
                return from.finish().map(|()| Value::AutocommitBlock);
            }
            (Value::Connection, "execute" | "exec_driver_sql") => {
                let argument = from.required("statement")?;
                let sql = match (&argument.value, name) {
                    (Value::Str(it), "exec_driver_sql") => Some(it.text.clone()),
                    (Value::Str(_), _) => {
                        let why = "a string, which a connection takes only as `sa.text()`";
                        return Err(Refusal::new(argument.range, why));
                    }
                    _ => literal_statement(&argument)?,
                };
                from.finish()?;
                self.emit(sql.into_iter().collect(), (range, &call), None);
                // Whoever asks for the answer asks for what only the database knows.
                return Ok(Value::Answer);
            }
            (Value::Type(Type::Enumeration(it)), "create" | "drop") => {
                let sql = match name {
                    "create" => enumeration::create(it, &mut from)?,
                    _ => enumeration::drop(it, &mut from)?,
                };
                self.emit(sql.into_iter().collect(), (range, &call), None);
                return Ok(Value::None);
            }
            (Value::Answer, _) => {
                let why = "the answer of a query, which only the database knows";
                return Err(Refusal::new(range, why));
            }
            _ => {}
        }
        let made = match (value, name) {
            (Value::Type(kind), "with_variant") => Some(Value::Type(variant(kind, &mut from)?)),
            (Value::Sequence(it), "next_value") => {
                Some(Value::Clause(Clause::expression(it.next_value())))
            }
            (Value::Clause(it), "desc" | "asc" | "nulls_first" | "nulls_last") => {
                let words = name.to_uppercase().replace('_', " ");
                Some(Value::Clause(Clause::expression(format!(
                    "{} {words}",
                    it.sql
                ))))
            }
            (Value::Str(it), _) => of_string(&it.text, name, &mut from)?,
            (Value::Dict(entries), "items") => {
                let pair = |(key, value)| Value::Tuple(vec![key, value]);
                Some(Value::List(entries.into_iter().map(pair).collect()))
            }
            _ => None,
        };
        match made {
            Some(value) => from.finish().map(|()| value),
            None => Err(Refusal::new(
                range,
                format!("the method `{name}` is not in the vocabulary"),
            )),
        }
    }
}

/// `TYPE.with_variant(OTHER, DIALECT…)`.
fn variant(kind: Type, from: &mut Arguments) -> Result<Type, Refusal> {
    let other = as_type(&from.required("type_")?)?;
    let dialects: Result<Vec<String>, Refusal> =
        from.rest().into_iter().map(Argument::into_string).collect();
    let ours = dialects?.iter().any(|it| it == "postgresql");
    Ok(if ours { other } else { kind })
}

/// The methods of strings that make strings; `None` where there is none of that name.
fn of_string(text: &str, name: &str, from: &mut Arguments) -> Result<Option<Value>, Refusal> {
    Ok(Some(Value::text(match name {
        "strip" => text.trim().to_owned(),
        "lstrip" => text.trim_start().to_owned(),
        "rstrip" => text.trim_end().to_owned(),
        "lower" => text.to_lowercase(),
        "upper" => text.to_uppercase(),
        "join" => from.required("iterable")?.into_strings()?.join(text),
        "replace" => {
            let old = from.string("old")?;
            text.replace(&old, &from.string("new")?)
        }
        _ => return Ok(None),
    })))
}

/// `textwrap.dedent`: the indentation that all lines share is taken away.
fn dedent(text: &str) -> String {
    let blank = |line: &&str| line.trim_matches([' ', '\t']).is_empty();
    let indent = |line: &str| {
        let rest = line.trim_start_matches([' ', '\t']);
        line[..line.len() - rest.len()].to_owned()
    };
    let shared = text.split('\n').filter(|it| !blank(it)).map(indent);
    let shared = shared.reduce(|one, two| {
        let same = one.chars().zip(two.chars()).take_while(|(a, b)| a == b);
        same.map(|(a, _)| a).collect()
    });
    let shared = shared.unwrap_or_default();
    let lines = text.split('\n').map(|line| {
        if blank(&line) {
            ""
        } else {
            line.strip_prefix(&shared).unwrap_or(line)
        }
    });
    lines.collect::<Vec<&str>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::dedent;

    #[test]
    fn dedent_takes_what_all_lines_share() {
        for (text, expected) in [
            ("", ""),
            ("\n    a\n      b\n    ", "\na\n  b\n"),
            ("a\n  b", "a\n  b"),
            ("\ta\n\t b", "a\n b"),
            ("\ta\n  b", "\ta\n  b"),
        ] {
            assert_eq!(dedent(text), expected);
        }
    }
}
