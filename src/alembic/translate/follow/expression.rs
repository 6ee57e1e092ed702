//! Expressions, followed as far as they are literal.

use ruff_python_ast::{
    BoolOp, CmpOp, ConversionFlag, Expr, ExprCall, ExprFString, FStringPart,
    InterpolatedStringElement, Number, Operator, UnaryOp,
};
use ruff_text_size::{Ranged as _, TextRange};

use crate::alembic::translate::construct::vocabulary::canonical;
use crate::alembic::translate::follow::Follower;
use crate::alembic::translate::follow::arguments::{Arguments, Refusal};
use crate::alembic::translate::follow::value::{Text, Value};

impl<'a> Follower<'a> {
    /// What `expression` is.
    pub(in crate::alembic::translate) fn evaluate(
        &mut self,
        expression: &'a Expr,
    ) -> Result<Value, Refusal> {
        let range = expression.range();
        match expression {
            Expr::NoneLiteral(_) => Ok(Value::None),
            Expr::BooleanLiteral(it) => Ok(Value::Bool(it.value)),
            Expr::NumberLiteral(it) => number(&it.value, range),
            Expr::StringLiteral(it) => Ok(Value::text(it.value.to_str())),
            Expr::FString(it) => self.interpolated(it),
            Expr::Name(it) => self.lookup(it.id.as_str(), range),
            Expr::List(it) => Ok(Value::List(self.evaluate_all(&it.elts)?)),
            Expr::Tuple(it) => Ok(Value::Tuple(self.evaluate_all(&it.elts)?)),
            Expr::Dict(it) => {
                let mut entries = Vec::with_capacity(it.items.len());
                for item in &it.items {
                    let Some(key) = &item.key else {
                        return Err(Refusal::new(range, "a dictionary that is unpacked"));
                    };
                    entries.push((self.evaluate(key)?, self.evaluate(&item.value)?));
                }
                Ok(Value::Dict(entries))
            }
            Expr::Attribute(it) => {
                let value = self.evaluate(&it.value)?;
                attribute(value, it.attr.as_str(), range)
            }
            Expr::Call(it) => self.call(it),
            Expr::UnaryOp(it) => {
                let operand = self.evaluate(&it.operand)?;
                match (it.op, &operand) {
                    (UnaryOp::USub, Value::Int(number)) => Ok(Value::Int(-number)),
                    (UnaryOp::USub, Value::Float(number)) => Ok(Value::Float(-number)),
                    (UnaryOp::Not, it) if it.truth().is_some() => {
                        Ok(Value::Bool(it.truth() == Some(false)))
                    }
                    _ => Err(unknown_operator(&[&operand], range)),
                }
            }
            Expr::BinOp(it) => {
                let left = self.evaluate(&it.left)?;
                let right = self.evaluate(&it.right)?;
                joined(&left, it.op, &right, range)
            }
            Expr::BoolOp(it) => {
                let mut last = Value::None;
                for part in &it.values {
                    last = self.evaluate(part)?;
                    let truth = last.truth();
                    let truth = truth.ok_or_else(|| unknown_operator(&[&last], range))?;
                    if truth == (it.op == BoolOp::Or) {
                        break;
                    }
                }
                Ok(last)
            }
            Expr::Compare(it) => {
                let [op] = it.ops.as_ref() else {
                    return Err(Refusal::new(range, "a chain of comparisons"));
                };
                let left = self.evaluate(&it.left)?;
                let right = self.evaluate(&it.comparators[0])?;
                compared(&left, *op, &right)
                    .map(Value::Bool)
                    .ok_or_else(|| unknown_operator(&[&left, &right], range))
            }
            Expr::If(it) => {
                let test = self.evaluate(&it.test)?;
                match test.truth() {
                    Some(true) => self.evaluate(&it.body),
                    Some(false) => self.evaluate(&it.orelse),
                    None => Err(unknown_operator(&[&test], range)),
                }
            }
            _ => Err(Refusal::new(range, "an expression that is not literal")),
        }
    }

    fn evaluate_all(&mut self, expressions: &'a [Expr]) -> Result<Vec<Value>, Refusal> {
        let mut values = Vec::with_capacity(expressions.len());
        for expression in expressions {
            match expression {
                Expr::Starred(it) => {
                    let value = self.evaluate(&it.value)?;
                    let elements = value.elements();
                    let elements = elements.ok_or_else(|| {
                        Refusal::new(it.range, "something unpacked that is no literal list")
                    })?;
                    values.extend_from_slice(elements);
                }
                _ => values.push(self.evaluate(expression)?),
            }
        }
        Ok(values)
    }

    /// An f-string whose parts are all literal.
    fn interpolated(&mut self, string: &'a ExprFString) -> Result<Value, Refusal> {
        let mut text = String::new();
        for part in &string.value {
            let elements = match part {
                FStringPart::Literal(it) => {
                    text.push_str(&it.value);
                    continue;
                }
                FStringPart::FString(it) => &it.elements,
            };
            for element in elements {
                match element {
                    InterpolatedStringElement::Literal(it) => text.push_str(&it.value),
                    InterpolatedStringElement::Interpolation(it) => {
                        let plain = it.debug_text.is_none()
                            && it.format_spec.is_none()
                            && matches!(it.conversion, ConversionFlag::None | ConversionFlag::Str);
                        let value = self.evaluate(&it.expression)?;
                        let Some(shown) = shown(&value).filter(|_| plain) else {
                            let why = "a value whose text is not known";
                            return Err(refused(&value, it.range, why));
                        };
                        text.push_str(&shown);
                    }
                }
            }
        }
        Ok(Value::text(text))
    }

