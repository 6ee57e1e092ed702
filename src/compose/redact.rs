//! Blanks out passwords in text that errors will show.
//!
//! A snippet shows the lines around a mistake too, and those are often the ones with the
//! password. Lengths stay the same, so that positions stay right.

/// `text` with every byte of what looks like a password replaced by `*`.
pub(in crate::compose) fn passwords(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let mut hidden = vec![false; line.len()];
        hide_values(line, &mut hidden);
        hide_in_urls(line, &mut hidden);
        for (at, c) in line.char_indices() {
            if hidden[at] && c != '\n' && c != '\r' {
                shown.extend(std::iter::repeat_n('*', c.len_utf8()));
            } else {
                shown.push(c);
            }
        }
    }
    shown
}

const TELLING: [&str; 6] = ["pass", "pwd", "_pw", "secret", "token", "api_key"];

/// `SOME_PASSWORD: value` and `SOME_PASSWORD=value`, up to the end of the value.
fn hide_values(line: &str, hidden: &mut [bool]) {
    let lower = line.to_ascii_lowercase();
    for word in TELLING {
        for (at, _) in lower.match_indices(word) {
            let after = &lower[at + word.len()..];
            let name = after.len()
                - after
                    .trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_')
                    .len();
            let rest = &after[name..];
            let quote = rest.len() - rest.trim_start_matches(['"', '\'']).len();
            let rest = &rest[quote..];
            if after[..name].ends_with("_file") || !rest.starts_with([':', '=']) {
                continue;
            }
            let value = rest[1..].trim_start();
            let reference = value.trim_start_matches(['"', '\'']).starts_with('$');
            if value.trim().is_empty() || reference {
                continue;
            }
            let start = line.len() - value.len();
            let end = start + value_length(value);
            hidden[start..end].fill(true);
        }
    }
}

fn value_length(value: &str) -> usize {
    if let Some(quote) = value.chars().next().filter(|c| ['"', '\''].contains(c)) {
        return value[1..].find(quote).map_or(value.len(), |end| end + 2);
    }
    let plain = value.trim_end();
    let end = plain
        .find([',', '}', ']'])
        .filter(|_| plain.ends_with(['}', ']']));
    end.unwrap_or(plain.len())
}

/// The password in `scheme://user:password@host`.
fn hide_in_urls(line: &str, hidden: &mut [bool]) {
    for (at, _) in line.match_indices("://") {
        let start = at + 3;
        let authority = line[start..]
            .find(|c: char| c == '/' || c.is_whitespace() || c == '"' || c == '\'')
            .map_or(line.len(), |end| start + end);
        let authority = &line[start..authority];
        let (Some(sign), Some(colon)) = (authority.rfind('@'), authority.find(':')) else {
            continue;
        };
        if colon < sign && !authority[colon + 1..].starts_with('$') {
            hidden[start + colon + 1..start + sign].fill(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::passwords;

    #[test]
    fn passwords_are_blanked_and_nothing_else() {
        for (text, shown) in [
            (
                "POSTGRES_PASSWORD: hunter2\n",
                "POSTGRES_PASSWORD: *******\n",
            ),
            ("- POSTGRES_PASSWORD=a b # c", "- POSTGRES_PASSWORD=*******"),
            (
                "  POSTGRES_PASSWORD: \"p:w\" # mine",
                "  POSTGRES_PASSWORD: ***** # mine",
            ),
            (
                "env: { POSTGRES_PASSWORD: pw, POSTGRES_DB: x }",
                "env: { POSTGRES_PASSWORD: **, POSTGRES_DB: x }",
            ),
            (
                "u=postgresql://admin:pw@db:5432/x",
                "u=postgresql://admin:**@db:5432/x",
            ),
            (
                "POSTGRES_PASSWORD: ${PW:?say it}",
                "POSTGRES_PASSWORD: ${PW:?say it}",
            ),
            (
                "POSTGRES_PASSWORD_FILE: /run/secrets/pw",
                "POSTGRES_PASSWORD_FILE: /run/secrets/pw",
            ),
            (
                "secrets:\n  db_password:\n    file: x",
                "secrets:\n  db_password:\n    file: x",
            ),
            ("DB_PASS=x\nMY_PW='y'", "DB_PASS=*\nMY_PW=***"),
            ("PASSWORD=ключ", "PASSWORD=********"),
            (
                "image: postgres:16@sha256:00",
                "image: postgres:16@sha256:00",
            ),
        ] {
            assert_eq!(passwords(text), shown);
        }
    }
}
