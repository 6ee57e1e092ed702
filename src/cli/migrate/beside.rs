//! Two things that wait for different ends: files are read while a server is being connected to.

use std::future::Future;
use std::pin::pin;

use crate::error::Error;

/// What `read` gives, on a thread of its own, and what comes of `other` meanwhile. Where both fail,
/// what is wrong with the files is said: it would be wrong with any server.
pub(super) async fn beside<H: Send + 'static, T>(
    read: impl FnOnce() -> Result<H, Error> + Send + 'static,
    other: impl Future<Output = Result<T, Error>>,
) -> Result<(H, T), Error> {
    let mut other = pin!(other);
    let mut reading = pin!(tokio::task::spawn_blocking(read));
    let (read, early) = tokio::select! {
        read = &mut reading => (read, None),
        done = &mut other => (reading.await, Some(done)),
    };
    let read = match read {
        Ok(read) => read?,
        Err(ended) => std::panic::resume_unwind(ended.into_panic()),
    };
    let done = match early {
        Some(done) => done,
        None => other.await,
    };
    Ok((read, done?))
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};
    use std::sync::mpsc;

    use super::beside;
    use crate::error::Error;

    fn of_files() -> Error {
        Error::Interrupted
    }

    fn of_the_server() -> Error {
        Error::Runtime(std::io::Error::other("no server"))
    }

    #[tokio::test]
    async fn both_go_on_at_once() {
        let (tell, hear) = mpsc::channel();
        let other = async move {
            tell.send("hello").expect("the reader is there");
            Ok(2)
        };
        let read = move || Ok(hear.recv().expect("the other one runs"));
        let both = beside(read, other).await.expect("both are well");
        assert_eq!(both, ("hello", 2));
    }

    #[tokio::test]
    async fn what_is_wrong_with_files_is_said() {
        let fault = beside::<(), ()>(|| Err(of_files()), ready(Err(of_the_server()))).await;
        assert!(matches!(fault, Err(Error::Interrupted)), "{fault:?}");
        let fault = beside::<(), ()>(|| Err(of_files()), pending()).await;
        assert!(matches!(fault, Err(Error::Interrupted)), "{fault:?}");
        let fault = beside::<(), ()>(|| Ok(()), ready(Err(of_the_server()))).await;
        assert!(matches!(fault, Err(Error::Runtime(_))), "{fault:?}");
    }
}
