//! Literal SQL as `sqlalchemy.text` takes it: `:name` is a parameter, `\:` a colon.

/// The SQL that is sent for `text`, or the parameter that it wants a value for.
pub(in crate::alembic::translate) fn literal_sql(text: &str) -> Result<String, String> {
    let characters: Vec<char> = text.chars().collect();
    let is_word = |it: char| it.is_alphanumeric() || it == '_';
    let word_from = |start: usize| {
        let word = characters[start..].iter().take_while(|it| is_word(**it));
        word.count()
    };
    let mut sql = String::with_capacity(text.len());
    for (at, &character) in characters.iter().enumerate() {
        let next = characters.get(at + 1).copied();
        if character == '\\' && next == Some(':') {
            let after = characters.get(at + 2 + word_from(at + 2));
            if after != Some(&':') {
                continue;
            }
        }
        if character == ':' {
            let before = at.checked_sub(1).map(|it| characters[it]);
            let free = before.is_none_or(|it| it != ':' && it != '\\' && !is_word(it));
            let length = word_from(at + 1);
            let before_colon = characters.get(at + 1 + length) == Some(&':');
            // A word that a colon follows is a parameter without its last letter, if any is left.
            if free && length > usize::from(before_colon) {
                let name = &characters[at + 1..=at + length];
                return Err(name.iter().collect());
            }
        }
        sql.push(character);
    }
    Ok(sql)
}

#[cfg(test)]
mod tests {
    use super::literal_sql;

    #[test]
    fn colons() {
        for (text, sql) in [
            ("select 1", Ok("select 1")),
            ("select '1'::int", Ok("select '1'::int")),
            ("select '12:30'", Ok("select '12:30'")),
            (r"select '\:name'", Ok("select ':name'")),
            (r"select a[1\:2]", Ok("select a[1:2]")),
            ("select :id", Err("id")),
            ("select a[: 2]", Ok("select a[: 2]")),
            (r"select '\d'", Ok(r"select '\d'")),
            (r#"select '{"a"\:1}'"#, Ok(r#"select '{"a":1}'"#)),
            (r#"select '{"a":1}'"#, Err("1")),
        ] {
            let expected = sql.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(literal_sql(text), expected, "{text}");
        }
    }
}
