//! Joins our own terminal or pipes to a process in a container.
//!
//! Bytes go both ways as they are. What a terminal adds is passed on as well: its size, its raw
//! keys, and signals. However it ends, the terminal is given back as it was.

use std::{
    cell::{Cell, RefCell},
    io,
    time::Duration,
};

use bollard::{
    exec::ResizeExecOptions,
    query_parameters::{KillContainerOptionsBuilder, ResizeContainerTTYOptionsBuilder},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::{Instant, sleep, sleep_until},
};

use crate::docker::{
    Engine, Error,
    process::exec::Command,
    process::hijack::{Channel, Raw, next_piece},
    process::signals::{Signal, Signals},
    process::terminal,
};

/// Keys that nobody types, so that Ctrl-P stays the previous line of a shell's history.
pub(in crate::docker) const DETACH_KEYS: &str = "ctrl-@,ctrl-@,ctrl-@,ctrl-@";

/// So many times a process may disregard a signal; then we leave it.
const SIGNALS_BEFORE_LEAVING: usize = 3;

/// How long a process that nobody watches may go on after a signal.
const LAST_WORK: Duration = Duration::from_secs(5);

/// The pause before the first attempt at giving a process its size; each further one is twice it.
const FIRST_SIZE_PAUSE: Duration = Duration::from_millis(5);

/// After a pause as long as this, a process goes without.
const FIRST_SIZE_PATIENCE: Duration = Duration::from_secs(2);

/// What a process in a container is joined to.
#[derive(Clone, Copy)]
pub enum Attachment<'a> {
    /// Our terminal, through one of its own.
    Terminal,
    /// Our standard streams, each kept apart.
    Pipes,
    /// An audience, who hears what it prints piece by piece. It gets no input.
    Listener(Audience<'a>),
}

/// Hears what a process prints.
pub type Listener<'a> = RefCell<dyn FnMut(Channel, &[u8]) + 'a>;

/// Who hears a process that nobody watches, and how long.
#[derive(Clone, Copy)]
pub struct Audience<'a> {
    /// Hears it.
    pub listener: &'a Listener<'a>,
    /// Set as long as it runs: it hears of signals, and who ends at one waits for it.
    pub joined: &'a Cell<bool>,
    /// After so long it is killed, which is [`Error::Overdue`]; never, where it is not set.
    pub patience: Option<Duration>,
}

impl Attachment<'_> {
    /// A terminal where standard input and output are one.
    pub fn here() -> Self {
        if terminal::is_there() {
            Self::Terminal
        } else {
            Self::Pipes
        }
    }

    /// From now on a process is joined, or none is any more.
    fn mark(self, joined: bool) {
        if let Self::Listener(audience) = self {
            audience.joined.set(joined);
        }
    }

    /// Listens for signals, before the process is started that is to hear of them.
    pub(super) fn signals(self) -> Result<Signals, Error> {
        let signals = Signals::listen().map_err(Error::Terminal)?;
        self.mark(true);
        Ok(signals)
    }

    /// Whether the process gets a terminal.
    pub(in crate::docker) fn is_terminal(self) -> bool {
        matches!(self, Self::Terminal)
    }

    /// The rows and columns that a process begins with, where it has a terminal.
    pub(in crate::docker) fn console_size(self) -> Option<[u16; 2]> {
        let (columns, rows) = match self {
            Self::Terminal => terminal::size()?,
            Self::Pipes | Self::Listener(_) => return None,
        };
        Some([rows, columns])
    }
}

/// Who is at the other end.
pub(in crate::docker) enum Target<'a> {
    /// A process started in a running container, known by a mark in its environment.
    Exec {
        id: &'a str,
        container: &'a str,
        mark: &'a str,
        user: Option<&'a str>,
    },
    /// A container's own process.
    Container { id: &'a str },
}

/// A joined process, for as long as it runs.
pub(in crate::docker) struct Session<'a, 'l> {
    pub(in crate::docker) engine: &'a Engine,
    pub(in crate::docker) attachment: Attachment<'l>,
    pub(in crate::docker) doing: &'a str,
    pub(in crate::docker) target: Target<'a>,
}

impl Session<'_, '_> {
    /// Carries bytes and signals until the process has closed its output.
    pub(in crate::docker) async fn pump(
        &self,
        stream: Raw,
        mut signals: Signals,
    ) -> Result<(), Error> {
        let raw_mode = match self.attachment {
            Attachment::Terminal => Some(terminal::RawMode::enter().map_err(Error::Terminal)?),
            Attachment::Pipes | Attachment::Listener(_) => None,
        };
        let (reader, writer) = tokio::io::split(stream);
        let input = async {
            match self.attachment {
                Attachment::Listener(_) => close(writer).await,
                Attachment::Terminal | Attachment::Pipes => feed(writer).await,
            }
        };
        let ended = tokio::select! {
            drained = self.drain(reader) => drained,
            () = input => Ok(()),
            error = self.control(&mut signals) => Err(error),
            error = self.overdue() => Err(error),
        };
        drop(raw_mode);
        if let (Attachment::Listener(_), Err(Error::Interrupted | Error::Overdue { .. })) =
            (self.attachment, &ended)
        {
            self.pass_signal(Signal::Kill).await;
        }
        self.attachment.mark(false);
        ended
    }

