//! The signals that a process in a container should get in our place.

use std::io;

/// A signal by the name that `kill` and the engine know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::docker) enum Signal {
    Interrupt,
    #[cfg_attr(
        windows,
        expect(dead_code, reason = "Windows has Ctrl-C and Ctrl-Break alone")
    )]
    Hangup,
    Quit,
    #[cfg_attr(
        windows,
        expect(dead_code, reason = "Windows has Ctrl-C and Ctrl-Break alone")
    )]
    Terminate,
    Kill,
}

impl Signal {
    pub(in crate::docker) fn name(self) -> &'static str {
        match self {
            Self::Interrupt => "INT",
            Self::Hangup => "HUP",
            Self::Quit => "QUIT",
            Self::Terminate => "TERM",
            Self::Kill => "KILL",
        }
    }
}

/// Takes signals from their usual effect, which is to end us.
#[cfg(unix)]
pub(in crate::docker) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
    quit: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    window: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    pub(in crate::docker) fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
            quit: signal(SignalKind::quit())?,
            terminate: signal(SignalKind::terminate())?,
            window: signal(SignalKind::window_change())?,
        })
    }

    /// The next signal to pass on; `None` when the terminal's size may have changed.
    pub(in crate::docker) async fn next(&mut self) -> Option<Signal> {
        tokio::select! {
            _ = self.interrupt.recv() => Some(Signal::Interrupt),
            _ = self.hangup.recv() => Some(Signal::Hangup),
            _ = self.quit.recv() => Some(Signal::Quit),
            _ = self.terminate.recv() => Some(Signal::Terminate),
            _ = self.window.recv() => None,
        }
    }
}

/// Takes Ctrl-C and Ctrl-Break from their usual effect, which is to end us.
#[cfg(windows)]
pub(in crate::docker) struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
    quit: tokio::signal::windows::CtrlBreak,
    size: Option<(u16, u16)>,
}

#[cfg(windows)]
impl Signals {
    pub(in crate::docker) fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: tokio::signal::windows::ctrl_c()?,
            quit: tokio::signal::windows::ctrl_break()?,
            size: crate::docker::process::terminal::size(),
        })
    }

    /// The next signal to pass on; `None` when the terminal's size has changed, which Windows
    /// tells only to those who ask.
    pub(in crate::docker) async fn next(&mut self) -> Option<Signal> {
        let size = &mut self.size;
        let resized = async {
            loop {
                tokio::time::sleep(std::time::Duration::from_millis(250)).await;
                let now = crate::docker::process::terminal::size();
                if now != *size {
                    *size = now;
                    return;
                }
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => Some(Signal::Interrupt),
            _ = self.quit.recv() => Some(Signal::Quit),
            () = resized => None,
        }
    }
}
