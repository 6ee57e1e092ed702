//! A command written as one text, split into words.
//!
//! No shell runs: quotes and backslashes count, variables do not, and at an operator of a shell
//! the command ends, as it does with Compose.

/// The words of a command; `None` where its quotes do not close.
pub(in crate::compose) fn split(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut escaped = false;
    for c in line.chars() {
        if escaped {
            word.get_or_insert_default().push(c);
            escaped = false;
            continue;
        }
        match (quote, c) {
            (Some(Quote::Single), '\'') | (Some(Quote::Double), '"') => {
                word.get_or_insert_default();
                quote = None;
            }
            (Some(Quote::Single), '\\') => word.get_or_insert_default().push(c),
            (_, '\\') => escaped = true,
            (Some(Quote::Back), '`') | (Some(Quote::Dollar), ')') => {
                word.get_or_insert_default().push(c);
                quote = None;
            }
            (None, ' ' | '\t' | '\r' | '\n') => words.extend(word.take()),
            (None, '\'') => quote = Some(Quote::Single),
            (None, '"') => quote = Some(Quote::Double),
            (None, '`') => {
                word.get_or_insert_default().push(c);
                quote = Some(Quote::Back);
            }
            (None, '(') => {
                let word = word.get_or_insert_default();
                if !word.ends_with('$') {
                    return None;
                }
                word.push(c);
                quote = Some(Quote::Dollar);
            }
            (None, ')') => return None,
            (None, ';' | '&' | '|' | '<' | '>') => {
                let descriptor = c == '>'
                    && word
                        .as_deref()
                        .is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
                words.extend(word.take().filter(|_| !descriptor));
                return Some(words);
            }
            (Some(_) | None, c) => word.get_or_insert_default().push(c),
        }
    }
    if escaped || quote.is_some() {
        return None;
    }
    words.extend(word);
    Some(words)
}

#[derive(Clone, Copy)]
enum Quote {
    Single,
    Double,
    Back,
    Dollar,
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn commands_are_split_as_compose_splits_them() {
        let cases: [(&str, Option<&[&str]>); 14] = [
            (
                "uv run alembic -c alembic.ini upgrade head",
                Some(&[
                    "uv",
                    "run",
                    "alembic",
                    "-c",
                    "alembic.ini",
                    "upgrade",
                    "head",
                ]),
            ),
            ("", Some(&[])),
            ("  a   b ", Some(&["a", "b"])),
            (
                "postgres -c 'a b' -c \"c d\"",
                Some(&["postgres", "-c", "a b", "-c", "c d"]),
            ),
            ("a '' b", Some(&["a", "", "b"])),
            ("a\\ b", Some(&["a b"])),
            ("'a\\b'", Some(&["a\\b"])),
            ("\"a\\\"b\"", Some(&["a\"b"])),
            ("a=\"b c\"d", Some(&["a=b cd"])),
            ("sh -c x && y", Some(&["sh", "-c", "x"])),
            ("a 2>b", Some(&["a"])),
            ("echo $(a b)", Some(&["echo", "$(a b)"])),
            ("a 'b", None),
            ("a (b)", None),
        ];
        for (line, words) in cases {
            assert_eq!(
                split(line)
                    .as_deref()
                    .map(|all| all.iter().map(String::as_str).collect::<Vec<_>>()),
                words.map(<[&str]>::to_vec),
                "{line}"
            );
        }
    }
}
