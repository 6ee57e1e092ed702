//! Serves a named pipe and hands each connection on to a TCP port: what Docker Desktop does for
//! `\\.\pipe\docker_engine`, in as few lines as a test under Wine needs.
//!
//! usage: `pipe_relay.exe PIPE HOST:PORT`

use std::process::ExitCode;

#[cfg(windows)]
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [pipe, target] = arguments.as_slice() else {
        return ExitCode::from(2);
    };
    match serve::pipe(pipe, target).await {
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
        io::{copy, split},
        net::{
            TcpStream,
            windows::named_pipe::{NamedPipeServer, ServerOptions},
        },
    };

    pub(super) async fn pipe(name: &str, target: &str) -> io::Result<Infallible> {
        let mut next = ServerOptions::new()
            .first_pipe_instance(true)
            .create(name)?;
        loop {
            next.connect().await?;
            // The next instance stands before this one is busy, or a client would find none.
            let client = std::mem::replace(&mut next, ServerOptions::new().create(name)?);
            let target = target.to_owned();
            tokio::spawn(async move { relay(client, &target).await });
        }
    }

    /// Ends as soon as either side does: a pipe of bytes cannot be closed half.
    async fn relay(client: NamedPipeServer, target: &str) -> io::Result<u64> {
        let engine = TcpStream::connect(target).await?;
        let (mut from_client, mut to_client) = split(client);
        let (mut from_engine, mut to_engine) = split(engine);
        tokio::select! {
            ended = copy(&mut from_client, &mut to_engine) => ended,
            ended = copy(&mut from_engine, &mut to_client) => ended,
        }
    }
}
