//! Exclusion constraints.

use crate::alembic::translate::Naming;
use crate::alembic::translate::construct::constraint::{Deferral, condition, preamble};
use crate::alembic::translate::follow::arguments::{Argument, Arguments, Refusal};
use crate::alembic::translate::follow::value::{Text, Value};
use crate::alembic::translate::quote::ident;

/// A constraint that keeps rows from meeting each other.
#[derive(Clone, Debug)]
pub(in crate::alembic::translate) struct Exclude {
    pub(in crate::alembic::translate) name: Option<Text>,
    using: String,
    elements: Vec<String>,
    condition: Option<String>,
    deferral: Deferral,
}

impl Exclude {
    /// `postgresql.ExcludeConstraint(…)`: what comes by its place is the elements.
    pub(in crate::alembic::translate) fn take(from: &mut Arguments) -> Result<Self, Refusal> {
        let elements = from.rest();
        let name = from.keyword("name").map_or(Ok(None), Argument::into_name)?;
        Self::of(name, &elements, from)
    }

    /// Of `elements`, with what the rest of the arguments says.
    pub(in crate::alembic::translate) fn of(
        name: Option<Text>,
        elements: &[Argument],
        from: &mut Arguments,
    ) -> Result<Self, Refusal> {
        let ops = match from.keyword("ops") {
            Some(Argument {
                value: Value::Dict(entries),
                ..
            }) => entries,
            Some(argument) => return Err(argument.is_not("a dictionary")),
            None => Vec::new(),
        };
        let rendered: Result<Vec<String>, Refusal> =
            elements.iter().map(|it| element(it, &ops)).collect();
        let using = from.keyword_string("using")?;
        let condition = match from.keyword("where") {
            Some(argument) if !matches!(argument.value, Value::None) => Some(condition(&argument)?),
            Some(_) | None => None,
        };
        let deferral = Deferral::take(from)?;
        from.finish()?;
        Ok(Self {
            name,
            using: using.map_or_else(|| "gist".to_owned(), |it| it.to_lowercase()),
            elements: rendered?,
            condition,
            deferral,
        })
    }

    /// As a statement says it.
    pub(in crate::alembic::translate) fn sql(
        &self,
        naming: Naming,
        at: &Argument,
    ) -> Result<String, Refusal> {
        let preamble = match &self.name {
            // No naming convention has a word for it.
            None => String::new(),
            Some(_) => preamble(self.name.as_ref(), naming, at)?,
        };
        let condition = match &self.condition {
            Some(condition) => format!(" WHERE ({condition})"),
            None => String::new(),
        };
        Ok(format!(
            "{preamble}EXCLUDE USING {} ({}){condition}{}",
            self.using,
            self.elements.join(", "),
            self.deferral.sql()
        ))
    }
}

/// A column or an expression, and the operator that no two rows may answer with yes.
fn element(argument: &Argument, ops: &[(Value, Value)]) -> Result<String, Refusal> {
    let Some([what, Value::Str(operator)]) = argument.value.elements() else {
        return Err(argument.is_not("a pair of a column and an operator"));
    };
    let (sql, key) = match what {
        Value::Str(it) => (ident(&it.text), Some(it.text.clone())),
        Value::Clause(it) => (it.sql.clone(), it.key.clone()),
        _ => return Err(argument.is_not("a pair of a column and an operator")),
    };
    let class = ops
        .iter()
        .find(|(name, _)| key.is_some() && name.as_str() == key.as_deref())
        .and_then(|(_, class)| class.as_str());
    let class = class.map_or_else(String::new, |it| format!(" {it}"));
    Ok(format!("{sql}{class} WITH {}", operator.text))
}
