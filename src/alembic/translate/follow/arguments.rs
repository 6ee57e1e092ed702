//! What a call is given, taken out piece by piece; what nobody took is not known.

use ruff_text_size::TextRange;

use crate::alembic::translate::follow::value::{Text, Value};

/// The arguments of a call.
#[derive(Clone, Debug)]
pub(in crate::alembic::translate) struct Arguments {
    /// What is called, as it is written.
    pub(in crate::alembic::translate) callee: String,
    /// The call as a whole.
    pub(in crate::alembic::translate) range: TextRange,
    positional: Vec<(Value, TextRange)>,
    taken: usize,
    keywords: Vec<(String, Value, TextRange)>,
}

/// Why a call is not followed, and where the reason stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::alembic::translate) struct Refusal {
    /// Where.
    pub(in crate::alembic::translate) range: TextRange,
    /// Why; nothing where it was told already.
    pub(in crate::alembic::translate) why: Option<String>,
}

impl Refusal {
    /// For a reason.
    pub(in crate::alembic::translate) fn new(range: TextRange, why: impl Into<String>) -> Self {
        Self {
            range,
            why: Some(why.into()),
        }
    }

    /// For a reason that was told already.
    pub(in crate::alembic::translate) fn told(range: TextRange) -> Self {
        Self { range, why: None }
    }
}

/// An argument, and where it stands.
#[derive(Clone, Debug)]
pub(in crate::alembic::translate) struct Argument {
    pub(in crate::alembic::translate) value: Value,
    pub(in crate::alembic::translate) range: TextRange,
    name: String,
}

impl Arguments {
    /// Of a call at `range`.
    pub(in crate::alembic::translate) fn new(
        callee: String,
        range: TextRange,
        positional: Vec<(Value, TextRange)>,
        keywords: Vec<(String, Value, TextRange)>,
    ) -> Self {
        Self {
            callee,
            range,
            positional,
            taken: 0,
            keywords,
        }
    }

    /// The argument called `name`, which may also come by its place.
    pub(in crate::alembic::translate) fn next(&mut self, name: &str) -> Option<Argument> {
        if let Some((value, range)) = self.positional.get(self.taken).cloned() {
            self.taken += 1;
            return Some(Argument {
                value,
                range,
                name: name.to_owned(),
            });
        }
        self.keyword(name)
    }

    /// The argument called `name`, by its name alone.
    pub(in crate::alembic::translate) fn keyword(&mut self, name: &str) -> Option<Argument> {
        let at = self.keywords.iter().position(|it| it.0 == name)?;
        let (name, value, range) = self.keywords.remove(at);
        Some(Argument { value, range, name })
    }

    /// All that come by their place and were not taken.
    pub(in crate::alembic::translate) fn rest(&mut self) -> Vec<Argument> {
        let rest = self.positional[self.taken..].iter();
        let rest = rest
            .map(|(value, range)| Argument {
                value: value.clone(),
                range: *range,
                name: String::new(),
            })
            .collect();
        self.taken = self.positional.len();
        rest
    }

    /// Gives all arguments whose names begin with `prefix` to nobody.
    pub(in crate::alembic::translate) fn drop_prefixed(&mut self, prefixes: &[&str]) {
        self.keywords
            .retain(|it| !prefixes.iter().any(|prefix| it.0.starts_with(prefix)));
    }

    /// Refuses what is left.
    pub(in crate::alembic::translate) fn finish(&self) -> Result<(), Refusal> {
        if let Some((_, range)) = self.positional.get(self.taken) {
            return Err(Refusal::new(
                *range,
                format!("`{}` has no such argument", self.callee),
            ));
        }
        match self.keywords.first() {
            Some((name, _, range)) => Err(Refusal::new(
                *range,
                format!("the argument `{name}` of `{}` is not known", self.callee),
            )),
            None => Ok(()),
        }
    }

    /// `name`, which must be there.
    pub(in crate::alembic::translate) fn required(
        &mut self,
        name: &str,
    ) -> Result<Argument, Refusal> {
        let missing = format!("`{}` lacks its argument `{name}`", self.callee);
        self.next(name)
            .ok_or_else(|| Refusal::new(self.range, missing))
    }

    /// `name` as a string, which must be there.
    pub(in crate::alembic::translate) fn string(&mut self, name: &str) -> Result<String, Refusal> {
        self.required(name)?.into_string()
    }

