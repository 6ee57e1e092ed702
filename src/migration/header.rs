//! What the comments at the head of an up file say about its place in the history.
//!
//! ```sql
//! -- townpass:revises 20260105083000
//! ```
//!
//! The header is the leading run of `--` lines. A file without a word of ours follows the one
//! before it, so that a folder made by `sqlx migrate add` is a plain line.

use crate::migration::Version;

/// The words that a header may use.
const KEYS: [&str; 5] = ["revises", "label", "depends", "author", "replaces"];

/// What a header says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The revisions that this one follows.
    pub revises: Revises,
}

/// Which revisions a file follows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Revises {
    /// It does not say: the one with the next lower version, if there is one.
    #[default]
    Previous,
    /// None: it begins a history.
    Base,
    /// These.
    Parents(Vec<Version>),
}

/// A line of a header that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadLine {
    /// Where it begins, in bytes.
    pub start: usize,
    /// How long it is, in bytes.
    pub length: usize,
    /// What is wrong with it.
    pub why: String,
}

/// Reads the header of `text`.
pub fn read(text: &str) -> Result<Header, BadLine> {
    let mut header = Header::default();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let here = start;
        start += line.len();
        let line = line.trim_end();
        if line.is_empty() {
            continue;
        }
        let Some(comment) = line.strip_prefix("--").map(str::trim_start) else {
            break;
        };
        if let Some((key, value)) = entry(comment) {
            let bad = |why| BadLine {
                start: here,
                length: line.len(),
                why,
            };
            if key == "revises" {
                header.revises = revises(value).map_err(bad)?;
            } else if !KEYS.contains(&key) {
                let known = KEYS.join("`, `");
                return Err(bad(format!("`{key}` is none of `{known}`")));
            }
        }
    }
    Ok(header)
}

/// The key and value of a line that is meant for us.
fn entry(comment: &str) -> Option<(&str, &str)> {
    if let Some(value) = comment.strip_prefix("revises:") {
        return Some(("revises", value.trim()));
    }
    let entry = comment.strip_prefix("townpass:")?.trim_start();
    let (key, value) = entry.split_once(char::is_whitespace).unwrap_or((entry, ""));
    Some((key.trim_end_matches(':'), value.trim()))
}

fn revises(value: &str) -> Result<Revises, String> {
    if value == "base" {
        return Ok(Revises::Base);
    }
    let parents = value
        .split([',', ' '])
        .filter(|word| !word.is_empty())
        .map(|word| {
            word.parse()
                .map_err(|_| format!("`{word}` is not a version"))
        })
        .collect::<Result<Vec<Version>, _>>()?;
    if parents.is_empty() {
        return Err("it names no version; a history begins with `base`".to_owned());
    }
    Ok(Revises::Parents(parents))
}

#[cfg(test)]
mod tests {
    use super::{Header, Revises, read};
    use crate::migration::Version;

    #[test]
    fn headers() {
        let parents =
            |numbers: &[i64]| Revises::Parents(numbers.iter().copied().map(Version::new).collect());
        for (text, revises) in [
            ("", Revises::Previous),
            ("select 1;", Revises::Previous),
            ("-- townpass:revises base\nselect 1;", Revises::Base),
            ("-- townpass:revises 1", parents(&[1])),
            (
                "-- no-transaction\r\n-- townpass:revises 1,2\r\n",
                parents(&[1, 2]),
            ),
            ("-- words\n--townpass:revises: 1, 2\n", parents(&[1, 2])),
            ("-- revises: 7\n", parents(&[7])),
            ("-- it revises 7\n", Revises::Previous),
            (
                "-- townpass:author a@x\n-- townpass:label pay\n",
                Revises::Previous,
            ),
            ("select 1;\n-- townpass:revises 1\n", Revises::Previous),
            ("\n\n-- townpass:revises 3\n", parents(&[3])),
        ] {
            assert_eq!(read(text), Ok(Header { revises }), "{text:?}");
        }
    }

    #[test]
    fn a_line_that_cannot_be_read_is_pointed_at() {
        for (text, start, why) in [
            (
                "-- a\n-- townpass:revises abc\n",
                5,
                "`abc` is not a version",
            ),
            (
                "-- townpass:revises\n",
                0,
                "it names no version; a history begins with `base`",
            ),
            (
                "-- townpass:revise 1\n",
                0,
                "`revise` is none of `revises`, `label`, `depends`, `author`, `replaces`",
            ),
        ] {
            let bad = read(text).expect_err(text);
            assert_eq!((bad.start, bad.why.as_str()), (start, why), "{text:?}");
        }
    }
}
