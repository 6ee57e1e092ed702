//! Whether a script adds a value to an enumeration and then uses it.
//!
//! Since version 12 PostgreSQL adds a value inside a transaction, but refuses its use until that
//! is committed (unless the type is as new as the value): `unsafe use of new value`. Such a script
//! must be committed in between.

use crate::sql::lex::{Kind, Token, lex};
use crate::sql::split::Script;

impl Script {
    /// Whether a value that a statement of this script adds is named by a later one. `text` is
    /// the script's own.
    pub fn uses_new_enum_value(&self, text: &str) -> bool {
        let mut added: Vec<&str> = Vec::new();
        let mut created: Vec<String> = Vec::new();
        for statement in &self.statements {
            let body = statement.of(text);
            let head = body.get(..6).unwrap_or_default();
            let may_matter = head.eq_ignore_ascii_case("CREATE")
                || head
                    .get(..5)
                    .is_some_and(|it| it.eq_ignore_ascii_case("ALTER"));
            if added.is_empty() && !may_matter {
                continue;
            }
            let tokens: Vec<Token> = lex(body)
                .into_iter()
                .filter(|token| !matches!(token.kind, Kind::Space | Kind::Comment))
                .collect();
            let words: Vec<String> = tokens
                .iter()
                .map(|token| body[token.span.clone()].to_uppercase())
                .collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            match words.as_slice() {
                ["CREATE", "TYPE", rest @ ..] => created.push(type_name(rest, "AS")),
                ["ALTER", "TYPE", rest @ ..]
                    if rest.windows(2).any(|it| it == ["ADD", "VALUE"]) =>
                {
                    let label = tokens.iter().find(|token| token.kind == Kind::Text);
                    if let Some(label) = label
                        && !created.contains(&type_name(rest, "ADD"))
                    {
                        added.push(&body[label.span.clone()]);
                    }
                }
                _ => {
                    let names_it = |token: &Token| added.contains(&&body[token.span.clone()]);
                    if tokens.iter().any(names_it)
                        || added.iter().any(|it| inside(body, &tokens, it))
                    {
                        return true;
                    }
                }
            }
        }
        false
    }
}

/// The words of a type's name: those before `end`.
fn type_name(words: &[&str], end: &str) -> String {
    words
        .iter()
        .take_while(|&&word| word != end)
        .copied()
        .collect()
}

/// Whether a longer text, like the body of a `DO` block, holds `label` with its quotes.
fn inside(body: &str, tokens: &[Token], label: &str) -> bool {
    tokens
        .iter()
        .filter(|token| token.kind == Kind::Text)
        .any(|token| body[token.span.clone()].contains(label))
}

#[cfg(test)]
mod tests {
    use crate::sql::split;

    #[test]
    fn a_new_value_and_its_use() {
        for (text, uses) in [
            (
                "alter type mood add value 'glad'; insert into t values ('glad')",
                true,
            ),
            (
                "alter type mood add value 'glad'; do $$begin perform 'glad'; end$$",
                true,
            ),
            (
                "alter type mood add value 'glad'; insert into t values ('sad')",
                false,
            ),
            (
                "insert into t values ('glad'); alter type mood add value 'glad'",
                false,
            ),
            (
                "alter type mood add value 'a'; alter type mood add value 'b' after 'a'",
                false,
            ),
            (
                "create type mood as enum (); alter type mood add value 'a'; select 'a'",
                false,
            ),
            (
                "alter type s.mood add value if not exists 'a' before 'b'; select 'a'::s.mood",
                true,
            ),
            ("alter type mood rename value 'a' to 'b'; select 'b'", false),
            ("create table t (); insert into t default values", false),
        ] {
            let script = split(text).expect(text);
            assert_eq!(script.uses_new_enum_value(text), uses, "{text}");
        }
    }
}
