//! Statements that reach beyond the database they are sent to, and so have no place on a scratch
//! database: what they do there stays on the server.

use crate::sql::lex::{Kind, lex};

/// Whether a statement is about the server: its roles, its databases, its settings. A block is if
/// some of its words are, in strings too, which may be executed.
pub(super) fn is_beyond(statement: &str) -> bool {
    let words = words(statement);
    match words.first().map(String::as_str) {
        Some("DO") => (0..words.len()).any(|at| is_of_the_server(&words[at..])),
        // What is granted without `ON` is a role.
        Some("GRANT" | "REVOKE") => !words.iter().any(|word| word == "ON"),
        Some(_) | None => is_of_the_server(&words),
    }
}

/// Whether words begin what changes the server.
fn is_of_the_server(words: &[String]) -> bool {
    let mut words = words.iter().map(String::as_str);
    match (words.next(), words.next(), words.next()) {
        (Some("ALTER"), Some("SYSTEM"), _) => true,
        // A mapping belongs to its database.
        (Some("CREATE" | "ALTER" | "DROP"), Some("USER"), next) => next != Some("MAPPING"),
        (
            Some("CREATE" | "ALTER" | "DROP"),
            Some("ROLE" | "GROUP" | "DATABASE" | "TABLESPACE" | "SUBSCRIPTION"),
            _,
        ) => true,
        _ => false,
    }
}

/// The words of a text in capitals, those of its strings and bodies among them.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for token in lex(text) {
        let piece = &text[token.span];
        match token.kind {
            Kind::Word => words.push(piece.to_ascii_uppercase()),
            Kind::Text => words.extend(words_in_text(piece)),
            Kind::Space
            | Kind::Comment
            | Kind::Name
            | Kind::Semicolon
            | Kind::Open
            | Kind::Close
            | Kind::Backslash
            | Kind::Other
            | Kind::Unclosed(_) => {}
        }
    }
    words
}

/// The words in a string or, between dollars, in a body with comments of its own.
fn words_in_text(piece: &str) -> Vec<String> {
    if let Some(body) = dollar_quoted(piece) {
        return words(body);
    }
    let parts = piece.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let parts = parts.filter(|part| !part.is_empty());
    parts.map(str::to_ascii_uppercase).collect()
}

/// What stands between `$tag$` and `$tag$`.
fn dollar_quoted(piece: &str) -> Option<&str> {
    let end = piece.strip_prefix('$')?.find('$')? + 2;
    let (quote, rest) = piece.split_at(end);
    rest.strip_suffix(quote)
}

#[cfg(test)]
mod tests {
    use super::is_beyond;

    #[test]
    fn what_changes_the_server_is_seen() {
        for (statement, expected) in [
            ("create role app", true),
            ("alter user app set search_path to x", true),
            ("alter database d set timezone to 'UTC'", true),
            ("alter system set x = 1", true),
            ("create subscription s connection 'x' publication p", true),
            ("create user mapping for app server s", false),
            ("create table role (a int)", false),
            ("grant select on role to app", false),
            ("grant app to admin", true),
            ("revoke \"a\" from b", true),
            (
                "do $$ begin if true then create role app; end if; end $$",
                true,
            ),
            ("do 'begin execute ''drop user '' || x; end'", true),
            (
                "do $do$ begin execute $$alter system set a = 1$$; end $do$",
                true,
            ),
            (
                "do $$ begin /* create role app */ create table role (a int); end $$",
                false,
            ),
            (
                "do $$ begin create user mapping for a server s; end $$",
                false,
            ),
            (
                "create function f() returns void language sql as $$ drop role app $$",
                false,
            ),
            ("", false),
        ] {
            assert_eq!(is_beyond(statement), expected, "{statement}");
        }
    }
}
