//! A connection through a child `ssh`, as Docker's own client makes it: over there
//! `docker system dial-stdio` joins its pipes to the engine's socket.

use std::{
    io,
    path::Path,
    pin::Pin,
    process::Stdio,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    time::Sleep,
};

use crate::docker::{
    connect::dial::Failure, endpoint::address::SshTarget, endpoint::attempt::Cause,
};

/// How long after its end `ssh` may go on to explain itself. A master connection that it left
/// behind may hold its standard error open for hours.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// The pipes of a running `ssh`. It ends with this.
pub(in crate::docker) struct SshWire {
    /// Kept for its end: the process is killed when this is dropped.
    _child: Child,
    input: Option<ChildStdin>,
    output: ChildStdout,
    errors: Option<ChildStderr>,
    said: Vec<u8>,
    heard: Heard,
    last_words: Option<Pin<Box<Sleep>>>,
}

/// Whether anything came from the other side. If not, its end was a failure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heard {
    Nothing,
    Something,
}

impl SshWire {
    pub(in crate::docker) fn spawn(program: &Path, target: &SshTarget) -> io::Result<Self> {
        let mut child = Command::new(program)
            .args(target.arguments())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| {
                let program = program.display();
                Failure::io(Cause::Ssh(format!("cannot run `{program}`: {error}")))
            })?;
        Ok(Self {
            input: child.stdin.take(),
            output: child.stdout.take().expect("it was piped"),
            errors: child.stderr.take(),
            _child: child,
            said: Vec::new(),
            heard: Heard::Nothing,
            last_words: None,
        })
    }

    /// Takes what is on standard error; ready when that has ended.
    fn poll_errors(&mut self, context: &mut Context<'_>) -> Poll<()> {
        const ENOUGH: usize = 16 * 1024;
        while let Some(errors) = &mut self.errors {
            let mut bytes = [0; 1024];
            let mut buffer = ReadBuf::new(&mut bytes);
            match ready!(Pin::new(errors).poll_read(context, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {
                    if self.said.len() < ENOUGH {
                        self.said.extend_from_slice(buffer.filled());
                    }
                }
                Ok(()) | Err(_) => self.errors = None,
            }
        }
        Poll::Ready(())
    }

    fn failure(&self) -> io::Error {
        let said = String::from_utf8_lossy(&self.said);
        let said = said.trim();
        let because = if said.is_empty() {
            "it ended without a word".to_owned()
        } else {
            said.lines().map(str::trim).collect::<Vec<_>>().join("; ")
        };
        Failure::io(Cause::Ssh(because))
    }
}

impl AsyncRead for SshWire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let errors = self.poll_errors(context);
        if self.last_words.is_none() {
            let before = buffer.filled().len();
            ready!(Pin::new(&mut self.output).poll_read(context, buffer))?;
            if buffer.filled().len() > before {
                self.heard = Heard::Something;
                return Poll::Ready(Ok(()));
            }
            if self.heard == Heard::Something || buffer.remaining() == 0 {
                return Poll::Ready(Ok(()));
            }
        }
        if errors.is_pending() {
            let deadline = self
                .last_words
                .get_or_insert_with(|| Box::pin(tokio::time::sleep(LAST_WORDS)));
            ready!(deadline.as_mut().poll(context));
        }
        Poll::Ready(Err(self.failure()))
    }
}

impl AsyncWrite for SshWire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.input {
            // Where `ssh` is gone, reading says why.
            Some(input) => match ready!(Pin::new(input).poll_write(context, bytes)) {
                Err(_) if self.heard == Heard::Nothing => Poll::Ready(Ok(bytes.len())),
                answer => Poll::Ready(answer),
            },
            None => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.input {
            Some(input) => Pin::new(input).poll_flush(context),
            None => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = ready!(self.as_mut().poll_flush(context));
        // A pipe is closed by dropping it.
        self.input = None;
        Poll::Ready(flushed)
    }
}
