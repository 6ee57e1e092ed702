//! Our own terminal, while a process in a container has it.

use std::{
    io::{self, IsTerminal, Read},
    panic,
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use crossterm::terminal;
use tokio::sync::mpsc;

static RAW: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();

/// Whether standard input and output are both terminals.
pub(in crate::docker) fn is_there() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// The terminal's columns and rows.
pub(in crate::docker) fn size() -> Option<(u16, u16)> {
    terminal::size()
        .ok()
        .filter(|(columns, rows)| *columns > 0 && *rows > 0)
}

/// Keys go straight to the container while this lives.
pub(in crate::docker) struct RawMode {
    #[cfg(windows)]
    before: console::Mode,
}

impl RawMode {
    pub(in crate::docker) fn enter() -> io::Result<Self> {
        // A panic aborts in release builds, so dropping alone would not give the terminal back.
        HOOK.call_once(|| {
            let before = panic::take_hook();
            panic::set_hook(Box::new(move |panic| {
                leave();
                before(panic);
            }));
        });
        #[cfg(windows)]
        let before = console::Mode::now()?;
        terminal::enable_raw_mode()?;
        RAW.store(true, Ordering::SeqCst);
        #[cfg(windows)]
        console::keys_as_sequences()?;
        Ok(Self {
            #[cfg(windows)]
            before,
        })
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        leave();
        #[cfg(windows)]
        self.before.restore();
    }
}

fn leave() {
    if RAW.swap(false, Ordering::SeqCst) {
        // Nothing is left to be done where even this fails.
        let _ = terminal::disable_raw_mode();
    }
}

/// Standard input, piece by piece; the channel closes at its end.
///
/// A thread of its own reads it: tokio's would keep the program from ending while it waits for
/// a key that nobody presses.
pub(in crate::docker) fn input() -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel(8);
    thread::spawn(move || {
        let mut buffer = [0; 8 * 1024];
        loop {
            let count = match io::stdin().lock().read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(_) => break,
            };
            if sender.blocking_send(buffer[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    receiver
}

#[cfg(windows)]
mod console {
    use std::io;

    use crossterm_winapi::{ConsoleMode, Handle};

    const ENABLE_VIRTUAL_TERMINAL_INPUT: u32 = 0x0200;

    /// How the console reads keys.
    pub(in crate::docker) struct Mode(u32);

    impl Mode {
        pub(in crate::docker) fn now() -> io::Result<Self> {
            Ok(Self(
                ConsoleMode::from(Handle::current_in_handle()?).mode()?,
            ))
        }

        pub(in crate::docker) fn restore(&self) {
            if let Ok(handle) = Handle::current_in_handle() {
                let _ = ConsoleMode::from(handle).set_mode(self.0);
            }
        }
    }

    /// Arrow keys arrive as a Unix terminal would send them, and such output is understood.
    pub(in crate::docker) fn keys_as_sequences() -> io::Result<()> {
        let mode = ConsoleMode::from(Handle::current_in_handle()?);
        mode.set_mode(mode.mode()? | ENABLE_VIRTUAL_TERMINAL_INPUT)?;
        crossterm::ansi_support::supports_ansi();
        Ok(())
    }
}
