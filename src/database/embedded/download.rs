//! The first route to an archive: the releases, by HTTP.
//!
//! What came before a cut is kept and asked to be continued. Whether the whole is right is not
//! judged here: the sum tells.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::sync::mpsc;

use super::{Error, Releases, pins::Pin};

/// How far a download is.
#[derive(Clone, Copy, Debug)]
pub(in crate::database::embedded) struct Progress {
    /// Bytes so far.
    pub(in crate::database::embedded) done: u64,
    /// Bytes in all, where known.
    pub(in crate::database::embedded) total: Option<u64>,
}

/// Why a route led nowhere, in words: the other route is tried then.
#[derive(Debug)]
pub(in crate::database::embedded) struct NoRoute(pub(in crate::database::embedded) String);

/// The address of an archive.
pub(in crate::database::embedded) fn address(releases: &Releases, pin: &Pin) -> String {
    format!(
        "{}/{}/{}",
        releases.base_url.trim_end_matches('/'),
        pin.release,
        pin.archive()
    )
}

/// Downloads into `partial`, going on where an earlier attempt was cut. The download ends with
/// this future.
pub(in crate::database::embedded) async fn download(
    releases: &Releases,
    pin: &Pin,
    partial: &Path,
    mut on_progress: impl FnMut(Progress),
) -> Result<Result<(), NoRoute>, Error> {
    let url = address(releases, pin);
    let releases = releases.clone();
    let partial = partial.to_owned();
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let cancelled = Arc::new(AtomicBool::new(false));
    let _guard = CancelOnDrop(Arc::clone(&cancelled));
    let task = tokio::task::spawn_blocking(move || {
        transfer(&releases, &url, &partial, |progress| {
            let _ = sender.send(progress);
            !cancelled.load(Ordering::Relaxed)
        })
    });
    while let Some(progress) = receiver.recv().await {
        on_progress(progress);
    }
    task.await.map_err(|_| Error::Task)?
}

struct CancelOnDrop(Arc<AtomicBool>);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Transfers, and goes on a few times where the connection is cut but bytes still come.
fn transfer(
    releases: &Releases,
    url: &str,
    partial: &Path,
    mut go_on: impl FnMut(Progress) -> bool,
) -> Result<Result<(), NoRoute>, Error> {
    let agent = match agent(releases, url) {
        Ok(agent) => agent,
        Err(no_route) => return Ok(Err(no_route)),
    };
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(partial)
        .map_err(Error::file("write", partial))?;
    let length = |file: &mut File| {
        file.seek(SeekFrom::End(0))
            .map_err(Error::file("read", partial))
    };
    let mut fruitless = 0;
    loop {
        let before = length(&mut file)?;
        match piece(&agent, url, &mut file, before, &mut go_on) {
            Ok(()) => return Ok(Ok(())),
            Err(Cut::Ours(source)) => return Err(Error::file("write", partial)(source)),
            Err(Cut::Answer(because) | Cut::Cancelled(because)) => {
                return Ok(Err(NoRoute(because)));
            }
            Err(Cut::Connection(because)) => {
                let gained = length(&mut file)? > before;
                fruitless = if gained { 0 } else { fruitless + 1 };
                if fruitless == 2 {
                    return Ok(Err(NoRoute(because)));
                }
                std::thread::sleep(Duration::from_millis(200));
            }
        }
    }
}

/// Why a piece ended before the end.
enum Cut {
    /// The server said no.
    Answer(String),
    /// The connection failed or fell silent.
    Connection(String),
    /// Nobody waits for it any more.
    Cancelled(String),
    /// The disk failed.
    Ours(io::Error),
}

/// Asks for everything from byte `from` on and appends it.
fn piece(
    agent: &ureq::Agent,
    url: &str,
    file: &mut File,
    from: u64,
    go_on: &mut impl FnMut(Progress) -> bool,
) -> Result<(), Cut> {
    let mut request = agent.get(url);
    if from > 0 {
        request = request.header("range", format!("bytes={from}-"));
    }
    let response = request
        .call()
        .map_err(|error| Cut::Connection(error.to_string()))?;
    let mut done = match response.status().as_u16() {
        200 => 0,
        206 => from,
        // What is there is not the beginning of what is published: begin anew.
        416 if from > 0 => {
            file.set_len(0).map_err(Cut::Ours)?;
            return Err(Cut::Connection("the archive there is shorter".to_owned()));
        }
        status @ (408 | 429 | 500..=599) => {
            return Err(Cut::Connection(format!("it answers {status}")));
        }
        status => return Err(Cut::Answer(format!("it answers {status}"))),
    };
    if done == 0 {
        file.set_len(0).map_err(Cut::Ours)?;
    }
    file.seek(SeekFrom::Start(done)).map_err(Cut::Ours)?;
    let rest = response
        .headers()
        .get("content-length")
        .and_then(|it| it.to_str().ok())
        .and_then(|it| it.parse::<u64>().ok());
    let total = rest.map(|rest| done + rest);
    let mut body = response.into_body().into_reader();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        if !go_on(Progress { done, total }) {
            return Err(Cut::Cancelled("it was interrupted".to_owned()));
        }
        let read = body
            .read(&mut buffer)
            .map_err(|error| Cut::Connection(error.to_string()))?;
        if read == 0 {
            break;
        }
        file.write_all(&buffer[..read]).map_err(Cut::Ours)?;
        done += read as u64;
    }
    match total {
        Some(total) if done < total => Err(Cut::Connection("the connection was cut".to_owned())),
        _ => Ok(()),
    }
}

fn agent(releases: &Releases, url: &str) -> Result<ureq::Agent, NoRoute> {
    let (scheme, rest) = url
        .split_once("://")
        .ok_or_else(|| NoRoute("the address has no scheme".to_owned()))?;
    let authority = rest.split('/').next().unwrap_or(rest);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let host = host.split(':').next().unwrap_or(host);
    let proxy = releases
        .proxies
        .of(scheme, host)
        .map(ureq::Proxy::new)
        .transpose()
        .map_err(|_| NoRoute("the proxy's address cannot be understood".to_owned()))?;
    Ok(ureq::Agent::config_builder()
        .proxy(proxy)
        .http_status_as_error(false)
        // The archive is compressed already, and its sum is that of the compressed file.
        .accept_encoding("identity")
        .user_agent(concat!("townpass/", env!("CARGO_PKG_VERSION")))
        .timeout_resolve(Some(releases.patience))
        .timeout_connect(Some(releases.patience))
        .timeout_recv_response(Some(releases.patience))
        .timeout_per_read(Some(releases.patience))
        .build()
        .new_agent())
}