    /// `name` as a string by its name or place, unless it is not there or `None`.
    pub(in crate::alembic::translate) fn optional_string(
        &mut self,
        name: &str,
    ) -> Result<Option<String>, Refusal> {
        self.next(name)
            .map_or(Ok(None), Argument::into_optional_string)
    }

    /// The same, by its name alone.
    pub(in crate::alembic::translate) fn keyword_string(
        &mut self,
        name: &str,
    ) -> Result<Option<String>, Refusal> {
        self.keyword(name)
            .map_or(Ok(None), Argument::into_optional_string)
    }

    /// The truth value called `name`, unless it is not there or `None`.
    pub(in crate::alembic::translate) fn keyword_bool(
        &mut self,
        name: &str,
    ) -> Result<Option<bool>, Refusal> {
        self.keyword(name).map_or(Ok(None), Argument::into_bool)
    }

    /// The same, by its name or place.
    pub(in crate::alembic::translate) fn optional_bool(
        &mut self,
        name: &str,
    ) -> Result<Option<bool>, Refusal> {
        self.next(name).map_or(Ok(None), Argument::into_bool)
    }

    /// The number called `name`, by its name or place, unless it is not there or `None`.
    pub(in crate::alembic::translate) fn optional_int(
        &mut self,
        name: &str,
    ) -> Result<Option<i64>, Refusal> {
        self.next(name).map_or(Ok(None), Argument::into_int)
    }

    /// The schema of something: one name, without a dot.
    pub(in crate::alembic::translate) fn schema(&mut self) -> Result<Option<String>, Refusal> {
        let Some(argument) = self.keyword("schema") else {
            return Ok(None);
        };
        let range = argument.range;
        match argument.into_optional_string()? {
            Some(schema) if schema.contains('.') => {
                Err(Refusal::new(range, "a schema whose name has a dot"))
            }
            Some(schema) if schema.is_empty() => Ok(None),
            schema => Ok(schema),
        }
    }
}

impl Argument {
    /// Refuses it, for it is not `wanted`.
    pub(in crate::alembic::translate) fn is_not(&self, wanted: &str) -> Refusal {
        if matches!(self.value, Value::Unknown) {
            return Refusal::told(self.range);
        }
        let named = if self.name.is_empty() {
            String::new()
        } else {
            format!("`{}` ", self.name)
        };
        Refusal::new(
            self.range,
            format!("{named}is {}, not {wanted}", self.value.noun()),
        )
    }

    /// Its string.
    pub(in crate::alembic::translate) fn into_string(self) -> Result<String, Refusal> {
        match self.value {
            Value::Str(it) => Ok(it.text),
            _ => Err(self.is_not("a literal string")),
        }
    }

    /// Its string, unless it is `None`.
    pub(in crate::alembic::translate) fn into_optional_string(
        self,
    ) -> Result<Option<String>, Refusal> {
        match self.value {
            Value::None => Ok(None),
            Value::Str(it) => Ok(Some(it.text)),
            _ => Err(self.is_not("a literal string")),
        }
    }

    /// Its name, and whether that is final.
    pub(in crate::alembic::translate) fn into_name(self) -> Result<Option<Text>, Refusal> {
        match self.value {
            Value::None => Ok(None),
            Value::Str(it) => Ok(Some(it)),
            _ => Err(self.is_not("a literal string")),
        }
    }

    /// Its truth value, unless it is `None`.
    pub(in crate::alembic::translate) fn into_bool(self) -> Result<Option<bool>, Refusal> {
        match self.value {
            Value::None => Ok(None),
            Value::Bool(it) => Ok(Some(it)),
            _ => Err(self.is_not("a literal truth value")),
        }
    }

    /// Its number, unless it is `None`.
    pub(in crate::alembic::translate) fn into_int(self) -> Result<Option<i64>, Refusal> {
        match self.value {
            Value::None => Ok(None),
            Value::Int(it) => Ok(Some(it)),
            _ => Err(self.is_not("a literal number")),
        }
    }

    /// Its strings.
    pub(in crate::alembic::translate) fn into_strings(self) -> Result<Vec<String>, Refusal> {
        let strings = self.value.elements().and_then(|elements| {
            let texts = elements.iter().map(|it| it.as_str().map(str::to_owned));
            texts.collect()
        });
        strings.ok_or_else(|| self.is_not("a list of literal strings"))
    }
}

impl Argument {
    /// A place without a value, for refusals that come later.
    pub(in crate::alembic::translate) fn at(range: TextRange) -> Self {
        Self {
            value: Value::None,
            range,
            name: String::new(),
        }
    }
}
