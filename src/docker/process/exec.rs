//! Commands inside a running container.

use std::future;

use bollard::models::ExecConfig;
use serde_json::json;
use tokio::{
    io::AsyncWriteExt,
    time::{Duration, sleep},
};

use crate::docker::{
    Engine, Error,
    process::attach::{Attachment, DETACH_KEYS, Session, Target},
    process::hijack::{Channel, Raw, next_piece},
};

/// A command to run in a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// The program and its arguments. They can be seen by others, so no secret belongs here.
    pub argv: Vec<String>,
    /// The user, as `user[:group]`; the image's where `None`.
    pub user: Option<String>,
    /// Variables to add, as `NAME=value`.
    pub environment: Vec<String>,
    /// The working directory; the image's where `None`.
    pub working_directory: Option<String>,
}

impl Command {
    /// A command by its words.
    pub fn new<S: Into<String>>(argv: impl IntoIterator<Item = S>) -> Self {
        Self {
            argv: argv.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    /// As this user.
    #[must_use]
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.user = Some(user.into());
        self
    }

    fn program(&self) -> &str {
        self.argv.first().map_or("", String::as_str)
    }
}

/// How a command ended, and what it printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// Its exit code.
    pub code: u8,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
}

impl Engine {
    /// Runs a command in a container, gives it `input`, and awaits its end.
    pub async fn exec_capture(
        &self,
        container: &str,
        command: &Command,
        input: &[u8],
    ) -> Result<Captured, Error> {
        let counted;
        let command = if self.dial().half_closes() {
            command
        } else {
            counted = counted_input(command, input.len());
            &counted
        };
        let id = self
            .create_exec(container, command, Attachment::Pipes)
            .await?;
        let doing = format!("run `{}` in container `{container}`", command.program());
        let mut stream = self.start_exec(&id, &doing, Attachment::Pipes).await?;
        let lost = |source| Error::Lost {
            doing: doing.clone(),
            source,
        };
        let (mut reader, mut writer) = tokio::io::split(&mut stream);
        let feed = async {
            // A command may end without having read everything; its exit code tells.
            let _ = writer.write_all(input).await;
            let _ = writer.shutdown().await;
            future::pending::<()>().await;
        };
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let drain = async {
            let mut piece = Vec::new();
            while let Some(channel) = next_piece(&mut reader, &mut piece).await? {
                match channel {
                    Channel::Output => stdout.extend_from_slice(&piece),
                    Channel::Errors => stderr.extend_from_slice(&piece),
                }
            }
            Ok(())
        };
        tokio::select! {
            drained = drain => drained.map_err(lost)?,
            () = feed => {}
        }
        match self.end_of_exec(&id, &doing).await? {
            End::Code(code) => Ok(Captured {
                code,
                stdout,
                stderr,
            }),
            End::NeverStarted => Err(Error::Command {
                command: command.program().to_owned(),
                container: container.to_owned(),
                because: String::from_utf8_lossy(&stdout).trim().to_owned(),
            }),
        }
    }

    /// Runs a command in a container on our own terminal or pipes, and returns its exit code.
    pub async fn exec_attached(
        &self,
        container: &str,
        command: &Command,
        attachment: Attachment<'_>,
    ) -> Result<u8, Error> {
        // Processes of an exec get no signals through the API. They are found by this mark.
        let mark = format!("TOWNPASS_EXEC={:016x}", rand::random::<u64>());
        let mut marked = command.clone();
        marked.environment.push(mark.clone());
        let id = self.create_exec(container, &marked, attachment).await?;
        let doing = format!("run `{}` in container `{container}`", command.program());
        let signals = attachment.signals()?;
        let stream = self.start_exec(&id, &doing, attachment).await?;
        let session = Session {
            engine: self,
            attachment,
            doing: &doing,
            target: Target::Exec {
                id: &id,
                container,
                mark: &mark,
                user: command.user.as_deref(),
            },
        };
        session.pump(stream, signals).await?;
        match self.end_of_exec(&id, &doing).await? {
            End::Code(code) => Ok(code),
            // What the engine says about it was printed already, as Docker's client does.
            End::NeverStarted => Ok(126),
        }
    }

    async fn create_exec(
        &self,
        container: &str,
        command: &Command,
        attachment: Attachment<'_>,
    ) -> Result<String, Error> {
        let doing = format!("run `{}` in container `{container}`", command.program());
        let options = ExecConfig {
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            tty: Some(attachment.is_terminal()),
            detach_keys: Some(DETACH_KEYS.to_owned()),
            env: Some(command.environment.clone()),
            cmd: Some(command.argv.clone()),
            user: command.user.clone(),
            working_dir: command.working_directory.clone(),
            ..ExecConfig::default()
        };
        let created = self.api().create_exec(container, options).await;
        created.map(|created| created.id).map_err(|error| {
            let error = Error::answer(doing, error);
            match error.status() {
                Some(404) => Error::NoContainer {
                    container: container.to_owned(),
                },
                Some(409) => Error::NotRunning {
                    container: container.to_owned(),
                },
                _ => error,
            }
        })
    }

    async fn start_exec(
        &self,
        id: &str,
        doing: &str,
        attachment: Attachment<'_>,
    ) -> Result<Raw, Error> {
        let body = json!({
            "Detach": false,
            "Tty": attachment.is_terminal(),
            "ConsoleSize": attachment.console_size(),
        });
        self.hijack(doing, &format!("/exec/{id}/start"), &body)
            .await
    }

    /// How an exec ended. The stream ends a moment before the engine knows.
    async fn end_of_exec(&self, id: &str, doing: &str) -> Result<End, Error> {
        const PAUSE: Duration = Duration::from_millis(10);
        for _ in 0..500 {
            let answer = self.api().inspect_exec(id).await;
            let exec = answer.map_err(|error| Error::answer(doing, error))?;
            match exec.exit_code {
                Some(_) | None if exec.running == Some(true) => {}
                Some(126 | 127) if exec.pid.unwrap_or_default() == 0 => {
                    return Ok(End::NeverStarted);
                }
                Some(code) => return Ok(End::Code(u8::try_from(code).unwrap_or(u8::MAX))),
                None => return Ok(End::NeverStarted),
            }
            sleep(PAUSE).await;
        }
        Err(Error::Slow {
            doing: doing.to_owned(),
        })
    }
}

/// How an exec ended.
enum End {
    Code(u8),
    NeverStarted,
}

/// The command with its input counted by `head`, for connections that cannot say that their
/// input has ended while their output is still awaited.
fn counted_input(command: &Command, length: usize) -> Command {
    let script = r#"count=$1; shift; head -c "$count" | "$@""#.to_owned();
    let mut argv = vec!["sh".to_owned(), "-c".to_owned(), script, "sh".to_owned()];
    argv.push(length.to_string());
    argv.extend(command.argv.iter().cloned());
    Command {
        argv,
        ..command.clone()
    }
}
