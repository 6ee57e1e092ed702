//! A run of the binary that is still going on: what it has said so far, and signals to it.

use std::{
    io::Read,
    process::{Child, Command},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{Output, Town};

/// No run of the binary may take longer; a hang is to be a failure that shows what was said.
const PATIENCE: Duration = Duration::from_mins(3);

/// A child whose streams are being read.
#[must_use = "a run that nobody waits for proves nothing"]
pub(crate) struct Running<'a> {
    town: &'a Town,
    child: Child,
    stdout: Stream,
    stderr: Stream,
}

/// One stream, read by a thread of its own.
struct Stream {
    text: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl<'a> Running<'a> {
    /// Takes over a child whose streams are pipes.
    pub(super) fn new(town: &'a Town, mut child: Child) -> Self {
        Self {
            town,
            stdout: Stream::read(child.stdout.take().expect("stdout is a pipe")),
            stderr: Stream::read(child.stderr.take().expect("stderr is a pipe")),
            child,
        }
    }

    /// Waits until stderr has this text.
    #[track_caller]
    pub(crate) fn until_says(&mut self, text: &str) -> &mut Self {
        let deadline = Instant::now() + PATIENCE;
        while !self.says(text) {
            let ended = self.child.try_wait().expect("the child is ours").is_some();
            assert!(
                (!ended && Instant::now() < deadline) || self.says(text),
                "it never said `{text}`:\n{}",
                self.stderr.text()
            );
            thread::sleep(Duration::from_millis(2));
        }
        self
    }

    fn says(&self, text: &str) -> bool {
        self.stderr.text().contains(text)
    }

    /// Lets it go on for a while: for moments that no word marks.
    pub(crate) fn after(&mut self, pause: Duration) -> &mut Self {
        thread::sleep(pause);
        self
    }

    /// Sends it a signal, by its name: `INT`, `KILL`. One that has ended already takes it in vain.
    pub(crate) fn signal(&mut self, name: &str) -> &mut Self {
        if self.child.try_wait().expect("the child is ours").is_none() {
            let pid = self.child.id().to_string();
            let sent = Command::new("kill").args(["-s", name, &pid]).status();
            assert!(sent.expect("kill starts").success(), "kill -s {name} {pid}");
        }
        self
    }

    /// Waits for its end and returns what it left.
    #[track_caller]
    pub(crate) fn end(mut self) -> Output {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            match self.child.try_wait().expect("the child is ours") {
                Some(status) => break Some(status),
                None if Instant::now() > deadline => {
                    self.child.kill().expect("the child is ours");
                    self.child.wait().expect("the child is ours");
                    break None;
                }
                None => thread::sleep(Duration::from_millis(5)),
            }
        };
        // The database that it may have left running must not hold these pipes: this would wait.
        let (raw_stdout, raw_stderr) = (self.stdout.end(), self.stderr.end());
        let output = Output {
            status: status.and_then(|status| status.code()).unwrap_or(-1),
            stdout: self.town.redact(&raw_stdout),
            stderr: self.town.redact(&raw_stderr),
            raw_stdout,
            raw_stderr,
        };
        assert!(status.is_some(), "no end after {PATIENCE:?}\n{output}");
        output
    }
}

impl Stream {
    fn read(mut stream: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&text);
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                match stream.read(&mut buffer).expect("the pipe is readable") {
                    0 => return,
                    count => sink
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .extend_from_slice(&buffer[..count]),
                }
            }
        });
        Self { text, reader }
    }

    fn text(&self) -> String {
        let bytes = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn end(self) -> String {
        while !self.reader.is_finished() {
            thread::sleep(Duration::from_millis(1));
        }
        self.text()
    }
}
