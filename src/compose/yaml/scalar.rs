//! What a plain scalar means.
//!
//! The rules are those of Go's `yaml.v3`, since they decide what a container is given: `0123` is
//! octal, `1e3` and `1_000` are numbers, `yes` is text, and a date becomes a time stamp. This is
//! the trap that turns an unquoted password into another one.

use super::node::Value;

/// The value of a plain (unquoted, untagged) scalar.
pub fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Value::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Value::Float(f64::INFINITY);
        }
        "-.inf" | "-.Inf" | "-.INF" => return Value::Float(f64::NEG_INFINITY),
        _ => {}
    }
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return Value::Text(text.to_owned());
    }
    if let Some(stamp) = super::timestamp::render(text) {
        return Value::Text(stamp);
    }
    let plain = text.replace('_', "");
    if let Some(number) = integer(&plain) {
        return Value::Int(number);
    }
    if is_float(&plain)
        && let Ok(number) = plain.parse::<f64>()
        && number.is_finite()
    {
        return Value::Float(number);
    }
    Value::Text(text.to_owned())
}

/// The value of a scalar with one of YAML's own tags, such as `!!str`.
pub fn tagged(text: &str, tag: &str) -> Value {
    match tag {
        "null" => Value::Null,
        "bool" => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" => Value::Bool(true),
            "false" | "no" | "off" | "n" => Value::Bool(false),
            _ => Value::Text(text.to_owned()),
        },
        "int" => {
            integer(&text.replace('_', "")).map_or_else(|| Value::Text(text.to_owned()), Value::Int)
        }
        "float" => text
            .replace('_', "")
            .parse()
            .map_or_else(|_| Value::Text(text.to_owned()), Value::Float),
        _ => Value::Text(text.to_owned()),
    }
}

/// Go's `ParseInt` and `ParseUint` with base 0: signed and unsigned 64 bits together.
fn integer(text: &str) -> Option<i128> {
    let (negative, magnitude) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let (digits, base) = match magnitude.as_bytes() {
        [b'0', b'x' | b'X', ..] => (&magnitude[2..], 16),
        [b'0', b'o' | b'O', ..] => (&magnitude[2..], 8),
        [b'0', b'b' | b'B', ..] => (&magnitude[2..], 2),
        [b'0', _, ..] => (&magnitude[1..], 8),
        _ => (magnitude, 10),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(base)) {
        return None;
    }
    let value = i128::from_str_radix(digits, base).ok()?;
    let value = if negative { -value } else { value };
    let unsigned = text.starts_with(|c: char| c.is_ascii_digit());
    let most = if unsigned {
        i128::from(u64::MAX)
    } else {
        i128::from(i64::MAX)
    };
    (i128::from(i64::MIN)..=most)
        .contains(&value)
        .then_some(value)
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &str) -> bool {
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match rest.find(['e', 'E']) {
        Some(at) => (&rest[..at], Some(&rest[at + 1..])),
        None => (rest, None),
    };
    let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", fraction)) => !fraction.is_empty() && digits(fraction),
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => !mantissa.is_empty() && digits(mantissa),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        !exponent.is_empty() && digits(exponent)
    });
    mantissa_fits && exponent_fits
}

#[cfg(test)]
mod tests {
    use super::resolve;
    use crate::compose::yaml::node::Value;

    /// How Go prints what the scalar became.
    fn printed(text: &str) -> String {
        match resolve(text) {
            Value::Null => "<null>".to_owned(),
            Value::Bool(yes) => format!("<{yes}>"),
            Value::Int(number) => number.to_string(),
            Value::Float(number) => crate::compose::yaml::number::render(number),
            Value::Text(text) => text,
            Value::List(_) | Value::Map(_) => unreachable!("a scalar"),
        }
    }

    #[test]
    fn plain_scalars_become_what_go_makes_of_them() {
        for (typed, becomes) in [
            ("0123", "83"),
            ("089", "89"),
            ("1.10", "1.1"),
            ("1e3", "1000"),
            ("0x1F", "31"),
            ("0o17", "15"),
            ("0b101", "5"),
            ("-0x1F", "-31"),
            ("1_000", "1000"),
            ("123456789012345678901", "1.2345678901234568e+20"),
            ("1000000.5", "1.0000005e+06"),
            ("123456.5", "123456.5"),
            ("1e6", "1e+06"),
            ("-0.0", "-0"),
            ("0x_1F", "31"),
            ("1:30", "1:30"),
            ("18446744073709551615", "18446744073709551615"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("-9223372036854775809", "-9.223372036854776e+18"),
            ("0.00001", "1e-05"),
            ("2024-01-01", "2024-01-01 00:00:00 +0000 UTC"),
            ("yes", "yes"),
            ("on", "on"),
            ("No", "No"),
            ("TRUE", "<true>"),
            ("~", "<null>"),
            ("", "<null>"),
            ("1.2.3", "1.2.3"),
            ("5433:5432", "5433:5432"),
            ("22:22", "22:22"),
            ("1e", "1e"),
            (".5", "0.5"),
            ("5.", "5"),
            (".", "."),
            ("-", "-"),
            ("+1", "1"),
            ("0", "0"),
            ("00", "0"),
            ("08", "8"),
            ("1__0", "10"),
            ("_1", "_1"),
            (".inf", "+Inf"),
            ("1e999", "1e999"),
        ] {
            assert_eq!(printed(typed), becomes, "{typed}");
        }
    }
}
