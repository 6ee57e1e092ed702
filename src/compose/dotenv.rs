//! The grammar of `.env` and of `env_file`.
//!
//! `export K=V`, `K: V`, quotes, escapes, comments, and references to what was defined before. A
//! name alone takes its value from the surroundings. The corner cases are Compose's.

use std::collections::BTreeMap;

use super::template::{self, Fault, Lookup};

/// A line that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

/// The variables of a file. References see `lookup` first, then the lines above.
pub fn parse(text: &str, lookup: Lookup<'_>) -> Result<BTreeMap<String, String>, BadLine> {
    let mut reader = Reader {
        rest: text.strip_prefix('\u{feff}').unwrap_or(text),
        line: 1,
    };
    let mut variables = BTreeMap::new();
    while reader.skip_to_statement() {
        let line = reader.line;
        let bad = |message: String| BadLine { line, message };
        match reader.name().map_err(bad)? {
            Name::Inherited(name) => {
                if let Some(value) = lookup(&name) {
                    variables.insert(name, value);
                }
            }
            Name::Given(name) => {
                let value = reader.value(&variables, lookup).map_err(bad)?;
                variables.insert(name, value);
            }
        }
    }
    Ok(variables)
}

/// The variables of a file in the format `raw`, as `docker run --env-file` reads it: nothing is
/// quoted, escaped or replaced.
pub fn parse_raw(text: &str, lookup: Lookup<'_>) -> Result<BTreeMap<String, String>, BadLine> {
    let mut variables = BTreeMap::new();
    for (at, line) in text
        .strip_prefix('\u{feff}')
        .unwrap_or(text)
        .lines()
        .enumerate()
    {
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = match line.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (line.trim_end(), lookup(line.trim_end())),
        };
        if name.is_empty() || name.contains(char::is_whitespace) {
            return Err(BadLine {
                line: at + 1,
                message: format!("`{name}` is not the name of a variable"),
            });
        }
        if let Some(value) = value {
            variables.insert(name.to_owned(), value);
        }
    }
    Ok(variables)
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
}

enum Name {
    /// Followed by `=` or `:`.
    Given(String),
    /// Alone on its line.
    Inherited(String),
}

impl Reader<'_> {
    /// Skips blank lines and comments. False at the end.
    fn skip_to_statement(&mut self) -> bool {
        loop {
            let start = self.rest.trim_start();
            self.skip(self.rest.len() - start.len());
            if !self.rest.starts_with('#') {
                return !self.rest.is_empty();
            }
            self.skip(self.rest.find('\n').unwrap_or(self.rest.len()));
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.line += self.rest[..bytes].matches('\n').count();
        self.rest = &self.rest[bytes..];
    }

    fn name(&mut self) -> Result<Name, String> {
        if let Some(after) = self.rest.strip_prefix("export")
            && after.starts_with(char::is_whitespace)
        {
            self.rest = after.trim_start_matches(is_blank);
        }
        let mut end = None;
        for (at, c) in self.rest.char_indices() {
            match c {
                '=' | ':' | '\n' => {
                    end = Some((at, c));
                    break;
                }
                '_' | '.' | '-' | '[' | ']' => {}
                c if is_blank(c) || c.is_alphabetic() || c.is_numeric() => {}
                c => {
                    return Err(format!("`{c}` cannot stand in the name of a variable"));
                }
            }
        }
        let (end, separator) = end.unwrap_or((self.rest.len(), '\n'));
        let name = self.rest[..end].trim_end().to_owned();
        self.skip((end + 1).min(self.rest.len()));
        if name.contains(' ') {
            return Err(format!("`{name}` is not the name of a variable"));
        }
        if separator == '\n' {
            return Ok(Name::Inherited(name));
        }
        self.skip(self.rest.len() - self.rest.trim_start_matches(is_blank).len());
        Ok(Name::Given(name))
    }

    fn value(
        &mut self,
        variables: &BTreeMap<String, String>,
        lookup: Lookup<'_>,
    ) -> Result<String, String> {
        if let Some(quote @ ('"' | '\'')) = self.rest.chars().next() {
            let value = self.quoted(quote)?;
            return if quote == '\'' {
                Ok(value)
            } else {
                expand(&escapes(&value), variables, lookup)
            };
        }
        let line = self.rest.split('\n').next().unwrap_or("");
        let value = line.split(" #").next().unwrap_or("").trim_end();
        let value = expand(value, variables, lookup)?;
        self.skip((line.len() + 1).min(self.rest.len()));
        Ok(value)
    }

    /// A quoted text without its quotes. A backslash protects the quote alone.
    fn quoted(&mut self, quote: char) -> Result<String, String> {
        let mut value = String::new();
        let mut escaped = false;
        for (at, c) in self.rest.char_indices().skip(1) {
            if c == quote && !escaped {
                self.skip(at + 1);
                return Ok(value);
            }
            if c == '\\' && !escaped {
                escaped = true;
                continue;
            }
            if escaped && c != quote {
                value.push('\\');
            }
            escaped = false;
            value.push(c);
        }
        Err("the quotes of this value do not close".to_owned())
    }
}

