//! Serves a named pipe and hands each connection on to a TCP port: what Docker Desktop does for
//! `\\.\pipe\docker_engine`, in as few lines as a test under Wine needs.
//!
//! usage: `pipe_relay.exe messages|bytes PIPE HOST:PORT`
//!
//! Docker's own pipes are of messages, in which an empty one ends one way and leaves the other
//! open; a pipe of bytes ends both ways or none.

use std::process::ExitCode;

#[cfg(windows)]
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    use tokio::net::windows::named_pipe::PipeMode;

    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mode, pipe, target] = arguments.as_slice() else {
        return ExitCode::from(2);
    };
    let mode = match mode.as_str() {
        "messages" => PipeMode::Message,
        "bytes" => PipeMode::Byte,
        _ => return ExitCode::from(2),
    };
    match serve::pipe(mode, pipe, target).await {
        Ok(never) => match never {},
        Err(_) => ExitCode::FAILURE,
    }
}

#[cfg(not(windows))]
fn main() -> ExitCode {
    ExitCode::FAILURE
}

#[cfg(windows)]
mod serve {
    use std::{convert::Infallible, io};

    use tokio::{
        io::{AsyncWriteExt as _, copy, split},
        net::{
            TcpStream,
            windows::named_pipe::{NamedPipeServer, PipeMode, ServerOptions},
        },
    };

    pub(super) async fn pipe(mode: PipeMode, name: &str, target: &str) -> io::Result<Infallible> {
        let mut options = ServerOptions::new();
        options.pipe_mode(mode);
        let mut next = options.first_pipe_instance(true).create(name)?;
        options.first_pipe_instance(false);
        loop {
            next.connect().await?;
            // The next instance stands before this one is busy, or a client would find none.
            let client = std::mem::replace(&mut next, options.create(name)?);
            let target = target.to_owned();
            tokio::spawn(async move { relay(client, mode, &target).await });
        }
    }

    /// Ends when the engine does. The client's end is handed on, where the pipe can tell that it
    /// is no more than that.
    async fn relay(client: NamedPipeServer, mode: PipeMode, target: &str) -> io::Result<()> {
        let engine = TcpStream::connect(target).await?;
        let (mut from_client, mut to_client) = split(client);
        let (mut from_engine, mut to_engine) = split(engine);
        let there = async {
            copy(&mut from_client, &mut to_engine).await?;
            if mode == PipeMode::Byte {
                return Ok(());
            }
            to_engine.shutdown().await?;
            std::future::pending().await
        };
        tokio::select! {
            ended = there => ended,
            ended = copy(&mut from_engine, &mut to_client) => ended.map(|_| ()),
        }
    }
}
