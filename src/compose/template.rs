//! `$NAME`, `${NAME:-default}` and their kin in one text.
//!
//! The forms and their corner cases are Compose's: the operator is the one right after the name,
//! what follows it may hold further references, and a default must not span lines.

/// How a name is turned into its value.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Why a text has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `${` that begins no variable. The text from the dollar sign on.
    Template(String),
    /// `${NAME:?reason}` without a value.
    Required {
        /// The variable.
        name: String,
        /// The reason the text gives.
        reason: String,
    },
}

/// Replaces the references in `text`. `unset` is told of names that have no value and no default.
pub fn substitute(
    text: &str,
    lookup: Lookup<'_>,
    unset: &mut dyn FnMut(&str),
) -> Result<String, Fault> {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        result.push_str(&rest[..dollar]);
        let after = &rest[dollar + 1..];
        if let Some(escaped) = after.strip_prefix('$') {
            result.push('$');
            rest = escaped;
        } else if let Some(inside) = after.strip_prefix('{') {
            let reference = Reference::parse(inside)
                .ok_or_else(|| Fault::Template(rest[dollar..].to_owned()))?;
            result.push_str(&reference.value(lookup, unset)?);
            rest = &inside[reference.length..];
        } else {
            let name = name_length(after);
            if name == 0 {
                result.push('$');
            } else {
                result.push_str(&plain(&after[..name], lookup, unset));
            }
            rest = &after[name..];
        }
    }
    result.push_str(rest);
    Ok(result)
}

/// What stands between braces.
struct Reference<'a> {
    name: &'a str,
    operation: Operation,
    argument: &'a str,
    /// How many bytes it takes, its closing brace included.
    length: usize,
}

#[derive(Clone, Copy)]
enum Operation {
    Plain,
    Default { also_empty: bool },
    Replace { also_empty: bool },
    Require { also_empty: bool },
}

impl<'a> Reference<'a> {
    /// Reads what follows `${`.
    fn parse(inside: &'a str) -> Option<Self> {
        let (name, after) = inside.split_at(name_length(inside));
        if name.is_empty() {
            return None;
        }
        if after.starts_with('}') {
            return Some(Self {
                name,
                operation: Operation::Plain,
                argument: "",
                length: name.len() + 1,
            });
        }
        let also_empty = after.starts_with(':');
        let after_colon = &after[usize::from(also_empty)..];
        let operation = match after_colon.chars().next()? {
            '-' => Operation::Default { also_empty },
            '+' => Operation::Replace { also_empty },
            '?' => Operation::Require { also_empty },
            _ => return None,
        };
        let argument = &after_colon[1..];
        let end = closing_brace(argument)?;
        Some(Self {
            name,
            operation,
            argument: &argument[..end],
            length: inside.len() - argument.len() + end + 1,
        })
    }

    fn value(&self, lookup: Lookup<'_>, unset: &mut dyn FnMut(&str)) -> Result<String, Fault> {
        if matches!(self.operation, Operation::Plain) {
            return Ok(plain(self.name, lookup, unset));
        }
        let argument = substitute(self.argument, lookup, unset)?;
        let value = lookup(self.name);
        let has = |also_empty: bool| {
            value
                .as_ref()
                .is_some_and(|value| !also_empty || !value.is_empty())
        };
        match self.operation {
            Operation::Default { also_empty } if !has(also_empty) => Ok(argument),
            Operation::Replace { also_empty } if has(also_empty) => Ok(argument),
            Operation::Require { also_empty } if !has(also_empty) => Err(Fault::Required {
                name: self.name.to_owned(),
                reason: argument,
            }),
            Operation::Plain
            | Operation::Default { .. }
            | Operation::Replace { .. }
            | Operation::Require { .. } => Ok(value.unwrap_or_default()),
        }
    }
}

fn plain(name: &str, lookup: Lookup<'_>, unset: &mut dyn FnMut(&str)) -> String {
    lookup(name).unwrap_or_else(|| {
        unset(name);
        String::new()
    })
}

/// `[_a-zA-Z][_a-zA-Z0-9]*`
fn name_length(text: &str) -> usize {
    if !text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return 0;
    }
    text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(text.len())
}

/// The brace that closes, counting those that open; the last of the line where none does.
fn closing_brace(argument: &str) -> Option<usize> {
    let line = argument.split('\n').next().unwrap_or(argument);
    let mut open = 1;
    for (at, c) in line.char_indices() {
        match c {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(at);
        }
    }
    line.rfind('}')
}

#[cfg(test)]
mod tests {
    use super::{Fault, substitute};

    fn run(text: &str) -> (Result<String, Fault>, Vec<String>) {
        let lookup = |name: &str| match name {
            "V" => Some("value".to_owned()),
            "E" => Some(String::new()),
            "D" => Some("$V".to_owned()),
            _ => None,
        };
        let mut unset = Vec::new();
        let result = substitute(text, &lookup, &mut |name| unset.push(name.to_owned()));
        (result, unset)
    }

    #[test]
    fn every_form_is_replaced() {
        for (text, value) in [
            ("$V", "value"),
            ("${V}", "value"),
            ("a$V-b", "avalue-b"),
            ("$V$V", "valuevalue"),
            ("${V:-d}", "value"),
            ("${E:-d}", "d"),
            ("${E-d}", ""),
            ("${U:-d}", "d"),
            ("${U-d}", "d"),
            ("${V:+x}", "x"),
            ("${E:+x}", ""),
            ("${E+x}", "x"),
            ("${U+x}", ""),
            ("${V:?e}", "value"),
            ("${E?e}", ""),
            ("$$", "$"),
            ("$$V", "$V"),
            ("$$$V", "$value"),
            ("${U:-${W:-c}}", "c"),
            ("${U:-${V}}", "value"),
            ("${U:-a:b-c}", "a:b-c"),
            ("${U-b:-c}", "b:-c"),
            ("${U:-{\"a\":1}} $V", "{\"a\":1} value"),
            ("${U:-a} ${V:-b}", "a value"),
            ("${D}", "$V"),
            ("${U:-$$}", "$"),
            ("$1", "$1"),
            ("5 $ 6", "5 $ 6"),
            ("$", "$"),
            ("a$", "a$"),
            ("${U:-}", ""),
            ("pa$$word", "pa$word"),
            ("${U:-ü}ü", "üü"),
        ] {
            assert_eq!(run(text).0.as_deref(), Ok(value), "{text}");
        }
    }

    #[test]
    fn a_required_variable_gives_its_reason() {
        let required = |name: &str, reason: &str| {
            Err(Fault::Required {
                name: name.to_owned(),
                reason: reason.to_owned(),
            })
        };
        assert_eq!(run("${U:?set it}").0, required("U", "set it"));
        assert_eq!(run("${E:?for $V}").0, required("E", "for value"));
        assert_eq!(run("${U?}").0, required("U", ""));
    }

    #[test]
    fn what_begins_no_variable_is_refused() {
        for text in [
            "${",
            "${}",
            "${V",
            "${V:x}",
            "${1}",
            "${V-",
            "${U:-a\nb}",
            "${ V}",
        ] {
            assert!(matches!(run(text).0, Err(Fault::Template(_))), "{text}");
        }
    }

    #[test]
    fn unset_names_are_told() {
        assert_eq!(run("$A ${B} ${C:-} ${E}").1, ["A", "B"]);
    }
}
