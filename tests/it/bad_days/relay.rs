//! A way to the engine on which something happens: the relay passes everything on, until one
//! word goes by.

use std::{
    env, fs,
    io::{Read as _, Write as _},
    net::Shutdown,
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::support::Town;

/// What happens when the word goes by.
#[derive(Clone, Copy)]
pub(super) enum Mishap {
    /// The engine is gone: every connection ends, and nobody listens any more.
    Dies,
    /// The engine is told nothing and says nothing more: time stands still at this step.
    Hangs,
    /// The engine says that it failed, with this message, and does nothing.
    Fails(&'static str),
}

/// A socket that leads to the engine.
pub(super) struct Relay {
    line: Arc<Line>,
}

struct Line {
    path: PathBuf,
    word: String,
    mishap: Mishap,
    open: Mutex<Vec<UnixStream>>,
    hangs: AtomicBool,
}

impl Relay {
    /// Listens in the town's directory. `mishap` happens when `word` goes by, either way.
    pub(super) fn start(town: &Town, word: &str, mishap: Mishap) -> Self {
        let path = town.home().join("engine.sock");
        // One of an earlier relay of this town.
        let _ = fs::remove_file(&path);
        let listener = UnixListener::bind(&path).expect("a socket");
        let line = Arc::new(Line {
            path,
            word: word.to_owned(),
            mishap,
            open: Mutex::default(),
            hangs: AtomicBool::new(false),
        });
        let shared = Arc::clone(&line);
        thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.expect("a connection");
                let engine = UnixStream::connect(engine()).expect("the engine listens");
                for stream in [&client, &engine] {
                    let stream = stream.try_clone().expect("a descriptor");
                    shared.open().push(stream);
                }
                shared.pass(&client, &engine);
                shared.pass(&engine, &client);
            }
        });
        Self { line }
    }

    /// What `DOCKER_HOST` is to be.
    pub(super) fn address(&self) -> String {
        format!("unix://{}", self.line.path.display())
    }

    /// Waits until the word that hangs went by.
    #[track_caller]
    pub(super) fn until_it_hangs(&self) {
        let deadline = Instant::now() + Duration::from_mins(1);
        while !self.line.hangs.load(Ordering::SeqCst) {
            assert!(
                Instant::now() < deadline,
                "`{}` never went by",
                self.line.word
            );
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Ends everything now.
    pub(super) fn die(&self) {
        self.line.die();
    }
}

impl Line {
    fn open(&self) -> std::sync::MutexGuard<'_, Vec<UnixStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn die(&self) {
        // A path that is not there is what the socket of a stopped engine looks like.
        let _ = fs::remove_file(&self.path);
        for stream in self.open().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Passes on what comes, in a thread of its own that ends with its connection.
    fn pass(self: &Arc<Self>, from: &UnixStream, to: &UnixStream) {
        let line = Arc::clone(self);
        let mut from = from.try_clone().expect("a descriptor");
        let mut to = to.try_clone().expect("a descriptor");
        thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                let chunk = &buffer[..count];
                if String::from_utf8_lossy(chunk).contains(&line.word) {
                    match line.mishap {
                        Mishap::Dies => return line.die(),
                        Mishap::Hangs => return line.hangs.store(true, Ordering::SeqCst),
                        Mishap::Fails(message) => {
                            // The request is lost, as is its client's connection afterwards.
                            let _ = from.write_all(failure(message).as_bytes());
                            break;
                        }
                    }
                }
                if to.write_all(chunk).is_err() {
                    break;
                }
            }
            let _ = to.shutdown(Shutdown::Write);
        });
    }
}

fn failure(message: &str) -> String {
    let body = serde_json::json!({ "message": message }).to_string();
    format!(
        "HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// The socket of the real engine.
fn engine() -> PathBuf {
    let host = env::var("DOCKER_HOST").ok();
    let path = host.as_deref().and_then(|it| it.strip_prefix("unix://"));
    Path::new(path.unwrap_or("/var/run/docker.sock")).to_owned()
}
