//! Reads Rust source as far as the layer test needs: which paths a file names, in code that is
//! compiled into the program.
//!
//! Comments, strings and `#[cfg(test)]` items do not count: prose may name anything, and tests may
//! touch what they like. `use` trees are opened, so that braces hide nothing.

use std::{iter::Peekable, slice::Iter};

/// A path that code names, by its segments: `["std", "fs", "read"]`. A macro keeps its `!`.
pub(super) type Named = Vec<String>;

/// Every path of at least two segments, and every macro, that `text` names.
pub(super) fn named(text: &str) -> Vec<Named> {
    let tokens = without_tests(&tokens(&bare(text)));
    let mut found = Vec::new();
    let mut rest = tokens.iter().peekable();
    while let Some(token) = rest.next() {
        // `impl Trait + use<'a>` imports nothing.
        if token == "use" && rest.peek().is_none_or(|next| *next != "<") {
            tree(&mut rest, &[], &mut found);
        } else if is_word(token) {
            let mut path = vec![token.clone()];
            while rest.next_if(|next| *next == "::").is_some() {
                // `Vec::<u8>::new` ends here: what follows is a type of its own.
                let Some(segment) = rest.next_if(|next| is_word(next)) else {
                    break;
                };
                path.push(segment.clone());
            }
            if path.len() > 1 {
                found.push(path);
            } else if rest.peek().is_some_and(|next| *next == "!") {
                found.push(vec![format!("{token}!")]);
            }
        }
    }
    found
}

/// Opens the `use` tree that begins here, below `prefix`.
fn tree(rest: &mut Peekable<Iter<'_, String>>, prefix: &[String], found: &mut Vec<Named>) {
    let mut path = prefix.to_vec();
    while let Some(token) = rest.peek() {
        match token.as_str() {
            "{" => {
                rest.next();
                while rest.peek().is_some_and(|next| *next != "}") {
                    tree(rest, &path, found);
                    rest.next_if(|next| *next == ",");
                }
                rest.next();
                return;
            }
            "," | "}" | ";" => break,
            "as" => {
                rest.next();
                rest.next();
            }
            "::" => {
                rest.next();
            }
            _ => path.push(rest.next().expect("it was peeked").clone()),
        }
    }
    found.push(path);
}

/// The tokens without the items that only tests compile.
fn without_tests(tokens: &[String]) -> Vec<String> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut rest = tokens;
    while let Some(token) = rest.first() {
        if rest.len() >= MARK.len() && rest.iter().zip(MARK).all(|(token, mark)| token == mark) {
            rest = &rest[end_of_item(&rest[MARK.len()..]) + MARK.len()..];
        } else {
            kept.push(token.clone());
            rest = &rest[1..];
        }
    }
    kept
}

/// How many tokens the item that begins here has: to its `;`, or to the brace that ends it.
fn end_of_item(tokens: &[String]) -> usize {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "{" => depth += 1,
            "}" if depth <= 1 => return index + 1,
            "}" => depth -= 1,
            ";" if depth == 0 => return index + 1,
            _ => {}
        }
    }
    tokens.len()
}

/// Words, `::`, and every other sign by itself.
fn tokens(code: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = code;
    while let Some(sign) = rest.chars().next() {
        let length = if sign.is_alphabetic() || sign == '_' {
            rest.find(|next: char| !next.is_alphanumeric() && next != '_')
                .unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            sign.len_utf8()
        };
        if !sign.is_whitespace() {
            found.push(rest[..length].to_owned());
        }
        rest = &rest[length..];
    }
    found
}

fn is_word(token: &str) -> bool {
    token
        .chars()
        .next()
        .is_some_and(|sign| sign.is_alphabetic() || sign == '_')
}

/// `text` without comments and without what stands in strings and characters.
fn bare(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        let length = literal(rest).unwrap_or_else(|| {
            kept.push(sign);
            // The `r` in `for` begins no raw string: words are taken whole.
            let word = rest
                .find(|next: char| !next.is_alphanumeric() && next != '_')
                .unwrap_or(rest.len());
            kept.push_str(rest.get(sign.len_utf8()..word).unwrap_or_default());
            word.max(sign.len_utf8())
        });
        if literal(rest).is_some() {
            kept.push(' ');
        }
        rest = &rest[length..];
    }
    kept
}

/// How long the comment, string or character is that begins here, if one does.
fn literal(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return Some(rest.find("*/").map_or(rest.len(), |end| end + 2));
    }
    let raw = rest.trim_start_matches(['b', 'c']);
    if let Some(hashes) = raw.strip_prefix('r')
        && rest.len() - raw.len() <= 1
        && let Some(body) = hashes.trim_start_matches('#').strip_prefix('"')
    {
        let fence = hashes.len() - body.len() - 1;
        let end = format!("\"{}", "#".repeat(fence));
        let opened = rest.len() - body.len();
        return Some(
            body.find(&end)
                .map_or(rest.len(), |at| opened + at + end.len()),
        );
    }
    let quoted = rest.strip_prefix(['b', 'c']).unwrap_or(rest);
    let opened = rest.len() - quoted.len() + 1;
    if quoted.starts_with('"') {
        return Some(closed(rest, opened, '"').unwrap_or(rest.len()));
    }
    // A character, and not the beginning of a lifetime.
    if quoted.starts_with('\'') {
        let mut inside = rest[opened..].chars();
        let first = inside.next()?;
        if first == '\\' || inside.next() == Some('\'') {
            return closed(rest, opened, '\'');
        }
    }
    None
}

/// Where the literal ends that was opened before `from`, past its closing `quote`.
fn closed(rest: &str, from: usize, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (index, sign) in rest[from..].char_indices() {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if sign == quote => return Some(from + index + 1),
            _ => {}
        }
    }
    None
}

#[test]
fn paths_are_found_in_code_only() {
    let cases: &[(&str, &[&str])] = &[
        ("use std::fs;", &["std::fs"]),
        (
            "use std::{fs::{self, File}, env as surroundings};",
            &["std::fs::self", "std::fs::File", "std::env"],
        ),
        ("pub use crate::{a::B, c};", &["crate::a::B", "crate::c"]),
        ("fn f() { ::std::fs::read(p) }", &["std::fs::read"]),
        ("let v = Vec::<std::fs::File>::new();", &["std::fs::File"]),
        ("println!(\"{}\", a::b)", &["println!", "a::b"]),
        ("// std::fs::read\n/* std::env::var */ a::b", &["a::b"]),
        (r#"let s = "std::fs \" std::env"; a::b"#, &["a::b"]),
        ("let s = r#\"std::fs \" \"#; a::b", &["a::b"]),
        ("let c = '\"'; a::b; let d = '\\''; c::d", &["a::b", "c::d"]),
        ("fn f<'a>(x: &'a a::B) {}", &["a::B"]),
        (
            "#[cfg(test)] mod tests { use std::fs; fn t() { std::env::var(x); } } a::b",
            &["a::b"],
        ),
        ("#[cfg(test)] mod tests; a::b", &["a::b"]),
        ("#[cfg(unix)] use a::b;", &["a::b"]),
        ("fn f<'a>() -> impl T + use<'a> { a::b; }", &["a::b"]),
        ("for a::b in bar::baz {}", &["a::b", "bar::baz"]),
    ];
    for (text, expected) in cases {
        let found: Vec<String> = named(text).iter().map(|path| path.join("::")).collect();
        assert_eq!(found, *expected, "{text}");
    }
}
