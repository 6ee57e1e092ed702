//! Requests whose connection is taken over for a stream of raw bytes (exec, attach), or whose
//! answer is awaited for as long as it takes (wait).
//!
//! bollard guesses from a stream's bytes whether it is framed, and a terminal may print
//! anything; here the caller knows.

use std::io;

use bytes::Bytes;
use futures_util::future;
use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request, StatusCode,
    body::Incoming,
    client::conn::http1,
    header::{CONNECTION, CONTENT_TYPE, HOST, UPGRADE},
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::docker::{
    Engine, Error,
    error::{io_error, says_disk_full},
};

/// A connection that carries raw bytes now.
pub(in crate::docker) type Raw = TokioIo<hyper::upgrade::Upgraded>;

/// Which stream of a process some bytes belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Standard output.
    Output,
    /// Standard error.
    Errors,
}

impl Engine {
    /// Sends a request and takes its connection over.
    pub(in crate::docker) async fn hijack(
        &self,
        doing: &str,
        path: &str,
        body: &Value,
    ) -> Result<Raw, Error> {
        let lost = |error| lost(doing, &error);
        let wire = self.dial().open().await.map_err(|source| Error::Lost {
            doing: doing.to_owned(),
            source,
        })?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(wire)).await.map_err(lost)?;
        let request = request(path, body)
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "tcp")
            .body(Full::new(Bytes::from(body.to_string())))
            .expect("its parts are well-formed");
        let exchange = async move {
            let response = sender.send_request(request).await.map_err(lost)?;
            if response.status() == StatusCode::SWITCHING_PROTOCOLS {
                let upgraded = hyper::upgrade::on(response).await.map_err(lost)?;
                return Ok(TokioIo::new(upgraded));
            }
            Err(refusal(doing, response).await?)
        };
        // The connection's half ends with the exchange: it hands itself over, or has no sender.
        future::join(exchange, connection.with_upgrades()).await.0
    }

    /// Sends a request and says through `accepted` when the answer's head is there; then
    /// awaits the answer, without a deadline.
    pub(in crate::docker) async fn long_request(
        &self,
        doing: &str,
        path: &str,
        accepted: tokio::sync::oneshot::Sender<()>,
    ) -> Result<Value, Error> {
        let lost = |error| lost(doing, &error);
        let wire = self.dial().open().await.map_err(|source| Error::Lost {
            doing: doing.to_owned(),
            source,
        })?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(wire)).await.map_err(lost)?;
        let request = request(path, &Value::Null)
            .body(Full::new(Bytes::new()))
            .expect("its parts are well-formed");
        let exchange = async move {
            let response = sender.send_request(request).await.map_err(lost)?;
            if !response.status().is_success() {
                return Err(refusal(doing, response).await?);
            }
            // Whoever waited may have given up, and that is fine.
            let _ = accepted.send(());
            let bytes = response.collect().await.map_err(lost)?.to_bytes();
            serde_json::from_slice(&bytes).map_err(|error| Error::Engine {
                doing: doing.to_owned(),
                status: None,
                message: error.to_string(),
            })
        };
        future::join(exchange, connection).await.0
    }
}

fn request(path: &str, body: &Value) -> hyper::http::request::Builder {
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(HOST, "engine");
    if body.is_null() {
        request
    } else {
        request.header(CONTENT_TYPE, "application/json")
    }
}

fn lost(doing: &str, error: &hyper::Error) -> Error {
    Error::Lost {
        doing: doing.to_owned(),
        source: io_error(error).unwrap_or_else(|| io::Error::other(error.to_string())),
    }
}

/// The engine's no, in its own words.
async fn refusal(doing: &str, response: hyper::Response<Incoming>) -> Result<Error, Error> {
    let status = response.status().as_u16();
    let body = response
        .collect()
        .await
        .map_err(|error| lost(doing, &error))?
        .to_bytes();
    let message = serde_json::from_slice::<Value>(&body)
        .ok()
        .and_then(|answer| Some(answer.get("message")?.as_str()?.to_owned()))
        .unwrap_or_else(|| String::from_utf8_lossy(&body).trim().to_owned());
    let doing = doing.to_owned();
    Ok(if says_disk_full(&message) {
        Error::DiskFull { doing }
    } else {
        Error::Engine {
            doing,
            status: Some(status),
            message,
        }
    })
}

/// Reads the next piece of a stream in which each piece has a head of eight bytes: the channel,
/// three zeros, and the length. `None` at the end.
pub(in crate::docker) async fn next_piece(
    stream: &mut (impl AsyncRead + Unpin),
    buffer: &mut Vec<u8>,
) -> io::Result<Option<Channel>> {
    let mut head = [0; 8];
    match stream.read_exact(&mut head).await {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let channel = match head {
        [0 | 1, 0, 0, 0, ..] => Channel::Output,
        [2 | 3, 0, 0, 0, ..] => Channel::Errors,
        _ => {
            return Err(io::Error::other(
                "the engine's stream is not framed as agreed",
            ));
        }
    };
    let length = u32::from_be_bytes([head[4], head[5], head[6], head[7]]);
    buffer.resize(length as usize, 0);
    stream.read_exact(buffer).await?;
    Ok(Some(channel))
}

#[cfg(test)]
mod tests {
    use super::{Channel, next_piece};

    #[tokio::test]
    async fn pieces_are_taken_apart() {
        let mut stream: &[u8] =
            b"\x01\0\0\0\0\0\0\x03one\x02\0\0\0\0\0\0\x00\x02\0\0\0\0\0\0\x04\x01two";
        let mut piece = Vec::new();
        let mut pieces = Vec::new();
        while let Some(channel) = next_piece(&mut stream, &mut piece)
            .await
            .expect("it is framed")
        {
            pieces.push((channel, piece.clone()));
        }
        let expected = [
            (Channel::Output, b"one".to_vec()),
            (Channel::Errors, Vec::new()),
            (Channel::Errors, b"\x01two".to_vec()),
        ];
        assert_eq!(pieces, expected);
    }

    #[tokio::test]
    async fn a_stream_without_frames_is_refused() {
        let mut stream: &[u8] = b"OCI runtime exec failed";
        let answer = next_piece(&mut stream, &mut Vec::new()).await;
        assert!(answer.is_err());
    }
}
