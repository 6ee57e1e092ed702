//! Text that came from containers, databases or files must not drive the terminal.

use std::fmt;

/// Shows text with control and bidirectional formatting characters escaped; tabs and line ends
/// stay.
#[derive(Clone, Copy, Debug)]
pub struct Sanitised<'a>(pub &'a str);

impl fmt::Display for Sanitised<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            let harmful = (character.is_control() && !matches!(character, '\n' | '\t'))
                || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            if harmful {
                write!(f, "{}", character.escape_default())?;
            } else {
                write!(f, "{character}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Sanitised;

    #[test]
    fn escape_sequences_are_shown_and_not_obeyed() {
        assert_eq!(
            Sanitised("a\u{1b}[2Jb\t密\n\u{202e}c").to_string(),
            "a\\u{1b}[2Jb\t密\n\\u{202e}c"
        );
    }
}
