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
    if typed.map_err(Error::Input)?.trim() == word {
        Ok(())
    } else {
        Err(Error::Declined)
    }
}
