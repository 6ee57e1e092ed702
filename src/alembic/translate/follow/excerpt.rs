//! Constructs of a Python file, as messages show them.

use ruff_text_size::TextRange;

/// The longest text that is shown of a construct, in characters.
const LONGEST: usize = 60;

/// The first line of what stands at `range`, cut to a length that fits a message.
pub(in crate::alembic::translate) fn excerpt(source: &str, range: TextRange) -> String {
    let text = source
        .get(range.start().to_usize()..range.end().to_usize())
        .unwrap_or_default();
    let first = text.lines().next().unwrap_or_default().trim_end();
    let cut = first.chars().count() > LONGEST || first.len() < text.trim_end().len();
    let mut shown: String = first.chars().take(LONGEST).collect();
    if cut {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use ruff_text_size::{TextRange, TextSize};

    use super::excerpt;

    #[test]
    fn a_construct_is_shown_by_its_first_line() {
        let source = "ä = 1
öü(
  2)
";
        let call = TextRange::new(TextSize::new(7), TextSize::new(16));
        assert_eq!(excerpt(source, call), "öü(…");
    }
}
