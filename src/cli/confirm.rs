//! The question before something dies.

use super::context::Context;
use crate::error::Error;

/// Asks for `word` to be typed. `--yes` answers it; where nobody can be asked, it is refused.
/// What dies was said before.
pub(crate) async fn require(context: &Context, word: &str) -> Result<(), Error> {
    if context.globals.yes {
        return Ok(());
    }
    if !context.env.interactive {
        return Err(Error::NobodyToAsk);
    }
    context.printer.ask(&format!("type `{word}` to go on: "));
    // On a thread of its own, which Ctrl-C leaves behind: the terminal stays as it is.
    let typed = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).map(|_| line)
    });
    let typed = typed.await.map_err(|_| Error::Interrupted)?;
    context.printer.answered();
    if agrees(&typed.map_err(Error::Input)?, word) {
        Ok(())
    } else {
        Err(Error::Declined)
    }
}

/// Whether what was typed is the word. For a `yes` its letter will do; a name is typed in full.
fn agrees(typed: &str, word: &str) -> bool {
    let typed = typed.trim();
    typed == word || (word == "yes" && ["y", "yes"].contains(&typed.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::agrees;

    #[test]
    fn a_yes_may_be_short_and_a_name_may_not() {
        for (typed, word, expected) in [
            ("yes\n", "yes", true),
            (" Y\r\n", "yes", true),
            ("\n", "yes", false),
            ("no\n", "yes", false),
            ("backend\n", "backend", true),
            ("b\n", "backend", false),
            ("y\n", "backend", false),
        ] {
            assert_eq!(agrees(typed, word), expected, "{typed:?}");
        }
    }
}