    /// A call: its arguments first, as Python does.
    fn call(&mut self, call: &'a ExprCall) -> Result<Value, Refusal> {
        let callee = self.evaluate(&call.func)?;
        let mut positional = Vec::new();
        for argument in &call.arguments.args {
            match argument {
                Expr::Starred(it) => {
                    let value = self.evaluate(&it.value)?;
                    let Some(elements) = value.elements() else {
                        let why = "arguments unpacked from something that is no literal list";
                        return Err(refused(&value, it.range, why));
                    };
                    positional.extend(elements.iter().map(|value| (value.clone(), it.range)));
                }
                _ => positional.push((self.evaluate(argument)?, argument.range())),
            }
        }
        let mut keywords = Vec::new();
        for keyword in &call.arguments.keywords {
            let value = self.evaluate(&keyword.value)?;
            if let Some(name) = &keyword.arg {
                keywords.push((name.as_str().to_owned(), value, keyword.value.range()));
                continue;
            }
            let Value::Dict(entries) = &value else {
                let why = "arguments unpacked from something that is no literal dictionary";
                return Err(refused(&value, keyword.range, why));
            };
            for (name, value) in entries {
                let name = name.as_str().unwrap_or_default().to_owned();
                keywords.push((name, value.clone(), keyword.range));
            }
        }
        let written = self.source_of(call.func.range());
        let arguments = Arguments::new(written, call.range(), positional, keywords);
        self.apply(callee, arguments)
    }
}

fn number(number: &Number, range: TextRange) -> Result<Value, Refusal> {
    match number {
        Number::Int(it) => {
            let small = it.as_i64().map(Value::Int);
            small.ok_or_else(|| Refusal::new(range, "a number of more than 64 bits"))
        }
        Number::Float(it) => Ok(Value::Float(*it)),
        Number::Complex { .. } => Err(Refusal::new(range, "a complex number")),
    }
}

/// `value.name`.
fn attribute(value: Value, name: &str, range: TextRange) -> Result<Value, Refusal> {
    Ok(match (value, name) {
        (Value::Path(path), _) => Value::Path(canonical(&format!("{path}.{name}"))),
        (Value::Connection | Value::Context, "dialect") => Value::Dialect,
        (Value::Context, "bind" | "connection") => Value::Connection,
        (Value::Dialect, "name") => Value::text("postgresql"),
        (Value::Unknown, _) => return Err(Refusal::told(range)),
        (value, _) => Value::Method(Box::new(value), name.to_owned()),
    })
}

/// The refusal of `value`, unless it was named already.
fn refused(value: &Value, range: TextRange, why: &str) -> Refusal {
    if matches!(value, Value::Unknown) {
        Refusal::told(range)
    } else {
        Refusal::new(range, why)
    }
}

fn unknown_operator(operands: &[&Value], range: TextRange) -> Refusal {
    match operands.iter().find(|it| matches!(it, Value::Unknown)) {
        Some(_) => Refusal::told(range),
        None => Refusal::new(range, "an operator on what is not literal"),
    }
}

/// What `str` makes of a literal.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::None => Some("None".to_owned()),
        Value::Bool(true) => Some("True".to_owned()),
        Value::Bool(false) => Some("False".to_owned()),
        Value::Int(it) => Some(it.to_string()),
        Value::Float(it) => Some(crate::alembic::translate::quote::literal::float(*it)),
        Value::Str(it) => Some(it.text.clone()),
        _ => None,
    }
}

fn joined(left: &Value, op: Operator, right: &Value, range: TextRange) -> Result<Value, Refusal> {
    match (left, op, right) {
        (Value::Str(one), Operator::Add, Value::Str(two)) => Ok(Value::Str(Text {
            text: format!("{}{}", one.text, two.text),
            last_word: false,
        })),
        (Value::List(one), Operator::Add, Value::List(two)) => {
            Ok(Value::List([one.as_slice(), two].concat()))
        }
        (Value::Tuple(one), Operator::Add, Value::Tuple(two)) => {
            Ok(Value::Tuple([one.as_slice(), two].concat()))
        }
        (Value::Int(one), Operator::Add, Value::Int(two)) => {
            let sum = one.checked_add(*two).map(Value::Int);
            sum.ok_or_else(|| unknown_operator(&[], range))
        }
        _ => Err(unknown_operator(&[left, right], range)),
    }
}

fn compared(left: &Value, op: CmpOp, right: &Value) -> Option<bool> {
    match op {
        CmpOp::Eq => left.equals(right),
        CmpOp::NotEq => left.equals(right).map(|it| !it),
        CmpOp::Is if matches!(right, Value::None) => left.equals(right),
        CmpOp::IsNot if matches!(right, Value::None) => left.equals(right).map(|it| !it),
        CmpOp::In | CmpOp::NotIn => {
            let mut found = false;
            for element in right.elements()? {
                found |= left.equals(element)?;
            }
            Some(found == (op == CmpOp::In))
        }
        _ => None,
    }
}
