//! Runs Alembic as a process of this machine.

use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader, Split};
use tokio::process::{Child, Command};
use tokio::time;

use super::error::Error;

/// So much of each stream is kept for reading it again: the end, where errors are.
const KEPT: usize = 256 * 1024;

/// How long a process may take to end that was asked to.
const LAST_WORK: Duration = Duration::from_secs(5);

/// How long its streams may stay open once the process has ended: a child of its own may hold them.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// What a process printed, and how it ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// Its exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// The end of its standard output.
    pub stdout: String,
    /// The end of its standard error.
    pub stderr: String,
}

impl Ended {
    /// Adds a line to a stream, and lets the oldest go where it is too much.
    pub fn keep(stream: &mut String, line: &str) {
        stream.push_str(line);
        stream.push('\n');
        if stream.len() > 2 * KEPT {
            let cut = stream.len() - KEPT;
            let cut = stream
                .bytes()
                .skip(cut)
                .position(|byte| byte == b'\n')
                .map_or(0, |at| cut + at + 1);
            stream.drain(..cut);
        }
    }
}

/// Who hears a process, line by line.
pub type OnLine<'l> = dyn FnMut(&str) + 'l;

/// What a process is run with.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The program and all its arguments.
    pub words: &'a [String],
    /// Where.
    pub directory: &'a Path,
    /// Variables to add.
    pub environment: &'a [(&'a str, &'a str)],
    /// After so long it is ended.
    pub patience: Option<Duration>,
}

/// Variables with which a Python prints at once, and in UTF-8 on every platform.
pub const MANNERS: [(&str, &str); 3] = [
    ("PYTHONUNBUFFERED", "1"),
    ("PYTHONUTF8", "1"),
    ("PYTHONIOENCODING", "utf-8"),
];

/// Runs it to its end, or until `interrupted` ends; `on_line` hears every line as it comes. Dropped,
/// it takes the process with it, but none that this has started.
pub async fn run(
    request: Request<'_>,
    interrupted: impl Future<Output = ()>,
    on_line: &mut OnLine<'_>,
) -> Result<Ended, Error> {
    let shown = || request.words.join(" ");
    let (program, arguments) = request.words.split_first().ok_or(Error::NoWords)?;
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(request.directory)
        .envs(MANNERS)
        .envs(request.environment.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|source| Error::Unstarted {
            command: shown(),
            source,
        })?;
    let mut ended = Ended::default();
    let mut stdout = child.stdout.take().map(lines);
    let mut stderr = child.stderr.take().map(lines);
    let too_late = async {
        match request.patience {
            Some(patience) => time::sleep(patience).await,
            None => std::future::pending().await,
        }
    };
    tokio::pin!(too_late, interrupted);
    let mut status: Option<ExitStatus> = None;
    while stdout.is_some() || stderr.is_some() || status.is_none() {
        tokio::select! {
            line = next(&mut stdout), if stdout.is_some() => match line {
                Some(line) => {
                    on_line(&line);
                    Ended::keep(&mut ended.stdout, &line);
                }
                None => stdout = None,
            },
            line = next(&mut stderr), if stderr.is_some() => match line {
                Some(line) => {
                    on_line(&line);
                    Ended::keep(&mut ended.stderr, &line);
                }
                None => stderr = None,
            },
            end = child.wait(), if status.is_none() => {
                status = Some(end.map_err(|source| Error::Unstarted { command: shown(), source })?);
            }
            () = time::sleep(LAST_WORDS), if status.is_some() => break,
            () = &mut interrupted => {
                end(&mut child).await;
                return Err(Error::Interrupted);
            }
            () = &mut too_late => {
                end(&mut child).await;
                return Err(Error::Hangs {
                    command: format!("`{}`", shown()),
                    patience: request.patience.unwrap_or_default(),
                });
            }
        }
    }
    ended.code = status.and_then(|status| status.code());
    Ok(ended)
}

/// Asks it to end, and kills it where it does not. A tool such as `uv run` passes on that it is asked;
/// killed at once, it would leave its Python to go on by itself.
async fn end(child: &mut Child) {
    if ask_to_end(child) && time::timeout(LAST_WORK, child.wait()).await.is_ok() {
        return;
    }
    // One that has just ended cannot be killed.
    let _ = child.kill().await;
}

