//! How the tools name their files: a number, a separator, and words.

/// The words of a file's name, as a person writes them.
pub(in crate::import) fn words(name: &str) -> String {
    name.replace(['_', '-'], " ").trim().to_owned()
}

/// The digits that `name` begins with, and what follows them.
pub(in crate::import) fn number(name: &str) -> Option<(&str, &str)> {
    let end = name
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(name.len());
    (end > 0).then(|| name.split_at(end))
}

/// The number that digits are, without the zeros before it: what a tool keeps in its table.
pub(in crate::import) fn plain(digits: &str) -> String {
    let plain = digits.trim_start_matches('0');
    if plain.is_empty() { "0" } else { plain }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::{number, plain, words};

    #[test]
    fn names_come_apart() {
        assert_eq!(number("0012_a.sql"), Some(("0012", "_a.sql")));
        assert_eq!(number("a.sql"), None);
        assert_eq!(plain("0012"), "12");
        assert_eq!(plain("000"), "0");
        assert_eq!(words("_create_users-table"), "create users table");
    }
}