    /// What the process prints goes where ours does.
    async fn drain(&self, mut reader: impl AsyncRead + Unpin) -> Result<(), Error> {
        let lost = |source| Error::Lost {
            doing: self.doing.to_owned(),
            source,
        };
        let mut stdout = tokio::io::stdout();
        match self.attachment {
            Attachment::Terminal => {
                let mut buffer = vec![0; 16 * 1024];
                loop {
                    match reader.read(&mut buffer).await.map_err(lost)? {
                        0 => return Ok(()),
                        count => show(&mut stdout, &buffer[..count]).await?,
                    }
                }
            }
            Attachment::Pipes => {
                let mut stderr = tokio::io::stderr();
                let mut piece = Vec::new();
                while let Some(channel) = next_piece(&mut reader, &mut piece).await.map_err(lost)? {
                    match channel {
                        Channel::Output => show(&mut stdout, &piece).await?,
                        Channel::Errors => show(&mut stderr, &piece).await?,
                    }
                }
                Ok(())
            }
            Attachment::Listener(Audience { listener, .. }) => {
                let mut piece = Vec::new();
                while let Some(channel) = next_piece(&mut reader, &mut piece).await.map_err(lost)? {
                    (listener.borrow_mut())(channel, &piece);
                }
                Ok(())
            }
        }
    }

    /// Passes signals and sizes on; ends only where the process disregards too many.
    async fn control(&self, signals: &mut Signals) -> Error {
        // Engines older than API 1.42 take no size along with the start, and refuse one for a
        // process that has not quite started, which it has some moments after their answer.
        let mut unsized_for = (self.attachment.is_terminal()).then_some(FIRST_SIZE_PAUSE);
        let mut passed = 0;
        let mut deadline = None;
        loop {
            let signal = tokio::select! {
                signal = signals.next() => signal,
                () = over(deadline) => return Error::Interrupted,
                pause = first_size(unsized_for) => {
                    let settled = self.pass_size().await || pause >= FIRST_SIZE_PATIENCE;
                    unsized_for = (!settled).then_some(pause * 2);
                    continue;
                }
            };
            match signal {
                None if self.attachment.is_terminal() => {
                    self.pass_size().await;
                }
                None => {}
                Some(_) if passed == SIGNALS_BEFORE_LEAVING => return Error::Interrupted,
                Some(signal) => {
                    passed += 1;
                    self.pass_signal(signal).await;
                    // Nobody who could press Ctrl-C again sees what it does.
                    if let Attachment::Listener(_) = self.attachment {
                        deadline.get_or_insert_with(|| Instant::now() + LAST_WORK);
                    }
                }
            }
        }
    }

    /// Ends when the process has had its time, which may be never.
    async fn overdue(&self) -> Error {
        match self.attachment {
            Attachment::Listener(Audience {
                patience: Some(patience),
                ..
            }) => {
                sleep(patience).await;
                Error::Overdue {
                    doing: self.doing.to_owned(),
                    patience,
                }
            }
            Attachment::Terminal | Attachment::Pipes | Attachment::Listener(_) => {
                std::future::pending().await
            }
        }
    }

    async fn pass_size(&self) -> bool {
        let Some((width, height)) = terminal::size() else {
            return true;
        };
        let api = self.engine.api();
        let answer = match self.target {
            Target::Exec { id, .. } => {
                api.resize_exec(id, ResizeExecOptions { height, width })
                    .await
            }
            Target::Container { id } => {
                let options = ResizeContainerTTYOptionsBuilder::default()
                    .h(height.into())
                    .w(width.into())
                    .build();
                api.resize_container_tty(id, options).await
            }
        };
        answer.is_ok()
    }

    /// A signal that does not arrive is no reason to end: the process may just have.
    async fn pass_signal(&self, signal: Signal) {
        match self.target {
            Target::Container { id } => {
                let options = KillContainerOptionsBuilder::default()
                    .signal(&format!("SIG{}", signal.name()))
                    .build();
                let _ = self.engine.api().kill_container(id, Some(options)).await;
            }
            Target::Exec {
                container,
                mark,
                user,
                ..
            } => {
                let script = r#"for process in /proc/[0-9]*; do if grep -qs "$1" "$process/environ"; then kill -"$2" "${process#/proc/}"; fi; done"#;
                let mut command = Command::new(["sh", "-c", script, "sh", mark, signal.name()]);
                command.user = user.map(str::to_owned);
                let kill = self.engine.exec_capture(container, &command, &[]);
                let _ = Box::pin(kill).await;
            }
        }
    }
}

/// The end of the time that a process has after a signal, if it has one.
async fn over(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

/// The moment of the next attempt at giving the process its first size; never, once it has one.
async fn first_size(pause: Option<Duration>) -> Duration {
    match pause {
        Some(pause) => {
            sleep(pause).await;
            pause
        }
        None => std::future::pending().await,
    }
}

/// What we are given goes to the process; where ours ends, so does its. Never returns, since a
/// process may go on without input.
async fn feed(mut writer: impl AsyncWrite + Unpin) {
    let mut input = terminal::input();
    while let Some(bytes) = input.recv().await {
        if writer.write_all(&bytes).await.is_err() || writer.flush().await.is_err() {
            break;
        }
    }
    close(writer).await;
}

/// The process gets no more input. Never returns either.
async fn close(mut writer: impl AsyncWrite + Unpin) {
    let _ = writer.shutdown().await;
    std::future::pending::<()>().await;
}

async fn show(output: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> Result<(), Error> {
    let written = match output.write_all(bytes).await {
        // A Windows console takes UTF-8 alone.
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            let text = String::from_utf8_lossy(bytes).into_owned();
            output.write_all(text.as_bytes()).await
        }
        written => written,
    };
    written.map_err(Error::Terminal)?;
    output.flush().await.map_err(Error::Terminal)
}