#[cfg(unix)]
fn ask_to_end(child: &Child) -> bool {
    use rustix::process::{Pid, Signal, kill_process};
    let pid = child.id().and_then(|id| i32::try_from(id).ok());
    let pid = pid.and_then(Pid::from_raw);
    pid.is_some_and(|pid| kill_process(pid, Signal::TERM).is_ok())
}

/// Windows has no such signal, and what a tool starts there ends with it.
#[cfg(windows)]
fn ask_to_end(_: &Child) -> bool {
    false
}

/// A stream's lines, whatever their bytes. What was read of one stays here when the wait for its
/// end is given up.
type Lines<R> = Split<BufReader<R>>;

fn lines<R: AsyncRead + Unpin>(stream: R) -> Lines<R> {
    BufReader::new(stream).split(b'\n')
}

/// The next line; `None` at the end.
async fn next<R: AsyncRead + Unpin>(stream: &mut Option<Lines<R>>) -> Option<String> {
    let line = stream.as_mut()?.next_segment().await.ok()??;
    Some(
        String::from_utf8_lossy(&line)
            .trim_end_matches('\r')
            .to_owned(),
    )
}

#[cfg(all(test, unix))]
mod tests {
    use std::path::Path;
    use std::time::{Duration, Instant};

    use super::{Ended, Request, run};
    use crate::alembic::python::Error;

    async fn sh(script: &str, patience: Option<Duration>) -> (Result<Ended, Error>, Vec<String>) {
        let words = ["sh", "-c", script].map(str::to_owned);
        let request = Request {
            words: &words,
            directory: Path::new("/"),
            environment: &[("TOWN", "Taipei")],
            patience,
        };
        let mut heard = Vec::new();
        let never = std::future::pending();
        let ended = run(request, never, &mut |line| heard.push(line.to_owned())).await;
        (ended, heard)
    }

    #[tokio::test]
    async fn both_streams_are_heard_and_kept_apart() {
        let (ended, heard) = sh(
            "echo $TOWN; echo err >&2; printf 'caf\\351 \\n end'; exit 7",
            None,
        )
        .await;
        let ended = ended.expect("it ran");
        assert_eq!(ended.code, Some(7));
        assert_eq!(ended.stdout, "Taipei\ncaf\u{fffd} \n end\n");
        assert_eq!(ended.stderr, "err\n");
        assert_eq!(heard.len(), 4, "{heard:?}");
    }

    #[tokio::test]
    async fn a_child_that_keeps_the_streams_is_not_waited_for() {
        let begun = Instant::now();
        let (ended, _) = sh("sleep 60 & echo done", None).await;
        assert_eq!(ended.expect("it ran").stdout, "done\n");
        assert!(begun.elapsed() < Duration::from_secs(30));
    }

    #[tokio::test]
    async fn patience_has_an_end() {
        let (ended, heard) = sh("echo begun; exec sleep 60", Some(Duration::from_secs(1))).await;
        assert!(matches!(ended, Err(Error::Hangs { .. })), "{ended:?}");
        assert_eq!(heard, ["begun"]);
    }

    #[tokio::test]
    async fn what_it_has_started_ends_with_it() {
        // As `uv run` does: it waits for another, and passes on that it is to end.
        let script = "sleep 60 & trap 'kill $!; exit 9' TERM; echo begun; wait";
        let begun = Instant::now();
        let (ended, _) = sh(script, Some(Duration::from_secs(1))).await;
        assert!(matches!(ended, Err(Error::Hangs { .. })), "{ended:?}");
        assert!(
            begun.elapsed() < super::LAST_WORK,
            "it was asked, not killed"
        );
        // And one that does not listen is killed.
        let deaf = "trap '' TERM; echo begun; sleep 60";
        let (ended, _) = sh(deaf, Some(Duration::from_secs(1))).await;
        assert!(matches!(ended, Err(Error::Hangs { .. })), "{ended:?}");
        assert!(begun.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn the_end_of_much_is_kept() {
        let mut kept = String::new();
        for number in 0..100_000 {
            Ended::keep(&mut kept, &format!("line {number}"));
        }
        assert!(kept.starts_with("line "), "{}", &kept[..20]);
        assert!(kept.ends_with("line 99999\n"));
        assert!(kept.len() < 600_000, "{}", kept.len());
    }
}
