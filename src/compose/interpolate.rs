//! Replaces variables in a whole document, keys excepted.

use super::{
    error::{Error, Problem},
    source::Place,
    template::{self, Fault, Lookup},
    warning::Warning,
    yaml::{Node, Value},
};

/// Replaces the references in every text of the tree.
pub(in crate::compose) fn tree(
    node: &mut Node,
    lookup: Lookup<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<(), Error> {
    match &mut node.value {
        Value::Text(text) if text.contains('$') => {
            *text = one(text, &node.place, lookup, warnings)?;
        }
        Value::List(list) => {
            for item in list {
                tree(item, lookup, warnings)?;
            }
        }
        Value::Map(map) => {
            for entry in map.iter_mut() {
                tree(&mut entry.node, lookup, warnings)?;
            }
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => {}
    }
    Ok(())
}

/// Replaces the references in one text that was written at `place`.
pub(in crate::compose) fn one(
    text: &str,
    place: &Place,
    lookup: Lookup<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<String, Error> {
    let mut unset = |name: &str| {
        let place = reference(place, name);
        let known = |warning: &Warning| matches!(warning, Warning::Unset { name: known, .. } if known == name);
        if !warnings.iter().any(known) {
            warnings.push(Warning::Unset {
                name: name.to_owned(),
                place,
            });
        }
    };
    template::substitute(text, lookup, &mut unset).map_err(|fault| match fault {
        Fault::Template(from) => {
            let at = place.find(from.split('\n').next().unwrap_or(&from));
            Problem::Template.at(&at.unwrap_or_else(|| place.clone()))
        }
        Fault::Required { name, reason } => {
            let at = reference(place, &name);
            Problem::RequiredVariable { name, reason }.at(&at)
        }
    })
}

/// Where a text refers to a variable.
fn reference(place: &Place, name: &str) -> Place {
    place
        .find(&format!("${{{name}"))
        .or_else(|| place.find(&format!("${name}")))
        .unwrap_or_else(|| place.clone())
}
