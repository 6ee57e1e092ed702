//! The question before something dies.

use dialoguer::{Input, theme::SimpleTheme};

use super::context::Context;
use crate::error::Error;

/// Asks for `word` to be typed. `--yes` answers it; where nobody can be asked, it is refused.
/// What dies was said before.
pub(crate) fn require(context: &Context, word: &str) -> Result<(), Error> {
    if context.globals.yes {
        return Ok(());
    }
    if !context.env.interactive {
        return Err(Error::NobodyToAsk);
    }
    let typed: String = Input::with_theme(&SimpleTheme)
        .with_prompt(format!("Type `{word}` to go on"))
        .allow_empty(true)
        .interact_text()
        .map_err(|_| Error::Interrupted)?;
    if typed.trim() == word {
        Ok(())
    } else {
        Err(Error::Declined)
    }
}
