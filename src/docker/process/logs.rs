//! What a container printed, and prints.

use bollard::{container::LogOutput, query_parameters::LogsOptionsBuilder};
use futures_util::StreamExt;

use crate::docker::{Engine, Error, process::hijack::Channel};

/// Whether to wait for more when all that is there was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// Until the container ends.
    Yes,
    /// No: what is there now.
    No,
}

impl Engine {
    /// Hands a container's log to `sink` as it comes, the last `tail` lines of it where given.
    /// A container with a terminal has but one channel.
    pub async fn container_logs(
        &self,
        container: &str,
        follow: Follow,
        tail: Option<u32>,
        sink: &mut dyn FnMut(Channel, &[u8]),
    ) -> Result<(), Error> {
        let tail = tail.map_or_else(|| "all".to_owned(), |lines| lines.to_string());
        let options = LogsOptionsBuilder::default()
            .follow(follow == Follow::Yes)
            .stdout(true)
            .stderr(true)
            .tail(&tail)
            .build();
        let mut pieces = self.api().logs(container, Some(options));
        while let Some(piece) = pieces.next().await {
            match piece.map_err(|error| unreadable(container, error))? {
                LogOutput::StdErr { message } => sink(Channel::Errors, &message),
                LogOutput::StdOut { message }
                | LogOutput::Console { message }
                | LogOutput::StdIn { message } => sink(Channel::Output, &message),
            }
        }
        Ok(())
    }

    /// The last `tail` lines of both channels, for a message about a container that failed.
    pub async fn log_tail(&self, container: &str, tail: u32) -> Result<String, Error> {
        let mut text = Vec::new();
        self.container_logs(container, Follow::No, Some(tail), &mut |_, piece| {
            text.extend_from_slice(piece);
        })
        .await?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

fn unreadable(container: &str, error: bollard::errors::Error) -> Error {
    let error = Error::answer(format!("read the log of container `{container}`"), error);
    if error.status() == Some(404) {
        return Error::NoContainer {
            container: container.to_owned(),
        };
    }
    error
}
