//! Hiding the password in text that will be shown.

use std::ops::Range;

use super::dialect;
use super::layout::Layout;
use super::query;

/// What stands in a password's place.
const MASK: &str = "****";

/// Text with its secrets covered, which still knows where its bytes came from.
pub(in crate::url) struct Masked {
    /// The text to show.
    pub(in crate::url) text: String,
    hidden: Vec<Range<usize>>,
}

impl Masked {
    fn new(text: &str, mut hidden: Vec<Range<usize>>) -> Self {
        hidden.sort_by_key(|range| range.start);
        hidden.dedup();
        let mut shown = String::with_capacity(text.len());
        let mut from = 0;
        for range in &hidden {
            shown.push_str(&text[from..range.start.max(from)]);
            shown.push_str(MASK);
            from = range.end.max(from);
        }
        shown.push_str(&text[from..]);
        Self {
            text: shown,
            hidden,
        }
    }

    /// Where a range of the original lies in the masked text.
    pub(in crate::url) fn shift(&self, range: Range<usize>) -> Range<usize> {
        let start = self.position(range.start);
        start..self.position(range.end).max(start)
    }

    fn position(&self, original: usize) -> usize {
        let mut shifted = original;
        for range in &self.hidden {
            if original >= range.end {
                shifted = shifted + MASK.len() - range.len();
            } else if original > range.start {
                shifted -= original - range.start;
            }
        }
        shifted.min(self.text.len())
    }
}

/// Covers the secrets of a URL whose parts are known.
pub(in crate::url) fn parsed(text: &str, layout: &Layout) -> String {
    let mut hidden: Vec<Range<usize>> = layout.password.iter().cloned().collect();
    if let Some(range) = &layout.query {
        hidden.extend(query::secrets(text, range));
    }
    Masked::new(text, hidden).text
}

/// Covers whatever may be a secret in text that could not be understood: all between the first
/// colon and the last `@`, what stands in a port's place and is none, and every `password=`.
pub(in crate::url) fn unparsed(text: &str) -> Masked {
    // What was copied along, a quote or a blank, is no part of the scheme.
    let copied = text.len() - text.trim_start_matches(['"', '\'', ' ', '\t', '\n']).len();
    let start = dialect::scheme_end(&text[copied..]).map_or(0, |at| copied + at + 3);
    let mut hidden = Vec::new();
    if let Some(at) = text[start..].rfind('@').map(|at| at + start)
        && let Some(colon) = text[start..at].find(':')
    {
        hidden.push(start + colon + 1..at);
    } else if !text[start..].starts_with('[') {
        let end = text[start..]
            .find(['/', '?', '#'])
            .map_or(text.len(), |at| start + at);
        if let Some(colon) = text[start..end].find(':')
            && text[start + colon + 1..end].parse::<u16>().is_err()
            && start + colon + 1 < end
        {
            hidden.push(start + colon + 1..end);
        }
    }
    let after = hidden.first().map_or(0, |range| range.end);
    let lower = text.to_ascii_lowercase();
    for word in ["password=", "passwd=", "pwd="] {
        for (found, _) in lower.match_indices(word) {
            let from = found + word.len();
            let until = lower[from..]
                .find(['&', ' ', '#'])
                .map_or(text.len(), |length| from + length);
            if from >= after {
                hidden.push(from..until);
            }
        }
    }
    Masked::new(text, hidden)
}

#[cfg(test)]
mod tests {
    use super::unparsed;

    #[test]
    fn text_that_is_no_url_shows_no_password() {
        for (text, shown) in [
            ("admin:hunter2@db:5432/x", "admin:****@db:5432/x"),
            ("postgres://a:b@c:d@h/x", "postgres://a:****@h/x"),
            (
                "host=db password=hunter2 dbname=x",
                "host=db password=**** dbname=x",
            ),
            ("x://h/db?Password=a&b=c", "x://h/db?Password=****&b=c"),
            ("nothing here", "nothing here"),
            ("admin:hunter2@db/x?y=a://b", "admin:****@db/x?y=a://b"),
            ("admin:hunter2://db", "admin:****//db"),
            ("postgres://admin:hunter2/x", "postgres://admin:****/x"),
            ("postgres://h:5432/x", "postgres://h:5432/x"),
            ("a:password=x@h", "a:****@h"),
        ] {
            assert_eq!(unparsed(text).text, shown);
        }
    }

    #[test]
    fn a_place_is_found_again_after_masking() {
        let masked = unparsed("x://a:hunter2@h:nan/db");
        assert_eq!(&masked.text[masked.shift(16..19)], "nan");
        assert_eq!(&masked.text[masked.shift(0..3)], "x:/");
    }
}
