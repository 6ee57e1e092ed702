//! A named pipe, as the carrier of a connection.
//!
//! A pipe cannot be closed half. On a pipe of messages, as Docker's own are, an empty message
//! says instead that no more will come; a pipe of bytes has no such word.
//! <https://github.com/microsoft/go-winio/pull/11>

use std::{
    fs::File,
    io,
    os::windows::io::AsHandle as _,
    pin::Pin,
    task::{Context, Poll, ready},
    thread,
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::windows::named_pipe::{ClientOptions, NamedPipeClient, PipeMode},
    sync::oneshot,
};

/// What the system answers while every instance of a pipe is busy.
const ERROR_PIPE_BUSY: i32 = 231;

/// A pipe that is open.
pub(in crate::docker) struct Pipe {
    client: NamedPipeClient,
    end: End,
}

/// How far our end of input has been told.
enum End {
    /// It cannot be: this is a pipe of bytes.
    Untellable,
    /// We may still write.
    Open,
    /// What was written is being read. An empty message that followed unread ones at once
    /// would be lost between them.
    Emptying(oneshot::Receiver<()>),
    /// It is to be told now.
    Due,
    /// The other side knows.
    Told,
}

impl Pipe {
    /// Opens a pipe; while all its instances are busy, asks again, but not for ever.
    pub(in crate::docker) async fn open(name: &str) -> io::Result<Self> {
        let mut attempts = 0;
        let client = loop {
            match ClientOptions::new().open(name) {
                Err(error) if error.raw_os_error() == Some(ERROR_PIPE_BUSY) && attempts < 100 => {
                    attempts += 1;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                answer => break answer?,
            }
        };
        let end = match client.info()?.mode {
            PipeMode::Message => End::Open,
            _ => End::Untellable,
        };
        Ok(Self { client, end })
    }

    /// Waits, on a thread of its own, until the other side has read everything: it may never.
    fn emptied(&self) -> io::Result<oneshot::Receiver<()>> {
        let file = File::from(self.client.as_handle().try_clone_to_owned()?);
        let (sender, receiver) = oneshot::channel();
        thread::spawn(move || {
            // Where this fails the other side is gone, and writing will say so.
            let _ = file.sync_all();
            let _ = sender.send(());
        });
        Ok(receiver)
    }
}

impl AsyncRead for Pipe {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.client).poll_read(context, buffer)
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        // An empty message would be taken for the end.
        if bytes.is_empty() {
            return Poll::Ready(Ok(0));
        }
        Pin::new(&mut self.client).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.client).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            self.end = match &mut self.end {
                End::Untellable | End::Told => return Poll::Ready(Ok(())),
                End::Open => End::Emptying(self.emptied()?),
                End::Emptying(emptied) => {
                    let _ = ready!(Pin::new(emptied).poll(context));
                    End::Due
                }
                End::Due => {
                    ready!(Pin::new(&mut self.client).poll_write(context, &[]))?;
                    End::Told
                }
            };
        }
    }
}