fn expand(
    value: &str,
    variables: &BTreeMap<String, String>,
    lookup: Lookup<'_>,
) -> Result<String, String> {
    let both = |name: &str| lookup(name).or_else(|| variables.get(name).cloned());
    template::substitute(value, &both, &mut |_| {}).map_err(|fault| match fault {
        Fault::Template(_) => {
            "a `$` here begins no variable; write `$$` for a dollar sign".to_owned()
        }
        Fault::Required { name, reason } if reason.is_empty() => {
            format!("the variable {name} is not set")
        }
        Fault::Required { name, reason } => format!("the variable {name} is not set: {reason}"),
    })
}

/// The escapes of a double-quoted value. `\$` becomes `$$`, which stands for a dollar sign.
fn escapes(value: &str) -> String {
    let mut result = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('\\') {
        result.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (character, taken) = match after.chars().next() {
            Some('a') => ("\u{7}".to_owned(), 1),
            Some('b') => ("\u{8}".to_owned(), 1),
            Some('f') => ("\u{c}".to_owned(), 1),
            Some('n') => ("\n".to_owned(), 1),
            Some('r') => ("\r".to_owned(), 1),
            Some('t') => ("\t".to_owned(), 1),
            Some('v') => ("\u{b}".to_owned(), 1),
            Some('$') => ("$$".to_owned(), 1),
            Some('"') => ("\"".to_owned(), 1),
            Some('\\') => ("\\".to_owned(), 1),
            Some('0') => octal(after),
            _ => ("\\".to_owned(), 0),
        };
        result.push_str(&character);
        rest = &after[taken..];
    }
    result.push_str(rest);
    result
}

/// `\0` and three octal digits; anything else stays as it is.
fn octal(after: &str) -> (String, usize) {
    let digits = after[1..].len()
        - after[1..]
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .len();
    let digits = digits.min(3);
    let character = (digits == 3)
        .then(|| u8::from_str_radix(&after[1..4], 8).ok())
        .flatten()
        .map(|byte| char::from(byte).to_string());
    match character {
        Some(character) => (character, 4),
        None => (format!("\\{}", &after[..=digits]), digits + 1),
    }
}

/// White space that ends no line.
fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}'
    )
}

#[cfg(test)]
mod tests {
    use super::{BadLine, parse, parse_raw};

    fn lookup(name: &str) -> Option<String> {
        (name == "OUTER").then(|| "outside".to_owned())
    }

    fn value_of_k(text: &str) -> Option<String> {
        parse(text, &lookup)
            .expect("it can be read")
            .get("K")
            .cloned()
    }

    #[test]
    fn values_in_every_form() {
        for (text, value) in [
            ("K=v", Some("v")),
            ("export K=v\n", Some("v")),
            ("K: v", Some("v")),
            ("K = v", Some("v")),
            ("\u{feff}K=v", Some("v")),
            ("# c\n\n  K=v\r\n", Some("v")),
            ("K=a b", Some("a b")),
            ("K=a #b", Some("a")),
            ("K=a#b", Some("a#b")),
            ("K=#b", Some("#b")),
            ("K=", Some("")),
            ("K=\nL=x", Some("")),
            ("K='a $OUTER \\n'", Some("a $OUTER \\n")),
            ("K='it\\'s'", Some("it's")),
            ("K=\"a\\nb\"", Some("a\nb")),
            ("K=\"a\nb\"\nL=x", Some("a\nb")),
            ("K=\"\\$OUTER $OUTER\"", Some("$OUTER outside")),
            ("K=\"a\\\"b\"", Some("a\"b")),
            ("K=\"\\0101\"", Some("A")),
            ("K=\"\\012\"", Some("\\012")),
            ("K=\"\\d\"", Some("\\d")),
            ("K=$OUTER", Some("outside")),
            ("K=$$OUTER", Some("$OUTER")),
            ("A=1\nK=${A}2", Some("12")),
            ("OUTER=mine\nK=$OUTER", Some("outside")),
            ("K=${U:-d}", Some("d")),
            ("K=\"v\" # c\nL=x", Some("v")),
            ("K=p@ss!w%rd^&*()", Some("p@ss!w%rd^&*()")),
            (
                "K=postgresql+psycopg://a:b@db:5432/x",
                Some("postgresql+psycopg://a:b@db:5432/x"),
            ),
            ("K", None),
        ] {
            assert_eq!(value_of_k(text).as_deref(), value, "{text:?}");
        }
    }

    #[test]
    fn a_name_alone_is_inherited() {
        let variables = parse("OUTER\nK=1", &lookup).expect("it can be read");
        assert_eq!(variables["OUTER"], "outside");
        assert_eq!(variables["K"], "1");
    }

    #[test]
    fn a_bad_line_is_named() {
        for (text, line) in [
            ("A=1\nB C=2", 2),
            ("A=1\n\n!x=2", 3),
            ("A='x\n", 1),
            ("A=1\nB=${U:?no}", 2),
            ("A=\"1\n2\"\nB=${", 3),
        ] {
            match parse(text, &lookup) {
                Err(BadLine { line: found, .. }) => assert_eq!(found, line, "{text:?}"),
                Ok(variables) => panic!("{text:?} gave {variables:?}"),
            }
        }
    }

    #[test]
    fn raw_lines_are_taken_as_they_are() {
        let variables = parse_raw("# c\nA=\"q\" $X \nOUTER\nU\n", &lookup).expect("it can be read");
        let expected = [("A", "\"q\" $X "), ("OUTER", "outside")];
        assert!(
            variables
                .iter()
                .map(|(k, v)| (k.as_str(), v.as_str()))
                .eq(expected)
        );
        assert!(parse_raw("A B=1", &lookup).is_err());
    }
}
